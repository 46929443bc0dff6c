"""RQ2, second measure: the time from a question to its accepted answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import count, duration, number, p_value, signed
from analyses.figures import cumulative_curves, response_time_boxes
from analyses.figures.response_times import axis_floor, has_box
from analyses.report.blocks import Cell, Chart, Column, Heading, Prose, Table
from analyses.report.sections.acceptance import dashes, interval, p_words

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MART = "response_time_summary"
_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Accepted", explanation="Questions that name an accepted answer"),
    Column("With a time", explanation="Accepted answers in the data, not older than the question"),
    Column("First quartile"),
    Column("Median"),
    Column("95% interval", explanation="Of the median, from order statistics"),
    Column("Third quartile"),
    Column("Nine tenths"),
    Column("Median in minutes"),
    Column("Days dropped", explanation="Median in minutes with whole days left out, as printed"),
    Column("Older", explanation="Accepted answers that are older than their question"),
)
_TEST_COLUMNS = (
    Column("Comparison", is_number=False),
    Column("n"),
    Column("Cliff’s\N{NO-BREAK SPACE}δ", explanation="Effect size, from −1 to 1"),  # noqa: RUF001
    Column("95% interval", explanation="Confidence interval of Cliff's delta"),
    Column("Shift", explanation="Hodges-Lehmann estimate of the difference, first minus second"),
    Column("U", explanation="Mann-Whitney statistic"),
    Column("p"),
    Column("p, Holm", explanation="p-value corrected for all comparisons of this table"),
)


def response_time_blocks(study: Study) -> tuple[Block, ...]:
    """Make the box plot, the medians both ways and the tests."""
    heading = Heading("Time to the accepted answer")
    rows = study.rows("response_time_summary")
    if not any(has_box(row) for row in rows):
        sentence = "No question set has an accepted answer with a known date: no times to show."
        return heading, Prose(sentence)
    kinds = {one.question_set for one in study.of_kind("topic", "union", "baseline")}
    drawn = [row for row in rows if row.question_set in kinds and has_box(row)] or [
        row for row in rows if has_box(row)
    ]
    return (
        heading,
        *_lead(study, rows),
        Prose(
            "Minutes, hours and days that passed from the question to the answer that its asker"
            " accepted. Questions without an accepted answer have no such time: the numbers"
            " describe the questions that got one, not the wait that an asker must expect."
        ),
        _chart(study, drawn),
        *_cumulative(study, drawn),
        _table(study, rows),
        Prose(
            Markup(
                "<strong>Days dropped.</strong> The study that these figures follow printed times"
                " with whole days left out: an answer after 2 days and 3 hours counted as 3 hours"
                " (the program read the seconds field of a duration, which restarts at every day)."
                " No such time reaches 24 hours. We show it only so that the printed medians can be"
                " found again; the elapsed time is the measure."
            )
        ),
        *_published(study),
        _tests(study),
    )


def _lead(study: Study, rows: tuple[Row, ...]) -> tuple[Prose, ...]:
    """Hold the medians of the topics' union and of the baseline against each other."""
    medians = {row.question_set: row.median_response_minutes for row in rows}
    if study.contrast is None:
        return ()
    first, second = study.contrast
    if medians.get(first.question_set) is None or medians.get(second.question_set) is None:
        return ()
    said = (
        f"Half of the accepted answers to {study.style(first.question_set).in_words} questions came"
        f" within {duration(medians[first.question_set])}, to"
        f" {study.style(second.question_set).in_words} ones within"
        f" {duration(medians[second.question_set])}"
    )
    for test in study.tables.rows("response_time_tests"):
        is_it = (test.set_a, test.set_b) == (first.question_set, second.question_set)
        if is_it and test.p_value_adjusted is not None:
            said += (
                f": Cliff’s δ {signed(test.cliffs_delta)}, 95% interval"  # noqa: RUF001
                f" {interval(test.ci_low, test.ci_high)},"
                f" {p_words(test.p_value_adjusted)} after Holm’s correction"  # noqa: RUF001
            )
    return (Prose(f"{said}.", is_lead=True),)


