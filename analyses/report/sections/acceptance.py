"""RQ2, first measure: the share of questions without an accepted answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import (
    GLUE,
    NONE,
    between,
    count,
    few,
    number,
    p_words,
    percent,
    points,
    signed,
)
from analyses.figures import acceptance_intervals
from analyses.figures.acceptance import wilson
from analyses.report.blocks import (
    PAIR,
    SET,
    Cell,
    Chart,
    Column,
    Fold,
    Heading,
    Missing,
    Prose,
    interval,
    table_of,
    with_interval,
    words,
)
from analyses.statistics.power import ALPHA, smallest_cramers_v

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyses.report.blocks import Block, Text
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

LEAST = 10
"""A share or a median of fewer questions is no headline."""

_BY_ASKER = "no_accepted_share", "asker"

HOLM = Column("p, Holm", "p_value_adjusted")

FOUND = "Would be found"
"""Heads the column of the smallest effect that a test would have found."""


def _effect(value: float | None, low: float | None, high: float | None) -> Text:
    return with_interval(signed(value), between(low, high, signed))


def _unsigned_points(share: float | None) -> str:
    return number(None if share is None else 100 * share, 1)


_COHEN = Column("Cohen’s\N{NO-BREAK SPACE}h", "cohens_h cohens_h_ci_low cohens_h_ci_high", _effect)
_DIFFERENCE = interval("ci_low ci_high", points)


def without_evidence(p: float | None, found: str | None) -> str:
    """Say that there is no evidence of a difference, and which would have been found.

    Parameters
    ----------
    p : float or None
        Adjusted; below `ALPHA`, and where there is none, nothing is said.
    found : str or None
        The smallest difference that would have been found.
    """
    if p is None or p < ALPHA:
        return ""
    if found is None:
        return (
            " There is no evidence of a difference, but the sets are too small: even the largest"
            " would not have been found 8 times in 10."
        )
    return f" There is no evidence of a difference; {found} would have been found 8 times in 10."


def statistic(value: float | None, df: float | None) -> str:
    """Write a test statistic with its degrees of freedom, if it has any."""
    return number(value, 1) + ("" if value is None or df is None else f" ({df:.0f} df)")


def _years(first: int | None, last: int | None) -> str:
    return NONE if first is None else f"{first} to {last}"


_BASELINE_COLUMNS = (
    SET,
    words(
        "Published study of", "label baseline",
        lambda label, name: label or name.replace("_", " "),
    ),
    Column("Its years", "baseline_first_year baseline_last_year", _years, "Of its questions"),
    Column("Years here", "first_year last_year", _years, "Of the set’s questions"),
    Column("Published share", "baseline_share"),
    Column("Share here", "no_accepted_share"),
    Column("Difference", "share_difference", points),
    _DIFFERENCE,
    _COHEN,
    Column("Of its years", "overlap_difference", points),
    interval("overlap_ci_low overlap_ci_high", points),
    HOLM,
)  # fmt: skip
_TEST_COLUMNS = (
    PAIR,
    Column("Difference", "share_difference", lambda share: points(share) + _unit(share)),
    _DIFFERENCE,
    _COHEN,
    Column("χ²", "chi2 df", statistic),
    Column("p", "p_value"),
    HOLM,
    Column(FOUND, "detectable_difference", _unsigned_points),
)


def acceptance_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Make the acceptance table and its tests."""
    title = "Questions without an accepted answer"
    rows = study.rows("acceptance")
    filled = [row for row in rows if row.n_questions]
    if not filled:
        because = "no question set has a question" if rows else study.why_empty("acceptance")
        return (Missing(title, because),)
    names = {one.question_set for one in study.compared}
    drawn = [row for row in filled if row.question_set in names] or filled
    columns = (
        SET,
        Column("Questions", "n_questions"),
        Column("Accepted", "n_accepted"),
        Column("Answered, not accepted", "n_answered_not_accepted"),
        Column("No answer", "n_no_answer"),
        Column(
            "Share without", "no_accepted_share question_set",
            lambda share, name: Cell(percent(share), share, study.style(name).colour),
        ),
        Column(
            "95% interval", "", lambda row: between(*wilson(row), percent), "Wilson’s, of the share"
        ),
        Column("Neither accepted nor upvoted", "no_accepted_or_upvoted_share"),
    )  # fmt: skip
    return (
        Heading(title),
        *_lead(study),
        Prose(
            "A question counts as accepted when its asker marked an answer. A question without the"
            " mark may still have a good answer: the last column is of those without an answer that"
            " was voted up. One asked shortly before the data end has had little time to get it."
        ),
        Chart(
            "acceptance",
            "Share of questions without an accepted answer",
            "How many questions of each set have no accepted answer, as a share (point), with"
            " Wilson’s 95% interval (line). The axis shows only the range in which they lie.",
            (acceptance_intervals(drawn, study.styles),),
            study.table("acceptance"),
        ),
        table_of(
            study, "acceptance", "Questions with and without an accepted answer", columns, rows
        ),
        *_topics(study),
        *tests_of(
            study, "proportion_tests", "Do the shares differ?", _TEST_COLUMNS,
            "Differences in percentage points: above zero, the first set is left without an"
            " accepted answer more often.",
        ),
        *_baselines(study),
    )  # fmt: skip


