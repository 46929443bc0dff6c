"""A person's journal: an append-only file on which each keystroke of the page is at once.

It lies in the folder `ratings` of a study, has the person's name and holds all that the person
said: labels, decisions, and changes of the codebook. Two people on two machines exchange these
files. Nothing is ever changed in one; an undo is a line, too.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from analyses.study.labels import SEPARATOR, split_name
from analyses.study.study import RATINGS
from loader.errors import LabellingError
from loader.locks import locked

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from analyses.labelling.sample import QuestionKey

SETTLED: Final = "settled"
"""The name under which is kept what raters settle together."""
CODEBOOK: Final = "codebook"
"""The name of the history of the codebook."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_MOVES: Final = ("rename", "merge", "move")


@dataclass(frozen=True)
class Entry:
    """A line of a journal: what was said of a question, or a change of the codebook.

    Attributes
    ----------
    at : str
        Time in UTC, to the microsecond.
    task : str
        ``label``, ``decide`` or ``codebook``.
    labels : tuple of str
        Names of all labels that the question has from now on; none takes them back.
    is_undo : bool
        Whether this restores what was said before.
    change : str
        ``add``, ``define``, ``example``, ``rename``, ``merge`` or ``move``.
    code, to : str
        The changed category, and its new name, or the one that it is merged into.
    description : str
        The definition of a category; of the change ``example``, the question as ``site/id``.
    by : str
        Who made a change, where a file has those of several people.
    """

    task: str
    question_set: str
    site: str = ""
    question_id: int = 0
    labels: tuple[str, ...] = ()
    note: str = ""
    is_undo: bool = False
    change: str = ""
    code: str = ""
    to: str = ""
    description: str = ""
    by: str = ""
    at: str = ""

    @property
    def key(self) -> QuestionKey:
        """Set, site and id of its question."""
        return self.question_set, self.site, self.question_id

    def line(self) -> str:
        """Write the entry as JSON, without what is empty."""
        said = {"at": self.at}
        said |= {
            name: value for name, value in asdict(self).items() if value not in ("", 0, (), [])
        }
        return json.dumps(said, ensure_ascii=False)

    def renamed(self, name: str) -> str:
        """Return the name that a category has after this change of the codebook."""
        if self.change not in _MOVES:
            return name
        if name == self.code:
            return self.to
        inner, leaf = split_name(name)
        is_below = leaf and inner == self.code and not split_name(self.to)[1]
        return f"{self.to}{SEPARATOR}{leaf}" if is_below else name


_TYPES: Final = {one.name: type(one.default) for one in fields(Entry)[2:]}


def _time_after(last: str) -> str:
    """Return the time, or the next microsecond after the last one if a clock was set back."""
    now = datetime.now(UTC)
    with suppress(ValueError, TypeError, OverflowError):  # a time that somebody wrote by hand
        now = max(now, datetime.fromisoformat(last) + timedelta(microseconds=1))
    return now.isoformat(timespec="microseconds")


def _read_entry(line: bytes) -> Entry:
    said = json.loads(line)
    if not isinstance(said, dict) or not {"task", "question_set", "at"} <= said.keys():
        raise ValueError("it is no entry")
    if not isinstance(said.get("labels", []), list):
        raise TypeError("labels are no list")
    said["labels"] = tuple(said.get("labels", ()))
    for name, value in said.items():
        if not isinstance(value, _TYPES.get(name, str)):
            raise TypeError(f"{name} is {value!r}")
    if not all(isinstance(one, str) for one in said["labels"]):
        raise TypeError("a label is no text")
    return Entry(**said)


