"""The parts of a table during its load, and a note on each finished part.

A part is a stretch of the table's text and the Parquet made of it. When its files are on disk, a
note is written beside them. A load that was interrupted at any moment finds the notes and goes on
after the last of them. When the table is whole, the notes are removed.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from loader.files import read_json, remove, write_json
from loader.manifest import PartFile, iso
from loader.parquet import TableWriter
from loader.parse.chunks import Place
from loader.parse.quarantine import Quarantine
from loader.store import FABRICATED, REJECTED, UNFINISHED, n_bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self

    from loader.parse.reference_parser import Parsed
    from loader.schemas import Table

MOST_PARTS: Final = 64
_PLAN: Final = "plan.json"


@dataclass(frozen=True)
class Note:
    """What is known of a finished part; its counts add up to those of the manifest."""

    number: int
    begin: Place
    end: Place
    n_replaced_characters: int = 0
    unknown_attributes: dict[str, int] = field(default_factory=dict)
    first_at: str | None = None
    last_at: str | None = None
    files: list[PartFile] = field(default_factory=list)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Note:
        """Read what `dataclasses.asdict` wrote."""
        begin, end = Place(**found.pop("begin")), Place(**found.pop("end"))
        files = [PartFile(**one) for one in found.pop("files")]
        return cls(begin=begin, end=end, files=files, **found)

    def n_rows(self, folder: str = "") -> int:
        """Return its number of rows: the table's own, or those in a subfolder."""
        return sum(one.n_rows for one in self.files if one.folder == folder)

    @property
    def n_rows_read(self) -> int:
        """Rows of the text that were well-formed."""
        return self.n_rows() + self.n_rows(FABRICATED)

    @property
    def size(self) -> tuple[int, int]:
        """Bytes of its text, and rows."""
        return self.end.offset - self.begin.offset, self.n_rows_read


class Part:
    """A part while it is written; use as a context manager, and call `finish` at the end.

    Parameters
    ----------
    parts : Parts
        Receives the note.
    number : int
        Number of the part.
    begin : Place
        Where its text begins.
    """

    def __init__(self, parts: Parts, number: int, begin: Place) -> None:
        self._parts = parts
        self._number = number
        self._begin = begin
        self._writer = TableWriter(parts.folder, parts.table, number)
        self._quarantine = Quarantine(parts.folder, number)
        self._unknown: Counter[str] = Counter()
        self._n_replaced = 0
        self._is_finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_finished:
            self.abandon()

    def abandon(self) -> None:
        """Close the files as they are, to be thrown away."""
        self._writer.abandon()
        self._quarantine.abandon()

    def take(self, parsed: Parsed) -> None:
        """Write the rows of a parsed chunk."""
        for batch in parsed.batches:
            self._writer.write(batch)
        self._quarantine.add(parsed.quarantined)
        self._unknown.update(parsed.unknown)
        self._n_replaced += parsed.n_replaced

    def finish(self, end: Place, *, is_whole: bool = True) -> None:
        """Close the files, and note their content up to a place.

        After a part that is not whole only this load may go on, and no later one.
        """
        files = [*self._writer.close(), *self._quarantine.close()]
        note = Note(
            number=self._number,
            begin=self._begin,
            end=end,
            n_replaced_characters=self._n_replaced,
            unknown_attributes=dict(self._unknown),
            first_at=None if self._writer.first is None else iso(self._writer.first),
            last_at=None if self._writer.last is None else iso(self._writer.last),
            files=files,
        )
        self._is_finished = True
        self._parts.take(note, is_whole=is_whole)


