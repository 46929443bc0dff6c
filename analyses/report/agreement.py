"""Agreement of raters, read from their sheets or journals for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from analyses.warehouse.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.ratings import Ratings
    from analyses.study.labels import Taxonomy

_KEY: Final = ("rater_a", "rater_b", "question_set", "level")
_INTERVAL: Final = ("confidence", "ci_low", "ci_high")
_PAIRS: Final = (*_KEY, "n", "n_agreed", "n_overlapping", "agreement", "kappa", *_INTERVAL)
_CATEGORY: Final = ("category", "n_either", "n_both", "agreement", *_INTERVAL)
_ALL: Final = ("question_set", "level", "n_raters", "n", "n_labels", "alpha", *_INTERVAL)


def read_agreement(draw: Path, sheets: Sequence[Path], study: str | None) -> tuple[Table, ...]:
    """Compare the sheets or journals of raters, as `stackstudy label agreement` does.

    Parameters
    ----------
    draw : Path
        The draw that the sheets were written for.
    sheets : sequence of Path
        One per rater, two or more; every question of the draw must be labelled.
    study : str or None
        Name or folder of the study whose categories they use.

    Returns
    -------
    tuple of Table
        As `agreement_tables` makes them.

    Raises
    ------
    LabellingError
        When a file cannot be used.
    """
    from analyses.labelling.ratings import read_ratings
    from analyses.labelling.sample import read_sample_of
    from analyses.study.study import find_study, read_study

    found = read_study(find_study(study))
    questions = read_sample_of(draw, found)
    ratings = [read_ratings(path, questions, found.taxonomy).checked() for path in sheets]
    return agreement_tables(ratings, found.taxonomy)


def agreement_tables(ratings: Sequence[Ratings], taxonomy: Taxonomy) -> tuple[Table, ...]:
    """Return how far raters agree as tables that the report reads like those of the database.

    Parameters
    ----------
    ratings : sequence of Ratings
        One per rater, two or more.
    taxonomy : Taxonomy
        Gives the order of the categories.

    Returns
    -------
    tuple of Table
        `rater_agreement`, one row per pair of raters, set and level; `category_agreement`, for each
        category too; of three raters or more `agreement_of_all`, one row per set and level.
    """
    from analyses.labelling.agreement import (  # slow, seldom used
        agreement_of_all,
        rater_agreement,
    )

    def values(row: object, names: Sequence[str]) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in names)

    pairs = rater_agreement(ratings, taxonomy)
    by_category = tuple(
        (*values(pair, _KEY), *values(one, _CATEGORY)) for pair in pairs for one in pair.categories
    )
    tables = [
        Table("rater_agreement", _PAIRS, tuple(values(pair, _PAIRS) for pair in pairs)),
        Table("category_agreement", (*_KEY, *_CATEGORY), by_category),
    ]
    if len(ratings) > 2:
        together = tuple(
            (*values(row, _ALL[:2]), len(ratings), *values(row, _ALL[3:]))
            for row in agreement_of_all(ratings)
        )
        tables.append(Table("agreement_of_all", _ALL, together))
    return tuple(tables)