class Journal:
    """The journal of one person, read on as it grows.

    Attributes
    ----------
    entries : list of Entry
        All whole lines, as of the last `refresh`.
    torn : bytes
        The beginning of a last line that was not written whole: a process or machine was killed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rater = path.stem
        self.entries: list[Entry] = []
        self.torn = b""
        self._end = 0
        self.refresh()

    def refresh(self) -> None:
        """Read what was added since the last time.

        Raises
        ------
        LabellingError
            When a whole line is none that the page writes; the message names it.
        """
        size = self.path.stat().st_size if self.path.is_file() else 0
        if size < self._end:  # replaced by another version
            self.entries, self._end = [], 0
        if size == self._end + len(self.torn):
            return
        with self.path.open("rb") as file:
            file.seek(self._end)
            *lines, self.torn = file.read().split(b"\n")
        for line in lines:
            try:
                self.entries.append(_read_entry(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise LabellingError(
                    f"{self.path}: line {len(self.entries) + 1} is damaged ({error}); get the file"
                    " from version control or its rater, or remove this line"
                ) from error
            self._end += len(line) + 1

    @contextmanager
    def writing(self, patience: float = 0) -> Iterator[str]:
        """Hold the journal for writing; yield a note on a torn last line, which is cut, or ''.

        Parameters
        ----------
        patience : float
            Seconds to wait for another process that holds it.

        Raises
        ------
        LabellingError
            When another process writes to it, or the folder cannot be written.
        """
        busy = LabellingError(
            f"{self.path}: another page of {self.rater} is open; close it (Ctrl-C where it runs)"
        )
        end = time.monotonic() + patience
        lock = self.path.with_name(f".{self.rater}.lock")
        with ExitStack() as held:
            try:
                self.path.parent.mkdir(exist_ok=True)
                while True:
                    try:
                        held.enter_context(locked(lock, busy))
                        break
                    except LabellingError:
                        if time.monotonic() >= end:
                            raise
                        time.sleep(0.05)
                self.refresh()
                note = self._cut()
            except OSError as error:
                raise self._not_written(error) from error
            yield note

    def _not_written(self, error: OSError) -> LabellingError:
        return LabellingError(
            f"{self.path}: cannot be written ({error.strerror}); make room, or change the"
            " permissions of the folder"
        )

    def _cut(self) -> str:
        if not self.torn:
            return ""
        said = self.torn.decode("utf-8", "replace")
        with self.path.open("r+b") as file:
            file.truncate(self._end)
            os.fsync(file.fileno())
        self.torn = b""
        return (
            f"{self.path}: line {len(self.entries) + 1} was not written whole and is cut:"
            f" {said[:200]}"
        )

    def append(self, *entries: Entry) -> None:
        """Put entries on disk, with a time of their own unless they have one.

        They are there on return.

        Raises
        ------
        LabellingError
            When they cannot be written; the file is as it was.
        """
        new: list[Entry] = []
        for one in entries:
            last = (self.entries + new)[-1:]
            new.append(one if one.at else replace(one, at=_time_after(last[0].at if last else "")))
        lines = "".join(f"{one.line()}\n" for one in new).encode()
        try:
            with self.path.open("ab") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:  # the disk is full: leave no half of a line
            if self.path.is_file():
                os.truncate(self.path, self._end)
            raise self._not_written(error) from error
        self.entries += new
        self._end += len(lines)

    def said(self, task: str, changes: Sequence[Entry] = ()) -> dict[QuestionKey, Entry]:
        """Return what is said of each question, with the names that categories have by now."""
        last = {one.key: one for one in self.entries if one.task == task}
        return {
            key: replace(one, labels=tuple(dict.fromkeys(
                name_of_now(one.question_set, name, changes, one.at) for name in one.labels
            )))
            for key, one in last.items()
        }  # fmt: skip

    def lines(self, task: str) -> dict[QuestionKey, int]:
        """Return the number of the line in which each question was last spoken of."""
        return {one.key: n for n, one in enumerate(self.entries, start=1) if one.task == task}

    def before(self, task: str, keys: Container[QuestionKey]) -> Entry | None:
        """Return what an undo among these questions restores: what was said before; or None."""
        stack: list[tuple[Entry, bool]] = []
        said: dict[QuestionKey, Entry] = {}
        for one in self.entries:
            if one.task != task or one.key not in keys:
                continue
            before = said.get(one.key, Entry(task, *one.key))
            said[one.key] = one
            if one.is_undo:
                del stack[-1:]
                continue
            is_typing = one.labels == before.labels
            goes_on = stack and stack[-1][1] and stack[-1][0].key == one.key
            if not (is_typing and goes_on):  # a note is undone whole, not letter by letter
                stack.append((before, is_typing))
        return stack[-1][0] if stack else None


def name_of_now(question_set: str, name: str, changes: Sequence[Entry], at: str = "") -> str:
    """Return the name that a category has after the changes since a time, by default all."""
    for change in changes:
        if change.at > at and change.question_set == question_set:
            name = change.renamed(name)
    return name


def changes_of(journals: Sequence[Journal]) -> list[Entry]:
    """Return the changes of the codebook that people made, in the order of time."""
    found = (
        replace(one, by=journal.rater)
        for journal in journals
        for one in journal.entries
        if one.task == "codebook"
    )
    return sorted(found, key=lambda one: (one.at, one.by))


def journal_path(study: Path, rater: str) -> Path:
    """Return the file of a person in a study folder.

    Raises
    ------
    LabellingError
        When the name cannot be that of a file, or is that of the codebook's history.
    """
    if not _NAME.fullmatch(rater) or rater == CODEBOOK:
        raise LabellingError(
            f"{rater!r} cannot name a rater; take letters (a to z), digits, - and _, and not"
            f" {CODEBOOK}"
        )
    return study / RATINGS / f"{rater}.jsonl"


def read_journals(study: Path) -> list[Journal]:
    """Read the journals of the people of a study, by name."""
    paths = sorted((study / RATINGS).glob("*.jsonl"))
    return [Journal(path) for path in paths if path.stem != CODEBOOK]
