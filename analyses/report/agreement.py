"""Agreement of raters, read from their sheets for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.warehouse.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.agreement import RaterAgreement

_COLUMNS: Final = (
    *("rater_a", "rater_b", "question_set", "level", "n", "n_agreed", "n_overlapping"),
    *("agreement", "kappa", "confidence", "ci_low", "ci_high"),
)


def read_agreement(draw: Path, sheets: Sequence[Path], study: str | None) -> Table:
    """Compare the sheets of raters, as `stackstudy label agreement` does.

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
    Table
        Named `rater_agreement`.

    Raises
    ------
    LabellingError
        When a file cannot be used.
    """
    from analyses.labelling.agreement import rater_agreement  # slow, seldom used
    from analyses.labelling.ratings import read_ratings
    from analyses.labelling.sample import read_with_taxonomy

    questions, taxonomy = read_with_taxonomy(draw, study)
    ratings = [read_ratings(path, questions, taxonomy).checked() for path in sheets]
    return agreement_table(rater_agreement(ratings, taxonomy))


def agreement_table(agreement: Sequence[RaterAgreement]) -> Table:
    """Return the agreement as a table that the report can read like those of the database."""
    values = tuple(tuple(getattr(row, name) for name in _COLUMNS) for row in agreement)
    return Table("rater_agreement", _COLUMNS, values)
