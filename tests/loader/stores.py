"""What the tests of the loader share: writing small dumps, and reading what was loaded."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

SITE = "test.example.com"


def xml(root: str, *rows: str) -> str:
    """A table as the official writer lays it out, of what stands between `<row ` and ` />`."""
    lines = "".join(f"  <row {row} />\r\n" for row in rows)
    return f'<?xml version="1.0" encoding="utf-8"?>\r\n<{root}>\r\n{lines}</{root}>'


def attributes(row: dict[str, str]) -> str:
    """Attributes as the official writer escapes them."""
    escapes = {"\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}
    return " ".join(f"{name}={quoteattr(value, escapes)}" for name, value in row.items())


def posts(n: int, **more: str) -> str:
    return xml(
        "posts",
        *(attributes({"Id": str(i), "Body": f"<p>{i}</p>"} | more) for i in range(1, n + 1)),
    )


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(
    data: Path, table: str, site: str = SITE, *, part: str = "*.parquet"
) -> list[dict[str, object]]:
    """Rows of a table without what is null, dates as ms since 1970, other attributes as a dict."""
    found = []
    for path in sorted((data / table / f"site={site}").glob(part)):
        read = pq.read_table(path, partitioning=None)
        for number, field in enumerate(read.schema):
            if pa.types.is_timestamp(field.type):
                assert field.type == pa.timestamp("ms")
                read = read.set_column(number, field.name, read.column(number).cast(pa.int64()))
        found += [{k: v for k, v in row.items() if v is not None} for row in read.to_pylist()]
    for row in found:
        if "OtherAttributes" in row:
            row["OtherAttributes"] = dict(row["OtherAttributes"])
    return found


def manifest(data: Path, table: str, site: str = SITE) -> dict[str, object]:
    return json.loads((data / table / f"site={site}" / "_manifest.json").read_text())


def snapshot(data: Path) -> dict[str, str]:
    """Hash of every file that readers of the store can see, by its path."""
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file() and ".loading" not in path.parts
    }


def line_of(error: Exception) -> str:
    """An error's message, which must be one line."""
    message = str(error)
    assert "\n" not in message
    return message
