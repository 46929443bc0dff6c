"""RQ2, third measure: the wait for an accepted answer, with the questions that never got one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import (
    and_list,
    between,
    count,
    duration,
    few,
    number,
    p_words,
    percent,
    points,
)
from analyses.figures import survival_chart
from analyses.report.blocks import (
    PAIR,
    SET,
    Chart,
    Column,
    Fold,
    Heading,
    Missing,
    Prose,
    interval,
    table_of,
    with_interval,
)
from analyses.report.sections.acceptance import (
    FOUND,
    HOLM,
    LEAST,
    statistic,
    tests_of,
    without_evidence,
)
from analyses.statistics.power import ALPHA

if TYPE_CHECKING:
    from analyses.report.blocks import Block, Text
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA = "survival_summary"


def _within(share: float | None, low: float | None, high: float | None) -> Text:
    return with_interval(percent(share), between(low, high, percent))


def _columns_within(time: str) -> list[str]:
    return [f"accepted_within_{time}{end}" for end in ("", "_ci_low", "_ci_high")]


_COLUMNS = (
    SET,
    Column("Observed", "n_observed"),
    Column("Accepted", "n_events"),
    Column("Median wait", "median_minutes"),
    interval("median_ci_low median_ci_high", explanation="Of the median wait"),
    *(
        Column(f"Within {name}", " ".join(_columns_within(key)), _within)
        for key, name in (("1h", "1 hour"), ("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days"))
    ),
)
_DIFFERENCES = {"1d": "a day", "7d": "7 days", "30d": "30 days"}


def _columns_apart(time: str) -> list[str]:
    return [f"difference_within_{time}{end}" for end in ("", "_ci_low", "_ci_high")]


def _apart(difference: float | None, low: float | None, high: float | None) -> Text:
    return with_interval(points(difference), between(low, high, points))


_TEST_COLUMNS = (
    PAIR,
    Column("n", "n_a n_b", "{:,}, {:,}".format, "Of the first set and of the second"),
    *(
        Column(f"After {name}", " ".join(_columns_apart(key)), _apart)
        for key, name in _DIFFERENCES.items()
    ),
    Column("Hazard ratio", "hazard_ratio"),
    interval("ci_low ci_high", explanation="Of the hazard ratio"),
    Column("Proportional, p", "proportionality_p_value"),
    Column("χ²", "chi2 df", statistic),
    Column("p", "p_value"),
    HOLM,
    Column(FOUND, "detectable_ratio"),
)


def waiting_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Make the survival curves, the medians of the wait, and the tests."""
    title = "The wait, with the questions that still wait"
    found, steps = study.rows(_DATA), study.rows("survival_curves")
    rows = [row for row in found if row.n_questions]
    if found and not rows:
        return (Missing(title, "no question set has a question"),)
    if not rows or not steps:
        return (Missing(title, study.why_empty("survival_curves" if rows else _DATA)),)
    names = {one.question_set for one in study.apart}
    drawn = [row for row in steps if row.question_set in names] or list(steps)
    return (
        Heading(title),
        *_lead(study, {row.question_set: row for row in rows}),
        Prose(
            "Here every question counts. One without an accepted answer has waited at least until"
            " the data end: it is followed to that day and then leaves, without a guess about what"
            " came later (Kaplan-Meier)."
        ),
        Chart(
            "survival",
            "Questions that have an accepted answer",
            "How many of all questions of each set have an accepted answer, as a share, by the time"
            " since they were asked; the band between thin lines is the 95% interval at each time."
            " A curve that never rises to 50% has no median. The axis of time is logarithmic; a"
            " month is 30 days.",
            (survival_chart(drawn, study.styles, rows),),
            study.table("survival_curves"),
        ),
        table_of(
            study, _DATA, "How long questions wait", _COLUMNS, rows,
            note="Left out: accepted answers that are older than their question, or are not in the"
            " data. The share within a time counts younger questions for as long as they were"
            " followed. Below each share: its 95% interval.",
        ),
        *_tests(study),
    )  # fmt: skip


