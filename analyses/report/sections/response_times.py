"""RQ2, second measure: the time from a question to its accepted answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import between, count, duration, few, number, p_words, signed
from analyses.figures import cumulative_curves, response_time_boxes
from analyses.figures.times import axis_floor, has_box
from analyses.report.blocks import (
    PAIR,
    SET,
    Cell,
    Chart,
    Column,
    Heading,
    Missing,
    Prose,
    interval,
    table_of,
    time_cell,
)
from analyses.report.sections.acceptance import (
    FOUND,
    HOLM,
    allows_for,
    large_enough,
    tests_of,
    without_evidence,
)

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA = "response_time_summary"
_BY_ANSWERER = "median_response_minutes", "answerer"


def _strong(minutes: float | None) -> Cell:
    cell = time_cell(minutes)
    return Cell(Markup("<strong>{}</strong>").format(cell.text), explanation=cell.explanation)


_COLUMNS = (
    SET,
    Column("Accepted", "n_accepted"),
    Column("With a time", "n_response_times"),
    Column("First quartile", "q1"),
    Column("Median", "median_response_minutes", _strong),
    interval("median_ci_low median_ci_high", explanation="Of the median"),
    Column("Third quartile", "q3"),
    Column("90th percentile", "p90"),
    Column("Median in minutes", "median_response_minutes", number),
)
_DAYS_DROPPED = Column("Days dropped", "median_response_minutes_days_dropped", number)
_OLDER = Column("Older", "n_answered_before_asked")
_ELSEWHERE = Column("Of another question", "n_answers_of_other_questions")
_TEST_COLUMNS = (
    PAIR,
    Column("n", "n_a n_b", "{:,}, {:,}".format, "Of the first set and of the second"),
    Column("Cliff’s\N{NO-BREAK SPACE}δ", "cliffs_delta", signed),
    interval("ci_low ci_high", signed),
    Column("Shift", "hodges_lehmann_minutes"),
    Column(
        "Times as long",
        "hodges_lehmann_ratio hodges_lehmann_ratio_ci_low hodges_lehmann_ratio_ci_high",
        lambda ratio, low, high: (
            number(ratio) + ("" if low is None else f" ({between(low, high)})")
        ),
    ),
    Column("U", "u"),
    Column("p", "p_value"),
    HOLM,
    Column(FOUND, "detectable_delta"),
)


def response_time_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Make the box plot, the medians and the tests."""
    title = "Time to the accepted answer"
    rows = study.rows(_DATA)
    boxed = [row for row in rows if has_box(row)]
    if not boxed:
        because = (
            "no question set has an accepted answer with a known date"
            if rows
            else study.why_empty(_DATA)
        )
        return (Missing(title, because),)
    names = {one.question_set for one in study.compared}
    drawn = [row for row in boxed if row.question_set in names] or boxed
    dropped = (_DAYS_DROPPED,) if study.drops_days else ()
    caption = "Response times, elapsed and with days dropped" if dropped else "Response times"
    return (
        Heading(title),
        *_lead(study),
        Prose(
            "The time from the question to the answer that its asker accepted. Questions without an"
            " accepted answer have no such time: the numbers describe the questions that got one,"
            " not the wait that an asker must expect."
        ),
        _chart(study, drawn),
        *_cumulative(study, drawn),
        table_of(study, _DATA, caption, (*_COLUMNS, *dropped, _OLDER, _ELSEWHERE), rows),
        *_days_dropped(study),
        *tests_of(
            study, "response_time_tests", "Do the response times differ?", _TEST_COLUMNS,
            "Mann-Whitney U test, two-sided. Cliff’s δ is the chance that an answer of the first"
            " set took longer than one of the second, minus the chance that it was faster: 0 is no"
            " difference.",
        ),
    )  # fmt: skip