def _chart(study: Study, rows: list[Row]) -> Chart:
    floor = axis_floor(rows)
    cut = any(row.lower_whisker is not None and row.lower_whisker < floor for row in rows)
    return Chart(
        "response-times",
        "From question to accepted answer",
        "How long the accepted answers of each set took. Box: the middle half of them; line in it:"
        " the median; whiskers: the outermost within one and a half box lengths, in minutes."
        " Answers beyond are not drawn. The axis is logarithmic; a month is 30 days."
        + (f" Whiskers that begin below {_floor(floor)} are drawn from there." if cut else ""),
        (response_time_boxes(rows, study.styles),),
        study.table(_MART),
    )


def _cumulative(study: Study, drawn: list[Row]) -> tuple[Block, ...]:
    names = [row.question_set for row in drawn]
    rows = [row for row in study.rows("response_time_quantiles") if row.question_set in names]
    if not rows:
        return (
            Prose(
                "How the times are spread beyond the boxes is not known: the table"
                " response_time_quantiles is absent or empty."
            ),
        )
    return (
        Chart(
            "cumulative-times",
            "How soon the accepted answers came",
            "How large a part of the accepted answers of each set had come after a time; the"
            " median is where a curve crosses 50%. Questions without an accepted answer are left"
            " out here. The axis is logarithmic; a month is 30 days.",
            (cumulative_curves(rows, study.styles),),
            study.table("response_time_quantiles"),
        ),
    )


def _published(study: Study) -> tuple[Prose, ...]:
    """Give times that were published without their posts, where there are any."""
    return tuple(
        Prose(
            f"Of {study.style(row.question_set).in_words} the publication holds"
            f" {count(row.n_response_times)} response times and not their posts, days dropped:"
            f" median {number(row.median_response_minutes_days_dropped)} minutes"
            + (
                f" (95% interval {number(row.median_days_dropped_ci_low)} to"
                f" {number(row.median_days_dropped_ci_high)})"
                if row.median_days_dropped_ci_low is not None
                else ""
            )
            + ". How many days each took is lost."
        )
        for row in study.rows("published_response_times")
    )


def time_interval(low: float | None, high: float | None) -> str:
    """Write an interval of times: 20.1 h to 1.5 d; a dash where there is none."""
    if low is None and high is None:
        return number(None)
    return f"{duration(low)} to {duration(high)}"


def _floor(minutes: float) -> str:
    return "a minute" if minutes == 1 else "a second"


def _table(study: Study, rows: tuple[Row, ...]) -> Table:
    return Table(
        _MART,
        "Response times, both ways",
        _COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                count(row.n_accepted),
                count(row.n_response_times),
                _time(row.q1),
                Cell(
                    Markup("<strong>{}</strong>").format(duration(row.median_response_minutes)),
                    explanation=f"{number(row.median_response_minutes)} minutes",
                ),
                time_interval(row.median_ci_low, row.median_ci_high),
                _time(row.q3),
                _time(row.p90),
                number(row.median_response_minutes),
                number(row.median_response_minutes_days_dropped),
                count(row.n_answered_before_asked),
            )
            for row in rows
        ),
        study.table(_MART),
    )


def _time(minutes: float | None) -> Cell:
    return Cell(
        duration(minutes), explanation="" if minutes is None else f"{number(minutes)} minutes"
    )


def _tests(study: Study) -> Block:
    tests = study.pairs("response_time_tests")
    if not tests:
        return Prose("No pair of question sets was compared.")
    return Table(
        "response_time_tests",
        "Do the response times differ?",
        _TEST_COLUMNS,
        tuple(
            (
                study.pair(test.set_a, test.set_b),
                f"{count(test.n_a)}, {count(test.n_b)}",
                signed(test.cliffs_delta),
                interval(test.ci_low, test.ci_high),
                duration(test.hodges_lehmann_minutes),
                count(test.u),
                p_value(test.p_value),
                p_value(test.p_value_adjusted),
            )
            for test in tests
        ),
        study.table("response_time_tests"),
        "Mann-Whitney U test, two-sided. Cliff’s δ is the chance that an answer of the first set"  # noqa: RUF001
        " took longer than one of the second, minus the chance that it was faster: 0 is no"
        " difference. Sets that share questions are not independent samples."
        + dashes([test.p_value for test in tests]),
    )
