"""RQ2, first measure: the share of questions without an accepted answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import GLUE, count, number, p_value, percent, points, signed
from analyses.figures.acceptance import acceptance_intervals, wilson
from analyses.report.blocks import Cell, Chart, Column, Fold, Heading, Prose, Table

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

ALPHA = 0.05
"""Below it a sentence says that sets differ; the p-value itself stands beside it."""

_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Questions"),
    Column("Accepted", explanation="The question names an accepted answer"),
    Column("No accepted answer"),
    Column("Share without"),
    Column("95% interval", explanation="Wilson’s interval of the share"),  # noqa: RUF001
)
_BASELINE_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Published study of", is_number=False),
    Column("Published share"),
    Column("Share here"),
    Column("Difference"),
    Column("95% interval", explanation="Wilson’s interval of the share, less the published one"),  # noqa: RUF001
    Column("Cohen’s\N{NO-BREAK SPACE}h"),  # noqa: RUF001
    Column("χ²", explanation="One degree of freedom"),
    Column("p, Holm", explanation="p-value corrected for all comparisons of this table"),
)
_TEST_COLUMNS = (
    Column("Comparison", is_number=False),
    Column("Difference", explanation="Share without an accepted answer, first minus second"),
    Column("95% interval", explanation="Confidence interval of the difference"),
    Column("Cohen’s\N{NO-BREAK SPACE}h", explanation="Effect size of a difference of shares"),  # noqa: RUF001
    Column("χ²", explanation="Test of equal shares, with the degrees of freedom"),
    Column("p"),
    Column("p, Holm", explanation="p-value corrected for all comparisons of this table"),
)


def acceptance_blocks(study: Study) -> tuple[Block, ...]:
    """Make the acceptance table and its tests."""
    heading = Heading("Questions without an accepted answer")
    rows = study.rows("acceptance")
    if not any(row.n_questions for row in rows):
        return heading, Prose("No question set has a question, so there is no share to show.")
    table = Table(
        "acceptance",
        "Questions with and without an accepted answer",
        _COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                count(row.n_questions),
                count(row.n_accepted),
                count(row.n_not_accepted),
                Cell(
                    percent(row.no_accepted_share),
                    row.no_accepted_share,
                    study.style(row.question_set).colour,
                ),
                share_interval(*_wilson(row)),
            )
            for row in rows
        ),
        study.table("acceptance"),
    )
    return (
        heading,
        *_lead(study, rows),
        Prose(
            "A question counts as accepted when its asker marked an answer. A question without the"
            " mark may still have a good answer, and one asked shortly before the data end has had"
            " little time to get it."
        ),
        _chart(study, rows),
        table,
        *_topics(study),
        _tests(study),
        *_baselines(study),
    )


def _wilson(row: Row) -> tuple[float | None, float | None]:
    share = wilson(row)
    return share.ci_low, share.ci_high


def share_interval(low: float | None, high: float | None) -> str:
    """Write the interval of a share: 68.4% to 72.3%."""
    if low is None or high is None:
        return number(None)
    return f"{percent(low)} to {percent(high)}"


def _chart(study: Study, rows: tuple[Row, ...]) -> Chart:
    kinds = {one.question_set for one in study.of_kind("topic", "union", "baseline")}
    filled = [row for row in rows if row.n_questions]
    drawn = [row for row in filled if row.question_set in kinds] or filled
    return Chart(
        "acceptance",
        "Share of questions without an accepted answer",
        "How large a part of each set has no accepted answer (point), and within which bounds that"
        " is known (line: Wilson’s 95% interval). The axis is cut to where the shares lie.",  # noqa: RUF001
        (acceptance_intervals(drawn, study.styles),),
        study.table("acceptance"),
    )


def _topics(study: Study) -> tuple[Prose, ...]:
    """Say whether the topics differ among themselves in their shares."""
    return tuple(
        Prose(
            f"Among the {row.n_sets} topics the shares"
            f" {'differ' if row.p_value < ALPHA else 'do not differ beyond chance'}:"
            f" χ²{GLUE}={GLUE}{number(row.chi2, 2)} ({row.df} df), {p_words(row.p_value)}"
            " (one test, not adjusted)"
            + (
                f", Cramér’s V{GLUE}={GLUE}{number(row.cramers_v)}"  # noqa: RUF001
                if row.cramers_v is not None
                else ""
            )
            + "."
        )
        for row in study.tables.rows("topic_tests")
        if row.measure == "no_accepted_share" and row.p_value is not None
    )


def _baselines(study: Study) -> tuple[Block, ...]:
    """Hold the sets against shares that other studies printed."""
    tests = study.rows("baseline_tests")
    if not tests:
        return (
            Prose(
                "No share was held against those of other studies: the table baseline_tests is"
                " absent or empty."
            ),
        )
    table = Table(
        "baseline_tests",
        "Against what other studies printed",
        _BASELINE_COLUMNS,
        tuple(
            (
                study.name(test.question_set),
                test.label or test.baseline.replace("_", " "),
                percent(test.baseline_share),
                percent(test.no_accepted_share),
                points(test.share_difference),
                interval(test.ci_low, test.ci_high, 100, 1),
                signed(test.cohens_h),
                number(test.chi2, 1),
                p_value(test.p_value_adjusted),
            )
            for test in tests
        ),
        study.table("baseline_tests"),
        "Those studies printed percentages without counts, so theirs are taken as exact, and the"
        " tests are surer than they should be." + dashes([test.chi2 for test in tests]),
    )
    return (Fold(f"{count(len(tests))} comparisons with other studies", (table,)),)


def _lead(study: Study, rows: tuple[Row, ...]) -> tuple[Prose, ...]:
    """Hold the union of the topics against the baseline, with what the test says."""
    shares = {row.question_set: row.no_accepted_share for row in rows}
    if study.contrast is None:
        return ()
    first, second = study.contrast
    if shares.get(first.question_set) is None or shares.get(second.question_set) is None:
        return ()
    topics, others = study.style(first.question_set), study.style(second.question_set)
    said = (
        f"{percent(shares[first.question_set])} of the {topics.in_words} questions have no accepted"
        f" answer, against {percent(shares[second.question_set])} of the {others.in_words} ones"
    )
    for test in study.tables.rows("proportion_tests"):
        is_it = (test.set_a, test.set_b) == (first.question_set, second.question_set)
        if is_it and test.p_value_adjusted is not None:
            said += (
                f": {points(test.share_difference)} points, 95% interval"
                f" {interval(test.ci_low, test.ci_high, 100, 1)},"
                f" {p_words(test.p_value_adjusted)} after Holm’s correction"  # noqa: RUF001
            )
    return (Prose(f"{said}.", is_lead=True),)


def p_words(value: float) -> str:
    """Write a p-value as part of a sentence: p < 0.001, p = 0.012."""
    text = p_value(value)
    return f"p{GLUE}{text}" if text[0] in "<>" else f"p{GLUE}={GLUE}{text}"


def _tests(study: Study) -> Block:
    tests = study.pairs("proportion_tests")
    if not tests:
        return Prose("No pair of question sets was compared.")
    return Table(
        "proportion_tests",
        "Do the shares differ?",
        _TEST_COLUMNS,
        tuple(
            (
                study.pair(test.set_a, test.set_b),
                points(test.share_difference)
                + ("" if test.share_difference is None else " points"),
                interval(test.ci_low, test.ci_high, 100, 1),
                signed(test.cohens_h),
                number(test.chi2, 1) + ("" if test.df is None else f" ({test.df:.0f} df)"),
                p_value(test.p_value),
                p_value(test.p_value_adjusted),
            )
            for test in tests
        ),
        study.table("proportion_tests"),
        "Differences in percentage points: above zero, the first set is left without an accepted"
        " answer more often. Sets that share questions are not independent samples."
        + dashes([test.p_value for test in tests]),
    )


def dashes(values: list[float | None]) -> str:
    """Say what a row of dashes means, where there is one."""
    return " A dash: one of the two sets is empty." if None in values else ""


def interval(low: float | None, high: float | None, factor: float = 1, places: int = 2) -> str:
    """Write a confidence interval as "low to high"; a dash where there is none."""
    if low is None or high is None:
        return number(None)
    return f"{signed(factor * low, places)} to {signed(factor * high, places)}"
