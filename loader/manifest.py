"""What is known about a loaded table: a flat JSON object beside its Parquet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, Literal

from loader.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
FILE_NAME: Final = "manifest.json"
SYNTHETIC_MARK: Final = "stackstudy sample"
"""A file whose comment before the root element holds this was written by ``stackstudy sample``."""


@dataclass(frozen=True)
class Manifest:
    """A table of a site in the store.

    Dates are ISO 8601 in UTC, with milliseconds; that of the source file, by which it is known
    again, has microseconds. ``state`` is ``finished``, or ``absent`` where the
    dump had no such table. ``n_rows`` leaves out the fabricated rows, which have their own count.
    """

    site: str
    table: str
    state: Literal["finished", "absent"]
    started_at: str
    finished_at: str
    source_file: str | None = None
    source_member: str | None = None
    source_bytes: int | None = None
    source_modified_at: str | None = None
    source_sha256: str | None = None
    source_comment: str | None = None
    xml_bytes: int = 0
    n_files: int = 0
    n_bytes: int = 0
    n_rows: int = 0
    n_rejected_rows: int = 0
    n_fabricated_rows: int = 0
    n_replaced_characters: int = 0
    unknown_attributes: dict[str, int] = field(default_factory=dict)
    first_at: str | None = None
    last_at: str | None = None
    is_synthetic: bool = False
    loader_version: str = ""
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        """As it is written to ``manifest.json``."""
        return asdict(self)

    def write(self, folder: Path) -> None:
        """Write it into a folder, whole or not at all."""
        unfinished = folder / (FILE_NAME + ".tmp")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / FILE_NAME)


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a table's folder.

    Returns
    -------
    Manifest or None
        None where there is none, or one of another format.

    Raises
    ------
    StoreError
        When the file is not a manifest.
    """
    path = folder / FILE_NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); load the table again") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return None
    known = {one.name for one in fields(Manifest)}
    try:
        return Manifest(**{name: value for name, value in found.items() if name in known})
    except TypeError as error:
        raise StoreError(f"{path}: is not a manifest ({error}); load the table again") from error


def now() -> str:
    """Return the time, as manifests write it."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def loader_version() -> str:
    """Version of the installed distribution."""
    try:
        return version("stackstudy")
    except PackageNotFoundError:
        return "unknown"