def _unit(difference: float | None) -> str:
    return "" if difference is None else " points"


def tests_of(
    study: StudyResults, data: str, caption: str, columns: Iterable[Column], note: str
) -> tuple[Block, ...]:
    """Make the table of the tests of pairs of sets, or say that there are none.

    Parameters
    ----------
    data : str
        The table of tests.
    columns : iterable of Column
        With one that `FOUND` heads.
    note : str
        What the numbers mean.
    """
    rows, columns = study.pairs(data), tuple(columns)
    if not rows:
        return (Missing(caption, "no two sets were compared"),)
    [found] = [column.source for column in columns if column.header == FOUND]
    note += (
        f" “{FOUND}” is the smallest effect, in either direction, that a comparison of this"
        " precision finds 8 times in 10 after Holm’s correction."
    )
    note += (
        " Holm’s correction goes over the pairs of this table. The tests take questions as"
        " independent; those that are in both sets, or have the same asker or answerer, are not:"
        " see “Years and people”."
    )
    if any(row.p_value is None for row in rows):
        note += f" A dash ({NONE}): a set has no such question, or all of both are alike."
    if any(row.p_value is not None and getattr(row, found) is None for row in rows):
        note += f" A dash under “{FOUND}”: no effect is found so often, however large."
    return (table_of(study, data, caption, columns, rows, note=note),)


def _topics(study: StudyResults) -> tuple[Prose, ...]:
    """Say whether the topics differ among themselves in their shares."""
    said = []
    for row in study.tables.rows("topic_tests"):
        if row.measure != "no_accepted_share" or row.p_value is None:
            continue
        n = f"n{GLUE}={GLUE}{count(row.n_questions)}" + _several(study, row.n_questions)
        topics = f"{row.n_sets} topics"
        topics += "" if row.n_sets == len(study.topics) else " that have questions"
        found = (
            f"The shares of the {topics} differ ({n})"
            if row.p_value < ALPHA
            else f"There is no evidence that the shares of the {topics} differ ({n})"
        )
        v = ""
        if row.cramers_v is not None:
            v = f", Cramér’s V{GLUE}={GLUE}{number(row.cramers_v)}"
            if row.cramers_v_ci_low is not None:
                v += f" (95% interval {between(row.cramers_v_ci_low, row.cramers_v_ci_high)})"
            if row.p_value >= ALPHA:
                least = number(smallest_cramers_v(row.n_questions, row.df))
                v += f"; a V of {least} would have been found 8 times in 10"
        said.append(
            Prose(
                f"{few(row.n_questions)}{found}: χ²{GLUE}={GLUE}{number(row.chi2)} ({row.df} df),"
                f" {p_words(row.p_value)} (one test, not adjusted){v}."
            )
        )
    return tuple(said)


def _several(study: StudyResults, n_questions: int) -> str:
    """Say that a question of several topics counts in each, where there are any."""
    union = study.by_set("acceptance").get(study.union.question_set) if study.union else None
    n = 0 if union is None else n_questions - union.n_questions
    return f", {count(n)} of them counted again in another topic" if n > 0 else ""


