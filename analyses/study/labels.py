"""Labels: the categories that people gave to questions, checked before the models read them."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

COLUMNS: Final = (
    "question_set",
    "site",
    "question_id",
    "inner_category",
    "leaf_category",
    "note",
)
NO_CATEGORY: Final = ("false positive", "unclear", "pending")
"""What a question may be labelled instead of a category, as its inner category."""


@dataclass(frozen=True)
class Category:
    """A category of a taxonomy.

    Attributes
    ----------
    question_set : str
        The set whose questions it is for: the root category.
    inner_category : str
    leaf_category : str
        Empty where the inner category is not divided.
    published_percent : float or None
        Printed share of the set's labels, in percent.
    """

    question_set: str
    inner_category: str
    leaf_category: str
    published_percent: float | None = None

    @property
    def name(self) -> str:
        """Inner and leaf category as one text: ``model export - procedure``."""
        return full_name(self.inner_category, self.leaf_category)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.question_set, self.inner_category, self.leaf_category


@dataclass(frozen=True)
class Label:
    """One line of a labels file."""

    question_set: str
    site: str
    question_id: int
    inner_category: str
    leaf_category: str
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Key of its category."""
        return self.question_set, self.inner_category, self.leaf_category


def full_name(inner_category: str, leaf_category: str) -> str:
    """Write inner and leaf category as one text."""
    return f"{inner_category} - {leaf_category}" if leaf_category else inner_category


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that is spelled most alike, whatever the case of its letters."""
    folded = {one.casefold(): one for one in names}
    return folded[difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.0)[0]]


def read_taxonomy(path: Path) -> list[Category]:
    """Read the categories of every question set from the seed ``taxonomy.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Category(
                row["question_set"],
                row["inner_category"],
                row["leaf_category"],
                float(row["published_percent"]) if row["published_percent"] else None,
            )
            for row in csv.DictReader(file)
        ]


def write_labels(path: Path, labels: Sequence[Label]) -> None:
    """Write labels as the CSV that `read_labels` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(label, column) for column in COLUMNS] for label in labels)


def read_labels(
    path: Path, taxonomy: Collection[Category], question_sets: Collection[str] | None = None
) -> list[Label]:
    """Read and check a labels file.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with a header naming `COLUMNS`, in any order; ``note`` may be left out. A
        question has a line for each of its labels.
    taxonomy : collection of Category
        The categories there are; `NO_CATEGORY` may be given in every set. A set that has no
        category is coded openly: it takes any.
    question_sets : collection of str, optional
        Names of the sets that a label may be about; any, where it is not given.

    Returns
    -------
    list of Label
        In the order of the file.

    Raises
    ------
    LabellingError
        When the file cannot be read, a column is missing, a value is not allowed, or one question
        has the same label twice, or another beside one of `NO_CATEGORY`; the message names the
        line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_checked(path, csv.DictReader(file), taxonomy, question_sets))
    except OSError as error:
        raise LabellingError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LabellingError(f"{path}: is not UTF-8; save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise LabellingError(f"{path}: is not a CSV file ({error})") from error


def _checked(
    path: Path,
    reader: csv.DictReader[str],
    taxonomy: Collection[Category],
    question_sets: Collection[str] | None,
) -> Iterator[Label]:
    header = reader.fieldnames or []
    missing = [column for column in COLUMNS[:-1] if column not in header]
    if missing:
        raise LabellingError(
            f"{path}: line 1: no column {', '.join(missing)};"
            f" the header must be {','.join(COLUMNS)}"
        )
    first_lines: dict[Label, int] = {}
    first_labels: dict[tuple[str, str, int], tuple[str, int]] = {}
    for row in reader:
        where = f"{path}: line {reader.line_num}"
        values = {column: (row.get(column) or "").strip() for column in COLUMNS}
        if not any(values.values()):
            continue
        if question_sets is not None and values["question_set"] not in question_sets:
            raise LabellingError(
                f"{where}: no question set is named {values['question_set']!r};"
                f" there are {', '.join(question_sets)}"
            )
        _check_category(where, values, taxonomy)
        if not values["site"]:
            raise LabellingError(
                f"{where}: site is empty; name it as loaded, e.g. stackoverflow.com"
            )
        if not (values["question_id"].isascii() and values["question_id"].isdigit()):
            raise LabellingError(
                f"{where}: question_id {values['question_id']!r} is not a whole number"
            )
        note = values.pop("note")
        question_id = int(values.pop("question_id"))
        label = Label(**values, question_id=question_id)
        if label in first_lines:
            raise LabellingError(
                f"{where}: question {question_id} has this label already, on line"
                f" {first_lines[label]}; keep one of the two"
            )
        first_lines[label] = reader.line_num
        question = (label.question_set, label.site, question_id)
        other, line = first_labels.setdefault(question, (label.inner_category, reader.line_num))
        alone = {other, label.inner_category}.intersection(NO_CATEGORY)
        if line != reader.line_num and alone:
            raise LabellingError(
                f"{where}: question {question_id} is {label.inner_category!r} here and {other!r} on"
                f" line {line}; {min(alone)!r} stands alone: keep one of the two"
            )
        yield Label(**values, question_id=question_id, note=note)


def _check_category(where: str, values: dict[str, str], taxonomy: Collection[Category]) -> None:
    question_set, inner, leaf = (
        values[column] for column in ("question_set", "inner_category", "leaf_category")
    )
    if not question_set or not inner:
        raise LabellingError(
            f"{where}: question_set and inner_category must not be empty; name both"
        )
    known = {one.key: one.name for one in taxonomy if one.question_set == question_set}
    if known and (question_set, inner, leaf) not in known and (inner not in NO_CATEGORY or leaf):
        name, names = full_name(inner, leaf), known.values()
        raise LabellingError(
            f"{where}: {question_set} has no category {name!r}; the nearest is"
            f" {nearest(name, [*names, *NO_CATEGORY])!r}"
        )
