"""Labels, the categories that people gave to questions, and the codebook they come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from analyses.study.rows import read_rows
from analyses.study.sites import site_name
from analyses.study.slips import Slips, nearest, unknown_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

LABEL_KINDS: Final = {
    "false positive": "The question is not about what its set is about.",
    "unclear": "The question cannot be understood well enough to be given a category.",
    "pending": "Raters do not agree yet, or want to look again.",
}
"""Labels that a question may have instead of a category, in the order in which they count."""

NO_CATEGORY: Final = tuple(LABEL_KINDS)

SEPARATOR: Final = " - "
"""Separates inner and leaf category in a name."""


@dataclass(frozen=True)
class LabelKind:
    """A label that stands for no category."""

    label: str
    position: int
    description: str


@dataclass(frozen=True)
class Category:
    """A category of a codebook: one row of `taxonomy.csv`.

    Attributes
    ----------
    question_set : str
        The set whose questions it is for: the root category.
    leaf_category : str
        Empty where the inner category is not divided.
    description : str
        What it means.
    published_percent : float or None
        Printed share of the set's labels, in percent.
    examples : str
        Questions that show what it means, as ``site/id`` with blanks between.
    """

    question_set: str
    inner_category: str
    leaf_category: str = ""
    description: str = field(default="", kw_only=True)
    published_percent: float | None = None
    examples: str = field(default="", kw_only=True)

    @property
    def name(self) -> str:
        """Inner and leaf category as one text: ``model export - procedure``."""
        return full_name(self.inner_category, self.leaf_category)

    @property
    def key(self) -> tuple[str, str, str]:
        """Set, inner and leaf category: unique in a taxonomy."""
        return self.question_set, self.inner_category, self.leaf_category


@dataclass(frozen=True)
class Label:
    """One row of `labels.csv`: a question has a row for each of its labels."""

    question_set: str
    site: str
    question_id: int
    inner_category: str
    leaf_category: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Key of its category."""
        return self.question_set, self.inner_category, self.leaf_category

    @property
    def name(self) -> str:
        """Inner and leaf category as one text."""
        return full_name(self.inner_category, self.leaf_category)

    @property
    def question(self) -> tuple[str, str, int]:
        """Key of its question."""
        return self.question_set, self.site, self.question_id


@dataclass(frozen=True)
class Taxonomy:
    """The codebooks of every question set.

    A set that has none is coded openly: any name is a category there, as in the pilot of a study
    whose codebook is still to be made.
    """

    categories: tuple[Category, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Category]]:
        found: dict[str, dict[str, Category]] = {}
        for one in self.categories:
            found.setdefault(one.question_set, {})[folded(one.name)] = one
        return found

    def is_open(self, question_set: str) -> bool:
        """Whether a set has no categories yet."""
        return question_set not in self._by_name

    def choices(self, question_set: str) -> tuple[Category, ...]:
        """Return the labels for questions of a set; the last three are no categories."""
        none = (Category(question_set, name) for name in NO_CATEGORY)
        return (*self._by_name.get(question_set, {}).values(), *none)

    def find(self, question_set: str, text: str) -> Category:
        """Find the category of a name, whatever its case and blanks.

        Raises
        ------
        ValueError
            When the set has no such category; the message names the nearest.
        """
        name = folded(text)
        if name in NO_CATEGORY:
            return Category(question_set, name)
        if self.is_open(question_set):
            return Category(question_set, *split_name(text))
        known = self._by_name[question_set]
        if name in known:
            return known[name]
        leaves = [one for one in known.values() if folded(one.inner_category) == name]
        if leaves:
            raise ValueError(
                f"{leaves[0].inner_category!r} is divided further: choose one of its leaf"
                f" categories, such as {leaves[0].name!r}"
            )
        names = [category.name for category in self.choices(question_set)]
        raise ValueError(
            f"{question_set} has no category {text!r}; the nearest is {nearest(text, names)!r}:"
            " take that, or put the missing one into taxonomy.csv"
        )


def folded(name: str) -> str:
    """Return a name without differences of case and blanks."""
    return " ".join(name.split()).casefold()