class Parts:
    """The parts of one table.

    Parameters
    ----------
    folder : Path
        The table's folder, in staging.
    table : Table
        Which table.
    plan : dict or None
        What must be equal for an earlier load's parts to be used: the source, and how it is split.
        None for a small table, which is loaded again.
    """

    def __init__(self, folder: Path, table: Table, plan: dict[str, Any] | None) -> None:
        self.folder = folder
        self.table = table
        self.notes: dict[int, Note] = {}
        self._keeps_notes = plan is not None
        self._place = folder / UNFINISHED
        if plan is not None and is_of_plan(folder, plan):
            self._find()
        else:
            remove(folder)
        self._remove_unfinished()
        if plan is not None:
            self._place.mkdir(parents=True, exist_ok=True)
            write_json(self._place / _PLAN, plan)
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, note: Note, *, is_whole: bool) -> None:
        """Take the note of a part."""
        self.notes[note.number] = note
        if self._keeps_notes and is_whole:
            write_json(self._place / f"{note.number:05}.json", asdict(note))

    def forget(self) -> None:
        """Keep no notes: no later load can go on from here."""
        self._keeps_notes = False
        remove(self._place)

    def drop(self, numbers: Iterable[int]) -> None:
        """Remove parts."""
        for number in numbers:
            self.notes.pop(number, None)
        self._remove_unfinished()

    def behind(self, begin: Place) -> Place:
        """Return the place after the parts that join without a gap; remove the others."""
        number = 0
        while number in self.notes and self.notes[number].begin == begin:
            begin = self.notes[number].end
            number += 1
        self.drop([one for one in self.notes if one >= number])
        return begin

    def facts(self) -> dict[str, Any]:
        """Return the manifest's facts about the Parquet, when all is written."""
        if not self.notes:
            with Part(self, 0, Place()) as part:
                part.finish(Place())
        remove(self._place)
        notes = self.notes.values()
        parts = self._parts_with_rows()
        own = [part for part in parts if not part.folder]
        unknown: Counter[str] = Counter()
        for note in notes:
            unknown.update(note.unknown_attributes)
        return {
            "parts": parts,
            "n_files": len(own),
            "n_bytes": sum(part.n_bytes for part in own),
            "n_rows": sum(note.n_rows() for note in notes),
            "n_fabricated_rows": sum(note.n_rows(FABRICATED) for note in notes),
            "n_rejected_rows": sum(note.n_rows(REJECTED) for note in notes),
            "n_replaced_characters": sum(note.n_replaced_characters for note in notes),
            "unknown_attributes": dict(sorted(unknown.items())),
            "first_at": min((one.first_at for one in notes if one.first_at), default=None),
            "last_at": max((one.last_at for one in notes if one.last_at), default=None),
        }

    def _parts_with_rows(self) -> list[PartFile]:
        """Return the files with rows, and remove empty ones; an empty table keeps one."""
        parts = [part for note in self.notes.values() for part in note.files]
        parts.sort(key=lambda part: (part.folder, part.name))
        has_rows = any(note.n_rows() for note in self.notes.values())
        empty = [part for part in parts[not has_rows :] if not part.n_rows]
        for part in empty:
            remove(self.folder / part.name)
        return [part for part in parts if part not in empty]

    def _find(self) -> None:
        for path in sorted(self._place.glob("[0-9]*.json")):
            try:
                note = Note.from_dict(read_json(path))
            except (AttributeError, TypeError, KeyError):
                continue
            if note.files and all(
                n_bytes_of(self.folder / part.name) == part.n_bytes for part in note.files
            ):
                self.notes[note.number] = note

    def _remove_unfinished(self) -> None:
        known = {part.name for note in self.notes.values() for part in note.files}
        for file in self.folder.glob("**/part-*"):
            if file.relative_to(self.folder).as_posix() not in known:
                file.unlink()
        for file in self.folder.glob(".*"):  # left by a process that was killed while writing
            file.unlink()
        for file in self._place.glob("[0-9]*.json"):
            if int(file.stem) not in self.notes:
                file.unlink()
        for name in (FABRICATED, REJECTED):
            folder = self.folder / name
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def plan_in(folder: Path) -> dict[str, Any] | None:
    """Return the plan of the load that was interrupted in a folder, or None."""
    found = read_json(folder / UNFINISHED / _PLAN)
    return found if isinstance(found, dict) else None


def is_of_plan(folder: Path, plan: dict[str, Any]) -> bool:
    """Whether the parts in a folder were made by this plan."""
    return plan_in(folder) == json.loads(json.dumps(plan))
