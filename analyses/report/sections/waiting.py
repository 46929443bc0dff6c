"""RQ2, third measure: the wait for an accepted answer, with the questions that never got one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import NONE, count, duration, number, p_value, percent
from analyses.figures import survival_chart
from analyses.report.blocks import Cell, Chart, Column, Fold, Heading, Prose, Table
from analyses.report.sections.acceptance import dashes, p_words, share_interval
from analyses.report.sections.response_times import time_interval

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_HORIZONS = (("1h", "1 hour"), ("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days"))
_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Observed", explanation="Questions that were followed from asking on"),
    Column("Accepted", explanation="Those whose accepted answer came while they were followed"),
    Column("Median wait", explanation="When half had an accepted answer; a dash: fewer ever had"),
    Column("95% interval", explanation="Of the median wait; a dash: beyond what was observed"),
    *(
        Column(f"Within {name}", explanation="Share with an accepted answer by then")
        for _, name in _HORIZONS
    ),
)
_TEST_COLUMNS = (
    Column("Comparison", is_number=False),
    Column("n"),
    Column("Hazard ratio", explanation="Below 1, the first set gets accepted answers more slowly"),
    Column("95% interval", explanation="Confidence interval of the hazard ratio"),
    Column("χ²", explanation="Log-rank test, with the degrees of freedom"),
    Column("p"),
    Column("p, Holm", explanation="p-value corrected for all comparisons of this table"),
)


def waiting_blocks(study: Study) -> tuple[Block, ...]:
    """Make the survival curves, the medians of the wait, and the tests."""
    heading = Heading("The wait, unanswered questions counted")
    rows = [row for row in study.rows("survival_summary") if row.n_questions]
    points = study.rows("survival_curves")
    if not rows or not points:
        sentence = (
            "The wait with unanswered questions counted is not known: the tables survival_curves"
            " and survival_summary are absent, or hold no question."
        )
        return heading, Prose(sentence)
    kinds = {one.question_set for one in study.of_kind("topic", "union", "baseline")}
    drawn = [row for row in points if row.question_set in kinds] or list(points)
    return (
        heading,
        *_lead(study, rows),
        Prose(
            "Here every question counts. One without an accepted answer waits at least until the"
            " data end, and says so much: it is followed to that day and then leaves, without a"
            " guess about what came later (Kaplan-Meier)."
        ),
        Chart(
            "survival",
            "Questions that still wait for an accepted answer",
            "How large a part of each set has no accepted answer yet, by the time since it was"
            " asked; the band is the 95% interval at each time. A curve that never falls to 50%"
            " has no median. The axis is logarithmic; a month is 30 days.",
            (survival_chart(drawn, study.styles),),
            study.table("survival_curves"),
        ),
        _table(study, rows),
        *_tests(study),
    )


def _lead(study: Study, rows: list[Row]) -> tuple[Prose, ...]:
    """Say what a median of accepted answers alone hides."""
    times = {row.question_set: row for row in study.rows("response_time_summary")}
    by_set = {row.question_set: row for row in rows}
    chosen = study.of_kind("union") or study.of_kind("topic")
    name = next((one.question_set for one in chosen if one.question_set in by_set), None)
    if name is None or by_set[name].accepted_within_1d is None:
        return ()
    own, time = by_set[name], times.get(name)
    said = ""
    if time is not None and time.median_response_minutes is not None:
        said = (
            f"The median of {duration(time.median_response_minutes)} is that of the"
            f" {count(time.n_response_times)} accepted answers, and hides the rest: of all"
            f" {count(own.n_questions)} {study.style(name).in_words} questions,"
        )
    else:
        said = f"Of all {count(own.n_questions)} {study.style(name).in_words} questions,"
    said += f" {percent(own.accepted_within_1d)} had an accepted answer after a day"
    if own.accepted_within_30d is not None:
        said += f" and {percent(own.accepted_within_30d)} after 30 days"
    return (Prose(said + _end_of_wait(own), is_lead=True),)


def _end_of_wait(own: Row) -> str:
    """Say when half had an answer, or how few ever had one, so that there is no such time."""
    if own.median_minutes is not None:
        return f"; half of them had one after {duration(own.median_minutes)}."
    observed = own.n_questions if own.n_observed is None else own.n_observed
    if not observed:
        return "."
    return (
        f". When the data end, only {percent(own.n_events / observed)} have one: fewer than half,"
        " so that no median wait can be given."
    )


def _table(study: Study, rows: list[Row]) -> Table:
    return Table(
        "survival_summary",
        "How long questions wait",
        _COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                count(row.n_questions if row.n_observed is None else row.n_observed),
                count(row.n_events),
                Cell(
                    duration(row.median_minutes),
                    explanation=""
                    if row.median_minutes is None
                    else f"{number(row.median_minutes)} minutes",
                ),
                time_interval(row.median_ci_low, row.median_ci_high),
                *(_within(row, name) for name, _ in _HORIZONS),
            )
            for row in rows
        ),
        study.table("survival_summary"),
        "Left out: accepted answers that are older than their question, or are not in the data."
        " A share by a time counts questions younger than that for as long as they were followed."
        " Point at a share for its 95% interval.",
    )


def _within(row: Row, name: str) -> Cell:
    share = getattr(row, f"accepted_within_{name}")
    low, high = (getattr(row, f"accepted_within_{name}_ci_{end}") for end in ("low", "high"))
    return Cell(
        percent(share),
        explanation="" if low is None else f"95% interval {share_interval(low, high)}",
    )


def _tests(study: Study) -> tuple[Block, ...]:
    tests = study.pairs("survival_tests")
    if not tests:
        return (Prose("No two sets’ waits were compared."),)  # noqa: RUF001
    table = Table(
        "survival_tests",
        "Do the waits differ?",
        _TEST_COLUMNS,
        tuple(
            (
                study.pair(test.set_a, test.set_b),
                f"{count(test.n_a)}, {count(test.n_b)}",
                number(test.hazard_ratio),
                NONE if test.ci_low is None else f"{number(test.ci_low)} to {number(test.ci_high)}",
                number(test.chi2, 1) + ("" if test.chi2 is None else f" ({test.df:.0f} df)"),
                p_value(test.p_value),
                p_value(test.p_value_adjusted),
            )
            for test in tests
        ),
        study.table("survival_tests"),
        "Log-rank test. Sets that share questions are not independent samples."
        + dashes([test.p_value for test in tests]),
    )
    contrast = study.contrast
    said = [
        f"At any moment of the wait, a question of {study.style(test.set_a).in_words} got its"
        f" accepted answer {number(test.hazard_ratio)} times as often as one of"
        f" {study.style(test.set_b).in_words} (95% interval {number(test.ci_low)} to"
        f" {number(test.ci_high)}; log-rank {p_words(test.p_value_adjusted)} after Holm’s"  # noqa: RUF001
        " correction)."
        for test in tests
        if contrast is not None
        and (test.set_a, test.set_b) == tuple(one.question_set for one in contrast)
        and None not in (test.hazard_ratio, test.ci_low, test.ci_high, test.p_value_adjusted)
    ]
    return (
        *(Prose(sentence) for sentence in said),
        Fold(f"{count(len(tests))} comparisons of the wait", (table,)),
    )
