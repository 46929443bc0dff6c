"""The codebook of a study while people make it: taxonomy.csv, and what journals changed in it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from analyses.common.files import write_records
from analyses.labelling.journal import (
    CODEBOOK,
    Entry,
    Journal,
    changes_of,
    journal_path,
    name_of_now,
    read_journals,
)
from analyses.labelling.ratings import LABEL
from analyses.labelling.sample import SampledQuestion
from analyses.study.labels import (
    NO_CATEGORY,
    Category,
    Label,
    Taxonomy,
    folded,
    read_labels,
    read_taxonomy,
    split_name,
)
from analyses.study.rows import write_rows
from analyses.study.slips import raising
from analyses.study.study import RATINGS
from loader.errors import LabellingError
from loader.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyses.labelling.ratings import Ratings, Task

MAX_NAME: Final = 200


class Codebook:
    """The categories of a study: taxonomy.csv, with the changes that people make on their pages.

    A change is a line in the journal of whoever makes it; taxonomy.csv and labels.csv have it at
    once, and `ratings/codebook.jsonl`, the history, tells that they do. So a change that comes with
    the journal of another machine is made when it is read, and never twice.

    Parameters
    ----------
    study : Path
        The study's folder.
    question_sets : sequence of str
        Its sets.

    Attributes
    ----------
    taxonomy : Taxonomy
    history : Journal
        The changes that are made.
    """

    def __init__(self, study: Path, question_sets: Sequence[str]) -> None:
        self._file = study / "taxonomy.csv"
        self._labels = study / "labels.csv"
        self._sets = question_sets
        for path in (self._file, self._labels):
            if (other := next(path.parent.glob(f"{path.stem}.[xt]*"), None)) is not None:
                raise LabellingError(f"{other}: the page writes {path.name}; save it as that")
        self.taxonomy = Taxonomy()
        self.history = Journal(study / RATINGS / f"{CODEBOOK}.jsonl")

    def refresh(self, journals: Sequence[Journal]) -> None:
        """Read taxonomy.csv, and make the changes of the journals that it lacks."""
        self.history.refresh()
        made = {(one.by, one.at) for one in self.history.entries}
        if all((one.by, one.at) in made for one in changes_of(journals)):
            self.taxonomy = Taxonomy(tuple(self._read()))
            return
        with self.history.writing(patience=5):
            made = {(one.by, one.at) for one in self.history.entries}
            changes = [one for one in changes_of(journals) if (one.by, one.at) not in made]
            self.taxonomy = Taxonomy(tuple(changed(self._read(), changes)))
            self._write()
            self._follow(changes)
            self.history.append(*changes)

    def _read(self) -> list[Category]:
        return raising(read_taxonomy, self._file, self._sets) if self._file.is_file() else []

    def made(
        self, question_set: str, change: str, code: str, to: str = "", said: str = ""
    ) -> Entry:
        """Return a change to put into a journal.

        Raises
        ------
        ValueError
            When it cannot be made; the message says why.
        """
        book = {
            one.name: one for one in self.taxonomy.categories if one.question_set == question_set
        }
        code, to, said = (" ".join(text.split()) for text in (code, to, said))
        name = code if change == "add" else to
        if change in {"add", "rename"}:
            _check_name(name)
        same = next((one for one in book if folded(one) == folded(name)), None)
        if change == "add":
            if same:
                raise ValueError(f"there is a code {same!r} already")
            return Entry("codebook", question_set, change=change, code=code, description=said)
        below = [one for one in book.values() if one.inner_category == code]
        if code not in book and not (change == "rename" and below):
            raise ValueError(f"there is no code {code!r}")
        if change in {"define", "example"}:
            return Entry("codebook", question_set, change=change, code=code, description=said)
        if name == code:
            raise ValueError(f"{code!r} has this name already")
        if split_name(name)[1] and any(one.leaf_category for one in below if one.name != code):
            raise ValueError(f"{code!r} is divided: move its codes one by one")
        if same and folded(same) != folded(code):
            return Entry("codebook", question_set, change="merge", code=code, to=same)
        leaf = split_name(code)[1]
        change = "move" if leaf and split_name(name)[1] == leaf else "rename"
        return Entry("codebook", question_set, change=change, code=code, to=name)

    def _follow(self, changes: Sequence[Entry]) -> None:
        """Give the settled labels the names that their categories have now."""
        if not self._labels.is_file():
            return
        labels = raising(read_labels, self._labels, (), None)
        renamed = [
            replace(one, inner_category=inner, leaf_category=leaf)
            for one in labels
            for inner, leaf in [split_name(name_of_now(one.question_set, one.name, changes))]
        ]
        if renamed != labels:
            with written_whole(self._labels) as staged:
                write_rows(staged, Label, dict.fromkeys(renamed))

    def _write(self) -> None:
        columns = [one.name for one in fields(Category)]
        rows = [[getattr(one, name) for name in columns] for one in self.taxonomy.categories]
        used = [i for i, name in enumerate(columns) if i < 3 or any(row[i] for row in rows)]
        with written_whole(self._file) as staged:
            write_records(
                staged, [columns[i] for i in used], ([row[i] for i in used] for row in rows)
            )


def _check_name(name: str) -> None:
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(f"a name has 1 to {MAX_NAME:,} characters on one line")
    if folded(split_name(name)[0]) in NO_CATEGORY:
        raise ValueError(f"{name!r} may be said of every question already")


def changed(known: Iterable[Category], changes: Iterable[Entry]) -> list[Category]:
    """Return a codebook after changes, which come in the order of time."""
    book = {(one.question_set, one.name): one for one in known}
    for change in changes:
        key = (change.question_set, change.code)
        one = book.get(key)
        if change.change == "add":
            new = Category(
                change.question_set, *split_name(change.code), description=change.description
            )
            book.setdefault(key, new)
        elif change.change == "define" and one:
            book[key] = replace(one, description=change.description)
        elif change.change == "example" and one:
            book[key] = _with_examples(one, change.description)
        else:
            book = _moved(book, change)
    # a set's codes stay together, and those of an inner category
    order: dict[tuple[str, str], int] = {}
    for one in book.values():
        order.setdefault((one.question_set, one.inner_category), len(order))
    sets = list(dict.fromkeys(one.question_set for one in book.values()))
    return sorted(
        book.values(),
        key=lambda one: (sets.index(one.question_set), order[one.question_set, one.inner_category]),
    )


def _moved(book: dict[tuple[str, str], Category], change: Entry) -> dict[tuple[str, str], Category]:
    """Return a codebook in which a code, and those below it, have their new names."""
    found: dict[tuple[str, str], Category] = {}
    for (question_set, name), one in book.items():
        new = change.renamed(name) if question_set == change.question_set else name
        inner, leaf = split_name(new)
        moved = replace(one, inner_category=inner, leaf_category=leaf) if new != name else one
        first = found.get((question_set, new))
        if first is None:
            found[question_set, new] = moved
        elif new == name:  # what was there keeps its definition
            found[question_set, new] = _with_examples(moved, first.examples)
        else:
            found[question_set, new] = _with_examples(first, moved.examples)
    return found


def _with_examples(one: Category, examples: str) -> Category:
    all_of_them = dict.fromkeys((*one.examples.split(), *examples.split()))
    return replace(one, examples=" ".join(all_of_them))


def take_in(
    study: Path, sets: Sequence[str], task: Task, ratings: Ratings, rater: str
) -> tuple[Path, int]:
    """Put what a rater said elsewhere into their journal; names of an open set become its codes.

    Returns
    -------
    Path, int
        The journal, and the number of questions that are new or changed in it.
    """
    journal = Journal(journal_path(study, rater))
    with journal.writing():
        others = [one for one in read_journals(study) if one.path != journal.path]
        book = Codebook(study, sets)
        book.refresh([journal, *others])
        for key, rating in ratings.by_question.items() if task is LABEL else ():
            for one in rating.labels:
                if folded(one.name) not in {
                    folded(known.name) for known in book.taxonomy.choices(key[0])
                }:
                    journal.append(book.made(key[0], "add", one.name))
                    book.refresh([journal, *others])
        keys = [SampledQuestion(*key, 0, is_pilot=False) for key in ratings.by_question]
        taxonomy = task.taxonomy(keys, book.taxonomy)
        said = journal.said(task.name, changes_of([journal, *others]))
        new = []
        for key, rating in ratings.by_question.items():
            names = tuple(taxonomy.find(key[0], one.name).name for one in rating.labels)
            try:
                task.check(names, key[0], taxonomy)
            except ValueError as error:
                raise LabellingError(f"{ratings.path}: question {key[2]}: {error}") from error
            before = said.get(key)
            if before is None or (before.labels, before.note) != (names, rating.note):
                new.append(Entry(task.name, *key, labels=names, note=rating.note))
        journal.append(*new)
    return journal.path, len(new)