def _tidied(one: Category) -> Category:
    inner, leaf = (" ".join(name.split()) for name in (one.inner_category, one.leaf_category))
    return replace(one, inner_category=inner, leaf_category=leaf)


def full_name(inner_category: str, leaf_category: str) -> str:
    """Write inner and leaf category as one text."""
    return f"{inner_category}{SEPARATOR}{leaf_category}" if leaf_category else inner_category


def split_name(name: str) -> tuple[str, str]:
    """Return inner and leaf category of a name, without blanks too many."""
    inner, _, leaf = " ".join(name.split()).partition(SEPARATOR)
    return inner, leaf


def read_taxonomy(
    path: Path, question_sets: Collection[str] | None, slips: Slips
) -> list[Category]:
    """Read and check the codebooks of every question set.

    Parameters
    ----------
    path : Path
        CSV or xlsx with the fields of `Category` as columns.
    question_sets : collection of str or None
        Names of the sets that a category may be of; None for any.
    slips : Slips
        Where slips are collected.
    """
    first_rows: dict[tuple[str, str], int] = {}
    categories = []
    for row, read in read_rows(path, Category, slips):
        one = _tidied(read)
        percent = one.published_percent
        if said := unknown_set(one.question_set, question_sets):
            pass
        elif folded(one.inner_category) in NO_CATEGORY:
            said = f"{one.inner_category!r} may be said in every set; remove the row"
        elif percent is not None and not 0 <= percent <= 100:
            said = f"published_percent {percent:g} is no percentage; write one from 0 to 100"
        else:
            first = first_rows.setdefault((one.question_set, folded(one.name)), row)
            if first != row:
                said = f"{one.name!r} is in row {first} already; keep one of the two"
        if said:
            slips.add(path, said, row=row)
        else:
            categories.append(one)
    return categories


def read_labels(
    path: Path,
    taxonomy: Iterable[Category],
    question_sets: Collection[str] | None,
    slips: Slips,
) -> list[Label]:
    """Read and check a labels file.

    Parameters
    ----------
    path : Path
        CSV or xlsx with the fields of `Label` as columns.
    taxonomy : iterable of Category
        The categories there are, whose case and blanks do not count; `NO_CATEGORY` may be given in
        every set. A set that has no category is coded openly: it takes any.
    question_sets : collection of str or None
        Names of the sets that a label may be about; None for any.
    slips : Slips
        Where slips are collected.

    Returns
    -------
    list of Label
        In the order of the file, without rows that have a slip.
    """
    codebook = Taxonomy(tuple(taxonomy))
    first_rows: dict[tuple[str, str, str, str, int], int] = {}
    first_labels: dict[tuple[str, str, int], tuple[str, int]] = {}
    labels = []
    for row, read in read_rows(path, Label, slips):
        one = replace(read, site=site_name(read.site))
        if said := unknown_set(one.question_set, question_sets):
            slips.add(path, said, row=row)
            continue
        is_known = not codebook.is_open(one.question_set) or (
            folded(one.inner_category) in NO_CATEGORY and not one.leaf_category
        )
        if is_known:
            name = full_name(one.inner_category, one.leaf_category)
            try:
                category = codebook.find(one.question_set, name)
            except ValueError as error:
                slips.add(path, str(error), row=row)
                continue
            one = replace(
                one,
                inner_category=category.inner_category,
                leaf_category=category.leaf_category,
            )
        first = first_rows.setdefault((*one.key, one.site, one.question_id), row)
        other, its_row = first_labels.setdefault(one.question, (one.inner_category, row))
        alone = {other, one.inner_category}.intersection(NO_CATEGORY)
        said = ""
        if first != row:
            said = f"question {one.question_id} has this label in row {first} already"
        elif its_row != row and alone:
            said = (
                f"question {one.question_id} is {one.inner_category!r} here and {other!r} in row"
                f" {its_row}; {min(alone)!r} stands alone"
            )
        if said:
            slips.add(path, f"{said}; keep one of the two", row=row)
        else:
            labels.append(one)
    return labels
