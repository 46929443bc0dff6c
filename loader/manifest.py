"""What is known about a loaded table: a JSON object beside its Parquet."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final, Literal, get_args, get_origin, get_type_hints

import xxhash

from loader.errors import StoreError
from loader.files import write_json

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 2
FILE_NAME: Final = "_manifest.json"
OLD_FILE_NAME: Final = "manifest.json"
SYNTHETIC_MARK: Final = "stackstudy sample"
"""A file whose comment before the root element holds this was written by ``stackstudy sample``."""

_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class PartFile:
    """A Parquet file of a table.

    Attributes
    ----------
    name : str
        Its name in the table's folder, with slashes.
    n_rows, n_bytes : int
        Its rows and its size.
    xxh3_128 : str
        Hash of all its bytes.
    """

    name: str
    n_rows: int
    n_bytes: int
    xxh3_128: str

    @property
    def folder(self) -> str:
        """Name of the folder, in the table's, in which it lies; empty for the table's own rows."""
        return self.name.rpartition("/")[0]

    @classmethod
    def look(cls, folder: Path, name: str, n_rows: int) -> PartFile:
        """Describe a file that was just written."""
        path = folder / name
        return cls(name, n_rows, path.stat().st_size, hash_of(path))


@dataclass(frozen=True)
class Manifest:
    """A table of a site in the store.

    Dates are ISO 8601 in UTC, with milliseconds; that of the source file, by which it is
    recognized, has microseconds. ``state`` is ``finished``, or ``absent`` where the
    dump had no such table. ``n_rows``, ``n_files`` and ``n_bytes`` are those of the table alone;
    ``parts`` lists the files of fabricated and rejected rows, too.
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
    parts: list[PartFile] = field(default_factory=list)
    loader_version: str = ""
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it into a folder, whole or not at all."""
        write_json(folder / FILE_NAME, asdict(self))


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a table's folder.

    Returns
    -------
    Manifest or None
        None where there is none.

    Raises
    ------
    StoreError
        When the file is not a manifest, one of another version of stackstudy, or one of another
        table or site than the folder is of.
    """
    path = folder / FILE_NAME
    if not path.exists():
        path = folder / OLD_FILE_NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be read ({error.strerror or error}); load the table again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); load the table again") from error
    if not isinstance(found, dict) or "format" not in found:
        raise StoreError(f"{path}: is not a manifest; load the table again")
    if found["format"] != FORMAT:
        dump, site = found.get("source_file") or "DUMP", found.get("site") or "SITE"
        raise StoreError(
            f"{path}: was written by another version of stackstudy, whose store looks different;"
            f" load the table again: stackstudy load {dump} --site {site}"
        )
    known = {one.name for one in fields(Manifest)}
    try:
        found["parts"] = [PartFile(**part) for part in found.get("parts", [])]
        manifest = Manifest(**{name: value for name, value in found.items() if name in known})
        _check_values(manifest)
        for part in manifest.parts:
            _check_values(part)
    except (AttributeError, TypeError, ValueError) as error:
        raise StoreError(f"{path}: is not a manifest ({error}); load the table again") from error
    if (folder.parent.name, folder.name) != (manifest.table, f"site={manifest.site}"):
        raise StoreError(
            f"{path}: is of the {manifest.table} of {manifest.site}, so"
            f" {folder.parent.name}/{folder.name} is not its folder; remove the folder, and load"
            f" the dump with --site {folder.name.removeprefix('site=')}"
        )
    return manifest


def _check_values(one: Manifest | PartFile) -> None:
    """Raise TypeError or ValueError when a value, which somebody may have edited, does not fit."""
    for name, kind in get_type_hints(type(one)).items():
        value = getattr(one, name)
        if get_origin(kind) is Literal:
            fits = value in get_args(kind)
        else:
            kinds = tuple(get_origin(part) or part for part in get_args(kind) or (kind,))
            if get_origin(kind) in {dict, list}:
                kinds = (get_origin(kind),)
            fits = isinstance(value, kinds) and not (bool not in kinds and isinstance(value, bool))
        if not fits:
            raise TypeError(f"{name} is {value!r}")
        if name.endswith("_at") and value is not None:
            try:
                datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{name} is {value!r}") from None


def hash_of(path: Path) -> str:
    """Return the XXH3-128 hash of a file: fast, but no protection against forgery."""
    digest = xxhash.xxh3_128()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def now() -> str:
    """Return the current time in the form of manifests."""
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
