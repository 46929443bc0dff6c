"""RQ3, how the labels came about: samples, agreement of raters, questions in no category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import count, number, p_value, percent, points
from analyses.report.blocks import Column, Fold, Prose, Table
from analyses.report.sections.acceptance import interval, share_interval

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study

_SAMPLE_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Questions"),
    Column("Confidence"),
    Column("Interval", explanation="Half its width, for a share of one half"),
    Column("Sample", explanation="Cochran’s formula for a finite population"),  # noqa: RUF001
    Column("Rounded", is_number=False),
    Column("Labelled here"),
)
_AGREEMENT_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Level", is_number=False),
    Column("Raters", is_number=False),
    Column("Questions"),
    Column("Agreed"),
    Column("Cohen’s\N{NO-BREAK SPACE}κ"),  # noqa: RUF001
    Column("95% interval"),
)
_KIND_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Label", is_number=False),
    Column("Questions"),
    Column("No accepted answer"),
    Column("Share without"),
    Column("95% interval"),
    Column("Difference", explanation="Percentage points, from the questions in a category"),
    Column("p, Holm"),
)


def sample_blocks(study: Study) -> tuple[Block, ...]:
    """Make the table of sample sizes, beside what was labelled."""
    rows = study.rows("sample_sizes")
    if not rows:
        return (
            Prose("How many questions to label is not known: the table sample_sizes is empty."),
        )
    labelled: dict[str, set[tuple[str, int]]] = {}
    for one in study.rows("labels"):
        labelled.setdefault(one.question_set, set()).add((one.site, one.question_id))
    table = Table(
        "sample_sizes",
        "How many questions of each set to label",
        _SAMPLE_COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                count(row.population),
                f"{100 * row.confidence:g}%",
                f"±{100 * row.interval:g}%",
                count(row.sample_size),
                "all questions" if row.is_whole_set else row.rounding or "",
                count(len(labelled.get(row.question_set, ()))),
            )
            for row in rows
        ),
        study.table("sample_sizes"),
        "Rounding up keeps the interval; rounding down, as the publication did, just misses it.",
    )
    return (Fold("Sample sizes", (table,)),)


def agreement_blocks(study: Study) -> tuple[Block, ...]:
    """Show how far raters agree, or how to have it shown."""
    published = [
        f"{number(row.published, 3)} ({(row.question_set or '').replace('_', ' ')})"
        for row in study.rows("replication_checks")
        if row.figure == "cohen_kappa" and row.published is not None
    ]
    beside = (
        f" The publication printed Cohen’s κ of {' and '.join(published)}, without each rater’s"  # noqa: RUF001
        " labels, so it cannot be computed again."
        if published
        else ""
    )
    if not study.agreement:
        how = Markup(
            "How far raters agree is not shown: their sheets were not given (<code>stackstudy"
            " report --draw draw.csv --sheet ann.xlsx --sheet ben.xlsx</code>).{}"
        )
        return (Prose(how.format(beside)),)
    table = Table(
        "rater_agreement",
        "How far the raters agree",
        _AGREEMENT_COLUMNS,
        tuple(
            (
                study.name(row.question_set)
                if row.question_set in study.sets
                else row.question_set,
                row.level,
                f"{row.rater_a}, {row.rater_b}",
                count(row.n),
                percent(row.agreement),
                number(row.kappa, 3),
                "–" if row.ci_low is None else f"{row.ci_low:.3f} to {row.ci_high:.3f}",  # noqa: RUF001
            )
            for row in study.agreement
        ),
        study.table("rater_agreement"),
        "A question with several labels counts as agreed when all of them are the same." + beside,
    )
    return (table,)


def label_acceptance_blocks(study: Study) -> tuple[Block, ...]:
    """Show whether questions that fit no category are answered less."""
    rows = [row for row in study.rows("label_acceptance") if row.n_questions]
    if len({row.label_kind for row in rows}) < 2:
        return ()
    table = Table(
        "label_acceptance",
        "Without an accepted answer, by kind of label",
        _KIND_COLUMNS,
        tuple(
            (
                study.name(row.question_set)
                if row.question_set in study.sets
                else row.question_set.replace("_", " "),
                row.label_kind.replace("_", " "),
                count(row.n_questions),
                count(row.n_not_accepted),
                percent(row.no_accepted_share),
                share_interval(row.share_ci_low, row.share_ci_high),
                points(row.share_difference)
                + ("" if row.ci_low is None else f" ({interval(row.ci_low, row.ci_high, 100, 1)})"),
                p_value(row.p_value_adjusted),
            )
            for row in rows
        ),
        study.table("label_acceptance"),
    )
    return (Fold("Are questions that fit no category answered less?", (table,)),)