def _lead(study: StudyResults) -> tuple[Prose, ...]:
    """Say the median of the study's subject, compared with that of the baseline if there is one."""
    known = large_enough(study.headline(_DATA, "n_response_times"), "n_response_times")
    if not known:
        return ()
    said = (
        few(min(row.n_response_times for row in known))
        + "Half of "
        + "; half of ".join(
            f"the {count(row.n_response_times)} accepted answers to"
            f" {study.questions(row.question_set, after=after)} came within"
            f" {duration(row.median_response_minutes)}"
            f" (95% interval {between(*median_interval(study, row), duration)})"
            for row, after in zip(known, ("", known[0].question_set), strict=False)
        )
    )
    test = study.contrast_of("response_time_tests")
    clustered = study.adjusted("response_minutes", "clustered_by_answerer")
    if clustered and len(known) > 1:
        said += (
            f". Cliff’s δ is {signed(clustered.estimate)}, 95% interval"
            f" {between(clustered.ci_low, clustered.ci_high, signed)}." + _of_people(study, known)
        )
        if clustered.ci_low <= 0 <= clustered.ci_high:
            # an interval that allows for people, and no test: 0 in it is as a p above the level
            said += without_evidence(1, _delta(clustered.detectable))
        if test and test.hodges_lehmann_ratio_ci_low is not None:
            low, high = test.hodges_lehmann_ratio_ci_low, test.hodges_lehmann_ratio_ci_high
            said += (
                f" Typically one took {number(test.hodges_lehmann_ratio)} times as long as one of"
                f" {study.style(test.set_b).in_words} ({between(low, high)} if answers were"
                " independent)."
            )
    elif test and len(known) > 1:
        said += (
            f". Cliff’s δ is {signed(test.cliffs_delta)}, 95% interval"
            f" {between(test.ci_low, test.ci_high, signed)},"
            f" {p_words(test.p_value_adjusted)} after Holm’s correction."
        ) + without_evidence(test.p_value_adjusted, _delta(test.detectable_delta))
    else:
        said += f".{_of_people(study, known)}"
    return (Prose(said, is_lead=True),)


def _delta(smallest: float | None) -> str | None:
    return None if smallest is None else f"a δ of {number(smallest)}"


def median_interval(study: StudyResults, row: Row) -> tuple[float | None, float | None]:
    """Return the interval of a set's median that allows for people who write many answers."""
    own = row.median_ci_low, row.median_ci_high
    return study.interval(row.question_set, *_BY_ANSWERER, *own)


def _of_people(study: StudyResults, known: list[Row]) -> str:
    return allows_for(study, known, _BY_ANSWERER, "people who write many answers")


def _chart(study: StudyResults, rows: list[Row]) -> Chart:
    floor = axis_floor(rows)
    cut = any(row.lower_whisker is not None and row.lower_whisker < floor for row in rows)
    least = "a minute" if floor == 1 else "a second"
    return Chart(
        "response-times",
        "From question to accepted answer",
        "How long the accepted answers of each set took. Box: the middle half of them; line in it:"
        " the median; whiskers: the outermost within one and a half box lengths, in minutes."
        " Answers beyond them are not drawn. The axis is logarithmic; a month is 30 days."
        + (f" Whiskers that begin below {least} are drawn from there." if cut else ""),
        (response_time_boxes(rows, study.styles),),
        study.table(_DATA),
    )


def _cumulative(study: StudyResults, drawn: list[Row]) -> tuple[Block, ...]:
    title, data = "How soon the accepted answers came", "response_time_quantiles"
    apart = {one.question_set for one in study.apart}
    names = [row.question_set for row in drawn if row.question_set in apart]
    rows = [row for row in study.rows(data) if row.question_set in names]
    if not rows:
        return (Missing(title, study.why_empty(data)),)
    return (
        Chart(
            "cumulative-times",
            title,
            "How many of the accepted answers of each set had come by a given time, as a share; the"
            " median is where a curve crosses 50%. Questions without an accepted answer are left"
            " out here. The axis is logarithmic; a month is 30 days.",
            (cumulative_curves(rows, study.styles),),
            study.table(data),
        ),
    )


def _days_dropped(study: StudyResults) -> tuple[Prose, ...]:
    """Explain the printed medians, and give times that were published without their posts."""
    if not study.drops_days:
        return ()
    how = Markup(
        "<strong>Days dropped.</strong> The publication that is recomputed here printed times with"
        " whole days left out: an answer after 2 days and 3 hours counted as 3 hours (a program"
        " read the seconds field of a duration, which restarts every day). No such time reaches 24"
        " hours. It is shown only to reproduce the printed medians; the measure is the elapsed"
        " time."
    )
    return (
        Prose(how),
        *(
            Prose(
                f"For {study.style(row.question_set).in_words} the publication has"
                f" {count(row.n_response_times)} response times without their posts, days dropped:"
                f" median {number(row.median_response_minutes_days_dropped)} minutes (95% interval"
                f" {between(row.median_days_dropped_ci_low, row.median_days_dropped_ci_high)}). How"
                " many whole days each took is unknown."
            )
            for row in study.rows("published_response_times")
        ),
    )
