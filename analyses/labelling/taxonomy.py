"""The categories a rater may choose from, and what a rater wrote found among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analyses.common.spreadsheets import read_table
from analyses.study.labels import NO_CATEGORY, Category, nearest, read_taxonomy
from analyses.warehouse.build import seed_path
from loader.errors import LabellingError

if TYPE_CHECKING:
    from pathlib import Path

SEPARATOR = " - "
"""What parts inner and leaf category in a name."""


@dataclass(frozen=True)
class Taxonomy:
    """The categories of every question set.

    A set that has none is coded openly: whatever a rater writes there is a category, as in the
    pilot of a study whose taxonomy is still to be made.
    """

    categories: tuple[Category, ...]

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Category]]:
        found: dict[str, dict[str, Category]] = {}
        for category in self.categories:
            found.setdefault(category.question_set, {})[_folded(category.name)] = category
        return found

    def is_open(self, question_set: str) -> bool:
        """Whether a set has no categories yet."""
        return question_set not in self._by_name

    def choices(self, question_set: str) -> tuple[Category, ...]:
        """Return what a question of a set may be labelled; the last three are no categories."""
        none = (Category(question_set, name, "") for name in NO_CATEGORY)
        return (*self._by_name.get(question_set, {}).values(), *none)

    def find(self, question_set: str, text: str) -> Category:
        """Find the category that a rater wrote, whatever its case and blanks.

        Raises
        ------
        ValueError
            When the set has no such category; the message names the nearest.
        """
        name = _folded(text)
        if name in NO_CATEGORY:
            return Category(question_set, name, "")
        if self.is_open(question_set):
            inner, _, leaf = " ".join(text.split()).partition(SEPARATOR)
            return Category(question_set, inner, leaf)
        known = self._by_name[question_set]
        if name in known:
            return known[name]
        leaves = [one for one in known.values() if _folded(one.inner_category) == name]
        if leaves:
            raise ValueError(
                f"{leaves[0].inner_category!r} is divided further: choose one of its leaf"
                f" categories, such as {leaves[0].name!r}"
            )
        names = [category.name for category in self.choices(question_set)]
        raise ValueError(
            f"{question_set} has no category {text!r}; the nearest is {nearest(text, names)!r}"
        )


def shipped_taxonomy() -> Taxonomy:
    """Return the taxonomy of the seed ``taxonomy.csv``."""
    return Taxonomy(tuple(read_taxonomy(seed_path("taxonomy"))))


def own_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy of one's own.

    Parameters
    ----------
    path : Path
        CSV or xlsx with the columns question_set, inner_category and leaf_category (empty where
        the inner category is not divided). The labels of a pilot that was coded openly are a
        taxonomy too: what is there again, and what stands for no category, is passed over.

    Raises
    ------
    LabellingError
        When the file cannot be read, a category is unnamed, or there is none.
    """
    categories: dict[tuple[str, str], Category] = {}
    for line in read_table(path, ("question_set", "inner_category", "leaf_category")):
        question_set, inner, leaf = (
            " ".join(line.values[column].split())
            for column in ("question_set", "inner_category", "leaf_category")
        )
        if not question_set or not inner:
            raise LabellingError(
                f"{path}: row {line.number}: question_set and inner_category must not be empty;"
                " name both, or remove the row"
            )
        if _folded(inner) not in NO_CATEGORY:
            category = Category(question_set, inner, leaf)
            categories.setdefault((question_set, _folded(category.name)), category)
    if not categories:
        raise LabellingError(f"{path}: holds no category; name at least one below the header")
    return Taxonomy(tuple(categories.values()))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
