"""Dumps of a few rows that a test makes by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Row = dict[str, object]


def write_posts(folder: Path, rows: Iterable[Row]) -> Path:
    """Write Posts.xml, in the order of time; an attribute that is None is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Posts.xml"
    lines = [
        "  <row "
        + " ".join(f"{name}={quoteattr(str(value))}" for name, value in row.items() if value)
        + " />"
        for row in sorted(rows, key=lambda row: str(row["CreationDate"]))
    ]
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<posts>\n' + "\n".join(lines) + "\n</posts>\n",
        "utf-8",
    )
    return path


def moment(at: datetime) -> str:
    """Write a time as dumps do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def question(
    post_id: int, at: datetime, *tags: str, accepted: int | None = None, **more: object
) -> Row:
    """Return a question's attributes."""
    return {
        "Id": post_id,
        "PostTypeId": 1,
        "AcceptedAnswerId": accepted,
        "CreationDate": moment(at),
        "Score": 1,
        "Title": f"Question {post_id}",
        "Body": "<p>How?</p>",
        "Tags": "".join(f"<{tag}>" for tag in tags),
        "OwnerUserId": post_id,
        **more,
    }


def answer(post_id: int, parent: int, at: datetime, **more: object) -> Row:
    """Return an answer's attributes."""
    return {
        "Id": post_id,
        "PostTypeId": 2,
        "ParentId": parent,
        "CreationDate": moment(at),
        "Score": 1,
        "Body": "<p>So.</p>",
        "OwnerUserId": post_id,
        **more,
    }
