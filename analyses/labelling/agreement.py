"""How far raters agree on a sample: kappa and percent agreement, per set and level."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from analyses.labelling.ratings import name_raters
from analyses.statistics.agreement import (
    Agreement,
    Alpha,
    CategoryAgreement,
    category_agreement,
    cohens_kappa,
    krippendorffs_alpha,
)
from analyses.statistics.results import CONFIDENCE
from analyses.study.labels import NO_CATEGORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analyses.labelling.ratings import Level, Rating, Ratings
    from analyses.study.labels import Taxonomy

LEVELS: tuple[Level, ...] = ("inner", "leaf")

ALL_SETS = "all sets"
"""Stands for the sets of a draw together, where it has several."""


@dataclass(frozen=True)
class RaterAgreement(Agreement):
    """Agreement of two raters on the questions of a set that both have labelled.

    Two ratings agree when their labels are exactly the same: a question with two labels counts as a
    category made of the two, whatever their order.

    Attributes
    ----------
    question_set : str
        `ALL_SETS` for all together: a name that two sets share is one category there.
    level : {"inner", "leaf"}
    n_overlapping : int
        Questions with at least one label in common.
    categories : tuple of CategoryAgreement
        Each by itself: of a question with several labels each counts.
    """

    rater_a: str
    rater_b: str
    question_set: str
    level: Level
    n_overlapping: int
    categories: tuple[CategoryAgreement, ...]


@dataclass(frozen=True)
class AgreementOfAll(Alpha):
    """Krippendorff's alpha of all raters together, on a set and level."""

    question_set: str
    level: Level


def rater_agreement(
    sheets: Sequence[Ratings], taxonomy: Taxonomy, confidence: float = CONFIDENCE
) -> list[RaterAgreement]:
    """Compare every two raters, on every set and on all together, at inner and leaf level.

    Parameters
    ----------
    sheets : sequence of Ratings
        One per rater, two or more.
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
) -> list[AgreementOfAll]:
    """Return Krippendorff's alpha of all raters together, by set and level.

    Questions count that two raters or more have labelled; several labels agree in part with others
    that share some.
    """
    keys = list(dict.fromkeys(key for sheet in sheets for key in sheet.by_question))
    found = []
    for question_set in dict.fromkeys(key[0] for key in keys):
        for level in LEVELS:
            labels = [
                [
                    frozenset(sheet.by_question[key].names(level))
                    for sheet in sheets
                    if key in sheet.by_question
                ]
                for key in keys
                if key[0] == question_set
            ]
            alpha = krippendorffs_alpha(labels, confidence)
            found.append(AgreementOfAll(**vars(alpha), question_set=question_set, level=level))
    return found


def _compared(
    pairs: Sequence[tuple[Rating, Rating]],
    level: Level,
    order: Sequence[str],
    confidence: float,
    **names: Any,
) -> RaterAgreement:
    labels_a = [a.value(level) for a, _ in pairs]
    labels_b = [b.value(level) for _, b in pairs]
    given = {*labels_a, *labels_b}
    # several labels on one question, and labels of an open coding, come last
    used = [name for name in order if name in given] + sorted(given.difference(order))
    sets_a, sets_b = [a.names(level) for a, _ in pairs], [b.names(level) for _, b in pairs]
    chosen = set().union(*sets_a, *sets_b)
    single = [name for name in order if name in chosen] + sorted(chosen.difference(order))
    return RaterAgreement(
        **vars(cohens_kappa(labels_a, labels_b, used, confidence)),
        **names,
        level=level,
        n_overlapping=sum(not a.isdisjoint(b) for a, b in zip(sets_a, sets_b, strict=True)),
        categories=category_agreement(sets_a, sets_b, single, confidence),
    )


def _order(level: Level, sets: Iterable[str], taxonomy: Taxonomy) -> list[str]:
    """Return the categories in the order of the taxonomy, then the labels that are no category."""
    known = dict.fromkeys(
        category.inner_category if level == "inner" else category.name
        for question_set in sets
        for category in taxonomy.choices(question_set)
        if category.name not in NO_CATEGORY
    )
    return [*known, *NO_CATEGORY]
