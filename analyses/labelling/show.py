"""The results of labelling as tables: on the terminal, as CSV and as xlsx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from analyses.figures.numbers import NONE, count, number, p_value, percent, points, signed
from analyses.labelling.tables import is_workbook, write_csv, written_whole
from analyses.labels import NO_CATEGORY
from analyses.summary import console

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.acceptance import LabelAcceptance
    from analyses.labelling.agreement import RaterAgreement
    from analyses.labels import Label
    from analyses.statistics.sampling import SampleSize

CONFUSION_COLUMNS = ("question_set", "level", "rater_a", "rater_b", "label_a", "label_b", "n")


def show_sizes(sizes: Sequence[tuple[str, SampleSize]]) -> None:
    """Print sample sizes, and what their rounding means."""
    table = Table(title="Sample sizes", title_justify="left")
    table.add_column("set")
    for heading in ("questions", "formula", "sample size"):
        table.add_column(heading, justify="right")
    for name, size in sizes:
        table.add_row(
            name or NONE, count(size.population), number(size.exact), count(size.sample_size)
        )
    out = console()
    out.print(table)
    for size in dict.fromkeys(
        (one.confidence, one.interval, one.proportion, one.rounding) for _, one in sizes
    ):
        confidence, interval, proportion, rounding = size
        why = "the interval is kept" if rounding == "up" else "the interval is just missed"
        out.print(
            f"For {percent(confidence)} confidence and an interval of ±{100 * interval:g} points"
            f" at a share of {percent(proportion)}, with finite population correction;"
            f" rounded {rounding}: {why}."
        )


def show_agreement(rows: Sequence[RaterAgreement]) -> None:
    """Print agreement, and a confusion table for each set at inner level."""
    table = Table(title="Agreement", title_justify="left")
    for heading in ("raters", "set", "level"):
        table.add_column(heading)
    for heading in ("questions", "agreed", "share a label", "agreement", "kappa", "interval"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            escape(f"{row.rater_a}, {row.rater_b}"),
            escape(row.question_set),
            row.level,
            count(row.n),
            count(row.n_agreed),
            count(row.n_overlapping),
            percent(row.agreement),
            number(row.kappa, 3),
            _interval(row.ci_low, row.ci_high, 3),
        )
    out = console()
    out.print(table)
    if rows:
        out.print(f"Kappa is Cohen's, its interval of {percent(rows[0].confidence)} confidence.")
    for row in rows:
        if row.level == "inner" and row.n_agreed < row.n:
            out.print(_confusion(row))


def _confusion(row: RaterAgreement) -> Table:
    names = row.confusion.categories
    title = escape(f"{row.question_set}: {row.rater_a} (rows) against {row.rater_b} (columns)")
    table = Table(title=title, title_justify="left", pad_edge=False)
    table.add_column("inner category")
    for index, _ in enumerate(names, start=1):
        table.add_column(str(index), justify="right")
    for index, (name, counts) in enumerate(
        zip(names, row.confusion.counts.tolist(), strict=True), start=1
    ):
        table.add_row(escape(f"{index} {name}"), *(str(n) if n else "·" for n in counts))
    return table


def write_confusion(path: Path, rows: Sequence[RaterAgreement], *, force: bool = False) -> None:
    """Write how often each pair of labels occurs, at both levels: pairs that do, one a line."""
    columns = dict(zip(CONFUSION_COLUMNS, (14, 8, 14, 14, 50, 50, 8), strict=True))
    values = [
        [row.question_set, row.level, row.rater_a, row.rater_b, label_a, label_b, n]
        for row in rows
        for label_a, counts in zip(
            row.confusion.categories, row.confusion.counts.tolist(), strict=True
        )
        for label_b, n in zip(row.confusion.categories, counts, strict=True)
        if n
    ]
    with_cells = is_workbook(path)
    with written_whole(path, force=force) as aside:
        if not with_cells:
            write_csv(aside, CONFUSION_COLUMNS, values)
            return
        from analyses.labelling.workbook import Sheet, write_workbook  # noqa: PLC0415

        write_workbook(aside, Sheet("confusion", columns, values))


def show_acceptance(rows: Sequence[LabelAcceptance]) -> None:
    """Print the share without an accepted answer of each kind of question."""
    table = Table(title="Questions by kind of label", title_justify="left")
    for heading in ("set", "label"):
        table.add_column(heading)
    for heading in (
        *("questions", "no accepted answer", "interval", "difference"),
        *("interval", "h", "p", "p (Holm)"),
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            escape(row.question_set),
            row.label,
            count(row.n_questions),
            f"{count(row.n_not_accepted)} ({percent(row.no_accepted_share)})",
            _percents(row.share_ci_low, row.share_ci_high),
            points(row.share_difference),
            _points(row.ci_low, row.ci_high),
            signed(row.cohens_h),
            p_value(row.p_value),
            p_value(row.p_value_adjusted),
        )
    out = console()
    out.print(table)
    out.print(
        "Differences in points against the categorised questions of the set, with Newcombe's"
        " interval; h is Cohen's; p of the test of equal shares (Yates), also adjusted for the"
        " comparisons of this table (Holm)."
    )


def write_results(path: Path, rows: Sequence[LabelAcceptance], *, force: bool = False) -> None:
    """Write results with all their fields as CSV."""
    values = [row.to_dict() for row in rows]
    with written_whole(path, force=force) as aside:
        write_csv(aside, list(values[0]) if values else [], [list(row.values()) for row in values])


def count_labels(labels: Sequence[Label]) -> str:
    """Say how many labels of how many questions there are, and how many stand for no category."""
    questions = {(one.question_set, one.site, one.question_id) for one in labels}
    kinds = [
        f"{count(n)} {name}"
        for name in NO_CATEGORY
        if (n := sum(one.inner_category == name for one in labels))
    ]
    return ", ".join([f"{count(len(labels))} labels of {count(len(questions))} questions", *kinds])


def _interval(low: float | None, high: float | None, places: int) -> str:
    if low is None or high is None:
        return NONE
    return f"{number(low, places)} to {number(high, places)}"


def _percents(low: float | None, high: float | None) -> str:
    return NONE if low is None or high is None else f"{percent(low)} to {percent(high)}"


def _points(low: float | None, high: float | None) -> str:
    return NONE if low is None or high is None else f"{points(low)} to {points(high)}"