def _lead(study: StudyResults, rows: dict[str, Row]) -> tuple[Prose, ...]:
    """Say what a median of accepted answers alone hides."""
    own = rows.get(study.subject.question_set) if study.subject else None
    if own is None or own.accepted_within_1d is None or own.n_questions < LEAST:
        return ()
    time = study.by_set("response_time_summary").get(own.question_set)
    n = own.n_questions if own.n_observed is None else own.n_observed
    of_all = f"{'all ' if n == own.n_questions else ''}{count(n)} " + (
        study.questions(own.question_set) + ("" if n == own.n_questions else " whose wait is known")
    )
    said = few(own.n_questions)
    if time is not None and time.n_response_times >= LEAST:
        said += (
            f"The median of {duration(time.median_response_minutes)} is that of the"
            f" {count(time.n_response_times)} accepted answers, and hides the rest: of {of_all},"
        )
    else:
        said += f"Of {of_all},"
    said += f" {_with_interval(own, '1d')} had an accepted answer after a day"
    if own.accepted_within_30d is not None:
        said += f" and {_with_interval(own, '30d')} after 30 days"
    return (Prose(said + _end_of_wait(own), is_lead=True),)


def _with_interval(own: Row, time: str) -> str:
    share, low, high = (getattr(own, name) for name in _columns_within(time))
    interval = "" if low is None else f" (95% interval {between(low, high, percent)})"
    return percent(share) + interval


def _end_of_wait(own: Row) -> str:
    """Say when half had an answer, or that fewer than half ever had one."""
    if own.median_minutes is not None:
        return f"; half of them had one after {duration(own.median_minutes)}."
    observed = own.n_questions if own.n_observed is None else own.n_observed
    if not observed:
        return "."
    return (
        f". When the data end, only {percent(own.n_events / observed)} have one: fewer than half,"
        " so no median wait can be given."
    )


def _tests(study: StudyResults) -> tuple[Block, ...]:
    blocks = tests_of(
        study, "survival_tests", "Do the waits differ?", _TEST_COLUMNS,
        "Percentage points by which more of the first set’s questions had their accepted answer by"
        " then, with its 95% interval. χ² and p are the log-rank test’s. The hazard"
        " ratio is an average over the wait, which says little where the p of “proportional” is"
        " small.",
    )  # fmt: skip
    n_tests = len(study.tables.rows("survival_tests"))
    if not n_tests:
        return blocks
    test = study.contrast_of("survival_tests")
    said = () if test is None or min(test.n_a, test.n_b) < LEAST else _contrast(study, test)
    return (*said, Fold(f"Comparisons of the wait ({count(n_tests)})", blocks))


def _contrast(study: StudyResults, test: Row) -> tuple[Prose, ...]:
    """Say how far the study's contrast is apart at fixed times, then what the hazard ratio is."""
    a, b = (study.style(name) for name in (test.set_a, test.set_b))
    begin = few(min(test.n_a, test.n_b))
    said = []
    apart = [
        f"{points(difference)} after {name} ({between(low, high, points)})"
        for key, name in _DIFFERENCES.items()
        for difference, low, high in [[getattr(test, one) for one in _columns_apart(key)]]
        if low is not None
    ]
    if apart:
        said.append(
            Prose(
                f"{begin}Compared with {b.in_words}, the share of {a.questions} with an accepted"
                f" answer differs by {and_list(apart)} percentage points (95% intervals).",
                is_lead=True,
            )
        )
    if None in (test.hazard_ratio, test.ci_low, test.ci_high):
        return tuple(said)
    ratio = (
        f"{'' if said else begin}On average over the wait, a question of {a.in_words} got its"
        f" accepted answer {number(test.hazard_ratio)} times as often as one of {b.in_words}"
        f" (hazard ratio, 95% interval {between(test.ci_low, test.ci_high)}; log-rank"
        f" {p_words(test.p_value_adjusted)} after Holm’s correction)."
    )
    smallest = test.detectable_ratio
    ratio += without_evidence(
        test.p_value_adjusted,
        None if smallest is None else f"a ratio of {number(smallest)} or {number(1 / smallest)}",
    )
    if test.proportionality_p_value is not None:
        ratio += (
            f" The ratio changes over the wait ({p_words(test.proportionality_p_value)}), so it"
            " holds at no single moment: rely on the differences."
            if test.proportionality_p_value < ALPHA
            else " There is no evidence that the ratio changes over the wait"
            f" ({p_words(test.proportionality_p_value)})."
        )
    return (*said, Prose(ratio))
