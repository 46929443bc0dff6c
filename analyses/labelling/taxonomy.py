"""The categories a rater may choose from: the study's own, or those of another file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.spreadsheets import read_table
from analyses.study.labels import NO_CATEGORY, Category, Taxonomy, folded
from analyses.study.study import find_study, read_study
from loader.errors import LabellingError

if TYPE_CHECKING:
    from pathlib import Path


def shipped_taxonomy() -> Taxonomy:
    """Return the taxonomy of the default study."""
    return read_study(find_study()).taxonomy


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
        if folded(inner) not in NO_CATEGORY:
            category = Category(question_set, inner, leaf)
            categories.setdefault((question_set, folded(category.name)), category)
    if not categories:
        raise LabellingError(f"{path}: holds no category; name at least one below the header")
    return Taxonomy(tuple(categories.values()))
