"""Whether questions that fit no category are answered less: section 6.5 of the paper.

Chen et al. (https://doi.org/10.1145/3368089.3409759) set the unclear questions of their sample
beside the rest by the share that has no accepted answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyses.statistics.multiplicity import holm
from analyses.statistics.proportions import compare_proportions, proportion
from analyses.statistics.results import CONFIDENCE, Result
from analyses.study.labels import NO_CATEGORY
from analyses.warehouse.database import connect
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analyses.study.labels import Label

ALL_SETS = "all sets"
CATEGORISED = "categorised"
"""The group that the others are compared with: questions with a category of the taxonomy."""

GROUPS = (CATEGORISED, *NO_CATEGORY)
COMPARED = ("false positive", "unclear")
"""The groups with a test; pending questions are only not labelled yet."""


@dataclass(frozen=True)
class LabelAcceptance(Result):
    """Questions of a set that were labelled alike in kind, and how many have no accepted answer.

    The difference and what follows compare with the categorised questions of the same set; they
    are None in groups that are not `COMPARED`, and where a group is empty. ``p_value_adjusted`` is
    Holm's over all comparisons of the table.
    """

    question_set: str
    label: str
    n_questions: int
    n_accepted: int
    n_not_accepted: int
    no_accepted_share: float | None
    share_ci_low: float | None
    share_ci_high: float | None
    share_difference: float | None
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None
    chi2: float | None
    p_value: float | None
    p_value_adjusted: float | None


def label_acceptance(
    labels: Iterable[Label],
    is_accepted: Mapping[tuple[str, int], bool],
    confidence: float = CONFIDENCE,
) -> list[LabelAcceptance]:
    """Compare unclear and false positive questions with the categorised ones.

    Parameters
    ----------
    labels : iterable of Label
        A question with several labels counts once.
    is_accepted : mapping of (site, question id) to bool
        Whether a question has an accepted answer.
    confidence : float
        In (0, 1).

    Returns
    -------
    list of LabelAcceptance
        Set by set, then all together where there are several (a question labelled for two sets
        counts in each); in every set all of `GROUPS`, an empty one too.

    Raises
    ------
    LabellingError
        When it is not known of a question whether it has an accepted answer.
    """
    groups = {(one.question_set, one.site, one.question_id): _group(one) for one in labels}
    unknown = [key for key in groups if key[1:] not in is_accepted]
    if unknown:
        question_set, site, question_id = unknown[0]
        more = f" (nor are {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise LabellingError(
            f"question {question_id} of {site}, labelled for {question_set}, is not in the table"
            f" questions{more}; load the dump it was drawn from and run `stackstudy build`"
        )
    counts: dict[tuple[str, str], list[int]] = {}
    sets = list(dict.fromkeys(key[0] for key in groups))
    names = [*sets, *([ALL_SETS] if len(sets) > 1 else [])]
    for name in names:
        for group in GROUPS:
            accepted = [
                is_accepted[key[1:]]
                for key, its_group in groups.items()
                if its_group == group and name in (key[0], ALL_SETS)
            ]
            counts[name, group] = [len(accepted), sum(accepted)]
    return _with_adjusted([_row(name, group, counts, confidence) for name, group in counts])


def read_acceptance(data: Path, labels: Sequence[Label]) -> dict[tuple[str, int], bool]:
    """Read from the table `questions` which of the labelled questions have an accepted answer."""
    ids = sorted({label.question_id for label in labels})
    with connect(data) as connection:
        rows = connection.execute(
            "select site, question_id, is_accepted from questions"
            " where list_contains($ids, question_id)",
            {"ids": ids},
        ).fetchall()
    return {(site, question_id): is_accepted for site, question_id, is_accepted in rows}


def _group(label: Label) -> str:
    return label.inner_category if label.inner_category in NO_CATEGORY else CATEGORISED


def _row(
    question_set: str, group: str, counts: Mapping[tuple[str, str], list[int]], confidence: float
) -> LabelAcceptance:
    n, n_accepted = counts[question_set, group]
    n_rest, n_rest_accepted = counts[question_set, CATEGORISED]
    own = proportion(n - n_accepted, n, confidence)
    compared = None
    if group in COMPARED:
        compared = compare_proportions(
            n - n_accepted, n, n_rest - n_rest_accepted, n_rest, confidence
        )
    return LabelAcceptance(
        question_set=question_set,
        label=group,
        n_questions=n,
        n_accepted=n_accepted,
        n_not_accepted=n - n_accepted,
        no_accepted_share=own.share,
        share_ci_low=own.ci_low,
        share_ci_high=own.ci_high,
        share_difference=compared.share_difference if compared else None,
        ci_low=compared.ci_low if compared else None,
        ci_high=compared.ci_high if compared else None,
        cohens_h=compared.cohens_h if compared else None,
        chi2=compared.chi2 if compared else None,
        p_value=compared.p_value if compared else None,
        p_value_adjusted=None,
    )


def _with_adjusted(rows: list[LabelAcceptance]) -> list[LabelAcceptance]:
    adjusted = holm([row.p_value for row in rows])
    return [replace(row, p_value_adjusted=p) for row, p in zip(rows, adjusted, strict=True)]