def _baselines(study: StudyResults) -> tuple[Block, ...]:
    """Compare the sets with shares that other studies printed, if the study names any."""
    tests, title = study.rows("baseline_tests"), "Compared with what other studies printed"
    if not tests:
        return (Missing(title, "the study names no other studies"),)
    table = table_of(
        study, "baseline_tests", title, _BASELINE_COLUMNS,
        note="Acceptance may change with the years, so that only questions of the same years are"
        f" tested; a dash ({NONE}): the years of that study’s questions are not known, or have no"
        " question here. Those studies printed percentages without counts, so theirs are taken as"
        " exact, and the tests are surer than they should be. Holm’s correction goes over the rows"
        " of this table.",
    )  # fmt: skip
    return (Fold(f"Comparisons with other studies ({count(len(tests))})", (table,)),)


def _lead(study: StudyResults) -> tuple[Prose, ...]:
    """Say the share of the study's subject, compared with that of the baseline if there is one."""
    known = large_enough(study.headline("acceptance", "n_questions"), "n_questions")
    if not known:
        return ()
    said = few(min(row.n_questions for row in known)) + _share_of(study, known[0])
    if len(known) > 1:
        said += f", compared with {_share_of(study, known[1], after=known[0].question_set)}"
        verdict = ""
        if test := study.adjusted("no_accepted", "clustered_by_asker"):
            said += (
                f": {points(test.estimate)} points, 95% interval"
                f" {between(test.ci_low, test.ci_high, points)},"
                f" {p_words(test.p_value_adjusted)} after Holm’s correction"
            )
            verdict = _verdict(test.p_value_adjusted, test.detectable)
        elif test := study.contrast_of("proportion_tests"):
            said += (
                f": {points(test.share_difference)} points, 95% interval"
                f" {between(test.ci_low, test.ci_high, points)},"
                f" {p_words(test.p_value_adjusted)} after Holm’s correction"
            )
            verdict = _verdict(test.p_value_adjusted, test.detectable_difference)
        said += f".{_of_people(study, known)}{verdict}"
        if of_years := study.adjusted("no_accepted", "standardised_by_year"):
            said += (
                f" With the years asked of the {study.style(of_years.set_b).questions} in"
                f" both, the difference is {points(of_years.estimate)} points"
                f" ({between(of_years.ci_low, of_years.ci_high, points)})."
            )
        return (Prose(said, is_lead=True),)
    return (Prose(f"{said}.{_of_people(study, known)}", is_lead=True),)


def _of_people(study: StudyResults, known: list[Row]) -> str:
    """Say so where intervals are not Wilson's, which the table below shows."""
    return allows_for(study, known, _BY_ASKER, "people who ask several questions")


def allows_for(study: StudyResults, known: list[Row], of: tuple[str, str], people: str) -> str:
    """Say that intervals allow for people, where any of them does.

    Parameters
    ----------
    known : list of Row
        The sets whose intervals a lead gives.
    of : tuple of str
        The measure and `clustered_by` of `design_effects`.
    people : str
        Such as "people who ask several questions".
    """
    limits = (study.interval(row.question_set, *of, None, None) for row in known)
    if all(low is None for low, _ in limits):
        return ""
    begin = "The interval allows" if len(known) == 1 else "The intervals allow"
    return f" {begin} for {people}."


def _verdict(p: float | None, smallest: float | None) -> str:
    return without_evidence(
        p, None if smallest is None else f"one of {_unsigned_points(smallest)} points"
    )


def large_enough(rows: list[Row], n: str) -> list[Row]:
    """Return those rows of `StudyResults.headline` that a lead may name."""
    if not rows or getattr(rows[0], n) < LEAST:
        return []
    return [row for row in rows if getattr(row, n) >= LEAST]


def _share_of(study: StudyResults, row: Row, *, after: str = "") -> str:
    n = count(row.n_questions)
    said = f"{percent(row.no_accepted_share)} of the {n}"
    limits = study.interval(row.question_set, *_BY_ASKER, *wilson(row))
    interval = f"(95% interval {between(*limits, percent)})"
    name = study.questions(row.question_set, after=after)
    return f"{said} {name}{'' if after else ' have no accepted answer'} {interval}"
