"""What is known of a file that was fetched: where it is from, and by what it was checked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loader.fetch.part import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from loader.fetch.remote import RemoteFile


@dataclass(frozen=True)
class Record:
    """Lies hidden beside a fetched file, as ``.<name>.json``.

    Attributes
    ----------
    url : str
        Where it is from.
    n_bytes, modified_ns : int
        Size and date on disk when it was checked: a file with others is another file.
    published : dict of str to str
        Hashes that its source published.
    checked_by : str
        What it was checked by.
    fetched_at : str
        When, in ISO 8601, UTC.
    belongs_to : list of str
        Names of all archives that its source has of the site; empty where not all were asked for.
    """

    url: str
    n_bytes: int
    modified_ns: int
    published: dict[str, str]
    checked_by: str
    fetched_at: str
    belongs_to: list[str]

    def fits(self, file: RemoteFile) -> bool:
        """Whether the source still publishes the file that this is of."""
        if file.n_bytes is not None and file.n_bytes != self.n_bytes:
            return False
        if file.strongest is None:
            return True
        algorithm, digits = file.strongest
        return self.published.get(algorithm) == digits


def write_record(path: Path, file: RemoteFile, checked_by: str, belongs_to: list[str]) -> Record:
    """Note where a file on disk is from."""
    found = path.stat()
    record = Record(
        file.url,
        found.st_size,
        found.st_mtime_ns,
        dict(file.hashes),
        checked_by,
        datetime.now(UTC).isoformat(timespec="seconds"),
        belongs_to,
    )
    write_json(_beside(path), asdict(record))
    return record


def read_record(path: Path) -> Record | None:
    """Return what is known of a file; None where it is not there, or was changed since."""
    try:
        record = Record(**json.loads(_beside(path).read_text(encoding="utf-8")))
        found = path.stat()
    except (OSError, ValueError, TypeError):
        return None
    is_same = (found.st_size, found.st_mtime_ns) == (record.n_bytes, record.modified_ns)
    return record if is_same else None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.json")
