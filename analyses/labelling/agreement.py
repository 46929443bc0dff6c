"""How far raters agree on a sample: kappa and percent agreement, a set and level at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from analyses.labelling.ratings import name_raters
from analyses.statistics.agreement import Alpha, Confusion, cohens_kappa, krippendorffs_alpha
from analyses.statistics.results import CONFIDENCE, Result
from analyses.study.labels import NO_CATEGORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analyses.labelling.ratings import Rating, Ratings
    from analyses.labelling.sample import QuestionKey
    from analyses.study.labels import Taxonomy

Level = Literal["inner", "leaf"]
LEVELS: tuple[Level, ...] = ("inner", "leaf")

ALL_SETS = "all sets"
"""Stands for the sets of a draw together, where it has several."""


@dataclass(frozen=True)
class RaterAgreement(Result):
    """Agreement of two raters on the questions of a set that both have labelled.

    Attributes
    ----------
    rater_a, rater_b : str
    question_set : str
        `ALL_SETS` for all together: a name that two sets share is one category there.
    level : {"inner", "leaf"}
    n : int
        Questions both have labelled.
    n_agreed : int
        Those with exactly the same labels: a question with two labels counts as a category made
        of the two, whatever their order.
    n_overlapping : int
        Those with at least one label in common.
    agreement, kappa, ci_low, ci_high : float or None
        As in `analyses.statistics.agreement.cohens_kappa`.
    confidence : float
    confusion : Confusion
        Rows are labels of rater a, columns those of rater b, in the order of the taxonomy.
    """

    rater_a: str
    rater_b: str
    question_set: str
    level: Level
    n: int
    n_agreed: int
    n_overlapping: int
    agreement: float | None
    kappa: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    confusion: Confusion


def rater_agreement(
    sheets: Sequence[Ratings], taxonomy: Taxonomy, confidence: float = CONFIDENCE
) -> list[RaterAgreement]:
    """Compare every two raters, on every set and on all together, at inner and leaf level.

    Parameters
    ----------
    sheets : sequence of Ratings
        One a rater, two or more.
    taxonomy : Taxonomy
        Gives the order of the categories.
    confidence : float
        Of the interval of kappa, in (0, 1).

    Returns
    -------
    list of RaterAgreement
        Pair by pair, set by set in the order of the first sheet, inner before leaf.
    """
    found = []
    named = list(zip(name_raters(sheets), sheets, strict=True))
    for (name_a, a), (name_b, b) in combinations(named, 2):
        both = [key for key in a.by_question if key in b.by_question]
        sets = list(dict.fromkeys(key[0] for key in both))
        for question_set in [*sets, *([ALL_SETS] if len(sets) != 1 else [])]:
            keys = [key for key in both if question_set in (key[0], ALL_SETS)]
            pairs = [(a.by_question[key], b.by_question[key]) for key in keys]
            names = [question_set] if question_set != ALL_SETS else sets
            found += [
                _compared(
                    pairs,
                    level,
                    _order(level, names, taxonomy),
                    confidence,
                    rater_a=name_a,
                    rater_b=name_b,
                    question_set=question_set,
                )
                for level in LEVELS
            ]
    return found


def agreement_of_all(
    sheets: Sequence[Ratings], confidence: float = CONFIDENCE
) -> list[tuple[str, Level, Alpha]]:
    """Return Krippendorff's alpha of all raters together, by set and level.

    Questions count that two raters or more have labelled; several labels are one made of them.
    """
    keys = list(dict.fromkeys(key for sheet in sheets for key in sheet.by_question))
    return [
        (
            question_set,
            level,
            krippendorffs_alpha(
                [
                    [
                        getattr(sheet.by_question[key], level)
                        for sheet in sheets
                        if key in sheet.by_question
                    ]
                    for key in keys
                    if key[0] == question_set
                ],
                confidence,
            ),
        )
        for question_set in dict.fromkeys(key[0] for key in keys)
        for level in LEVELS
    ]


def labelled_by_all(sheets: Sequence[Ratings]) -> list[QuestionKey]:
    """Return the questions that every rater labelled, in the order of the first sheet."""
    first, *others = sheets
    return [key for key in first.by_question if all(key in sheet.by_question for sheet in others)]


def conflicts(sheets: Sequence[Ratings]) -> list[QuestionKey]:
    """Return the questions to which not all raters gave the same labels."""
    return [key for key in labelled_by_all(sheets) if len(_said(sheets, key)) > 1]


def pending(sheets: Sequence[Ratings]) -> list[QuestionKey]:
    """Return the questions that all raters left pending: they agree, and nothing is settled."""
    return [key for key in labelled_by_all(sheets) if _said(sheets, key) == {"pending"}]


def _said(sheets: Sequence[Ratings], key: QuestionKey) -> set[str]:
    return {sheet.by_question[key].leaf for sheet in sheets}


def _compared(
    pairs: Sequence[tuple[Rating, Rating]],
    level: Level,
    order: Sequence[str],
    confidence: float,
    **names: str,
) -> RaterAgreement:
    labels_a = [getattr(a, level) for a, _ in pairs]
    labels_b = [getattr(b, level) for _, b in pairs]
    used = _used(order, {*labels_a, *labels_b})
    result = cohens_kappa(labels_a, labels_b, used, confidence)
    return RaterAgreement(
        **names,
        level=level,
        n=result.n,
        n_agreed=result.n_agreed,
        n_overlapping=sum(_overlap(a, b, level) for a, b in pairs),
        agreement=result.agreement,
        kappa=result.kappa,
        confidence=confidence,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        confusion=result.confusion,
    )


def _overlap(a: Rating, b: Rating, level: Level) -> bool:
    if level == "leaf":
        return not set(a.labels).isdisjoint(b.labels)
    return not {one.inner_category for one in a.labels}.isdisjoint(
        one.inner_category for one in b.labels
    )


def _order(level: Level, sets: Iterable[str], taxonomy: Taxonomy) -> list[str]:
    """Return the categories in the order of the taxonomy, and last what is no category."""
    known = dict.fromkeys(
        category.inner_category if level == "inner" else category.name
        for question_set in sets
        for category in taxonomy.choices(question_set)
        if category.name not in NO_CATEGORY
    )
    return [*known, *NO_CATEGORY]


def _used(order: Sequence[str], used: set[str]) -> list[str]:
    """Return the labels used in that order; several labels on a question, and open ones, last."""
    return [name for name in order if name in used] + sorted(used.difference(order))
