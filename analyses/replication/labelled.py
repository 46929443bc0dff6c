"""The authors' labels (``category.xlsx``), under the names of the taxonomy."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analyses.replication.package import TOPICS
from analyses.replication.questions import SITE
from analyses.study.labels import Category, Label, folded
from analyses.study.slips import nearest
from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet

FILE: Final = "category.xlsx"
MISSING_LABELS: Final = {"browser": 1}
"""Labels that the print counts and the package was published without."""

_HEADER: Final = ("id", "url", "category")
_QUESTION: Final = re.compile(r"https?://stackoverflow\.com/(?:questions|q)/([0-9]+)\b")


@dataclass(frozen=True)
class Slip:
    """A name in the authors' files, and the category that it means (``category_names.csv``)."""

    question_set: str
    published_name: str
    inner_category: str
    leaf_category: str

    @property
    def category(self) -> tuple[str, str, str]:
        """Key of the category."""
        return self.question_set, self.inner_category, self.leaf_category


class CategoryNames:
    """The categories by their names as the authors wrote them.

    Case and blanks do not count; apart from that a name is the taxonomy's, or a known slip.

    Parameters
    ----------
    slips : sequence of Slip
        Each must mean a category of the taxonomy.
    """

    def __init__(self, taxonomy: Sequence[Category], slips: Sequence[Slip]) -> None:
        by_key = {category.key: category for category in taxonomy}
        for slip in slips:
            if slip.category not in by_key:
                raise PackageError(
                    f"category_names.csv: {slip.published_name!r} is said to be {slip.category},"
                    " which taxonomy.csv does not have; mend one of the two"
                )
        self._categories = {(one.question_set, folded(one.name)): one for one in taxonomy} | {
            (one.question_set, folded(one.published_name)): by_key[one.category] for one in slips
        }

    def category(self, question_set: str, name: str) -> Category | None:
        """Return the category that a name means in a set, or None."""
        return self._categories.get((question_set, folded(name)))

    def nearest(self, question_set: str, name: str) -> str:
        """Return the taxonomy's name that is spelled most alike."""
        known = self._categories.items()
        return nearest(name, [one.name for (of_set, _), one in known if of_set == question_set])


def read_slips() -> list[Slip]:
    """Read ``category_names.csv``, which lies beside this module."""
    path = Path(__file__).with_name("category_names.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [Slip(**row) for row in csv.DictReader(file)]


def read_published_labels(
    package: Package, sets: Sequence[PublishedSet], names: CategoryNames
) -> list[Label]:
    """Read the labels of the three sets.

    Returns
    -------
    list of Label
        By set, in the order of the sheets; the note keeps the authors' name where it differs.

    Raises
    ------
    PackageError
        When a sheet is missing or has other columns, a category is unknown, a question is not in
        the set, or has one label twice; the message names sheet and row.
    """
    member = package[FILE]
    sheets = member.read_sheets([topic.sheet for topic in TOPICS])
    members = {
        one.question_set: {question.question_id for question in one.questions} for one in sets
    }
    labels = []
    first_rows: dict[Label, int] = {}
    for topic in TOPICS:
        header, *rows = sheets[topic.sheet] or [()]
        if tuple(header[: len(_HEADER)]) != _HEADER:
            raise PackageError(
                f"{member}: sheet {topic.sheet!r}: row 1 is not {', '.join(_HEADER)};"
                " get the package again"
            )
        for number, row in enumerate(rows, start=2):
            if any(value is not None for value in row):
                where = f"{member}: sheet {topic.sheet!r}: row {number}"
                label = _label(where, row, topic.question_set, names)
                if label.question_id not in members[topic.question_set]:
                    raise PackageError(
                        f"{where}: question {label.question_id} is not in {topic.posts};"
                        " get the package again"
                    )
                first = first_rows.setdefault(replace(label, note=""), number)
                if first != number:
                    raise PackageError(
                        f"{where}: question {label.question_id} has this label already, in row"
                        f" {first}; get the package again"
                    )
                labels.append(label)
    return labels


def _label(where: str, row: tuple[Any, ...], question_set: str, names: CategoryNames) -> Label:
    url, name = (str(value or "").strip() for value in row[1:3])
    found = _QUESTION.match(url)
    if found is None:
        raise PackageError(f"{where}: {url!r} is not the address of a question of {SITE}")
    if not name:
        raise PackageError(f"{where}: no category; label the question, or remove the row")
    category = names.category(question_set, name)
    if category is None:
        raise PackageError(
            f"{where}: no category is named {name!r}; the nearest is"
            f" {names.nearest(question_set, name)!r}: if it means that one, say so in"
            " category_names.csv"
        )
    return Label(
        question_set,
        SITE,
        int(found[1]),
        category.inner_category,
        category.leaf_category,
        "" if name == category.name else f"published as: {name}",
    )
