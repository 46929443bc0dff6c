"""The results of labelling as tables: on the terminal, as CSV and as xlsx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from analyses.common.numbers import (
    NONE,
    between,
    count,
    number,
    p_value,
    percent,
    points,
    signed,
)
from analyses.common.spreadsheets import write_table
from analyses.labelling.agreement import ALL_SETS
from analyses.warehouse.summary import console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.agreement import AgreementOfAll, RaterAgreement
    from analyses.statistics.sampling import SampleSize


def show_sizes(sizes: Sequence[tuple[str, SampleSize, bool]]) -> None:
    """Print the sample sizes of named sets, all by one formula; True: the whole set is labelled."""
    table = _table("Sample sizes", ["set"], ["questions", "formula", "sample size"])
    for name, size, is_whole in sizes:
        table.add_row(
            escape(name) or NONE,
            count(size.population),
            number(size.exact),
            "all" if is_whole else count(size.sample_size),
        )
    console().print(table)
    if sizes:
        _, size, _ = sizes[0]
        kept = (
            "kept, where no question is left out as unclear or a false positive"
            if size.rounding == "up"
            else "just missed, and missed by more where questions are left out"
        )
        click.echo(
            f"{100 * size.confidence:g}% confidence, an interval of +/- {100 * size.interval:g}"
            f" points at a share of {100 * size.proportion:g}%, finite population correction.\n"
            f"Rounded {size.rounding}: the interval is {kept}."
        )


def show_agreement(rows: Sequence[RaterAgreement]) -> None:
    """Print the agreement of every two raters, and where they differ at inner level."""
    out = console()
    for pair in dict.fromkeys((row.rater_a, row.rater_b) for row in rows):
        its_rows = [row for row in rows if (row.rater_a, row.rater_b) == pair]
        table = _table(
            f"Agreement of {' and '.join(pair)}",
            ["set", "level"],
            ["questions", "agreed", "share a label", "agreement", "kappa", "interval"],
        )
        for row in its_rows:
            table.add_row(
                escape(row.question_set),
                row.level,
                count(row.n),
                count(row.n_agreed),
                count(row.n_overlapping),
                percent(row.agreement),
                number(row.kappa, 3),
                between(row.ci_low, row.ci_high, lambda value: number(value, 3)),
            )
        out.print(table)
        click.echo(f"Kappa is Cohen's; intervals of {100 * its_rows[0].confidence:g}% confidence.")
        for row in its_rows:
            if row.level == "inner" and row.n_agreed < row.n and row.question_set != ALL_SETS:
                out.print(_confusion(row))
                out.print(_by_category(row))


def show_agreement_of_all(rows: Sequence[AgreementOfAll]) -> None:
    """Print the agreement of all raters together."""
    table = _table(
        "Agreement of all raters", ["set", "level"], ["questions", "labels", "alpha", "interval"]
    )
    for row in rows:
        table.add_row(
            escape(row.question_set), row.level, count(row.n), count(row.n_labels),
            number(row.alpha, 3), between(row.ci_low, row.ci_high, lambda value: number(value, 3)),
        )  # fmt: skip
    console().print(table)
    click.echo(
        "Alpha is Krippendorff's, of questions that two raters or more have labelled; several"
        " labels agree in part with others that share some."
    )


def _by_category(row: RaterAgreement) -> Table:
    """Of the times that a rater chose a category, the share in which the other did too."""
    table = _table(
        f"{row.question_set}: agreement on each category",
        ["inner category"],
        ["chosen by either", "by both", "agreement, %", "interval, %"],
    )
    for one in row.categories:
        table.add_row(
            escape(one.category), count(one.n_either), count(one.n_both),
            percent(one.agreement).rstrip("%"),
            between(one.ci_low, one.ci_high, percent).replace("%", ""),
        )  # fmt: skip
    return table


def _confusion(row: RaterAgreement) -> Table:
    names = row.confusion.categories
    title = f"{row.question_set}: {row.rater_a} (rows) against {row.rater_b} (columns)"
    numbers = [str(index) for index, _ in enumerate(names, start=1)]
    table = _table(title, ["inner category"], numbers)
    for index, (name, counts) in enumerate(
        zip(names, row.confusion.counts.tolist(), strict=True), start=1
    ):
        table.add_row(escape(f"{index} {name}"), *(str(n) if n else "·" for n in counts))
    return table


def write_confusion(path: Path, rows: Sequence[RaterAgreement], *, force: bool = False) -> None:
    """Write how often each pair of labels occurs, at both levels: one row per pair that occurs."""
    columns = {"question_set": 14, "level": 8, "rater_a": 14, "rater_b": 14}
    columns |= {"label_a": 50, "label_b": 50, "n": 8}
    values = [
        [row.question_set, row.level, row.rater_a, row.rater_b, label_a, label_b, n]
        for row in rows
        for label_a, counts in zip(
            row.confusion.categories, row.confusion.counts.tolist(), strict=True
        )
        for label_b, n in zip(row.confusion.categories, counts, strict=True)
        if n
    ]
    write_table(path, columns, values, force=force)


def show_acceptance(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the table `label_acceptance`: the share without an accepted answer by kind of label."""
    table = _table(
        "Questions by kind of label",
        ["set", "label"],
        ["no accepted answer", "interval, %", "difference", "interval, points", "h", "p (Holm)"],
    )
    for row in rows:
        share = percent(row["no_accepted_share"])
        table.add_row(
            escape(row["question_set"]),
            row["label_kind"],
            f"{count(row['n_not_accepted'])} of {count(row['n_questions'])} ({share})",
            between(row["share_ci_low"], row["share_ci_high"], percent).replace("%", ""),
            points(row["share_difference"]),
            between(row["ci_low"], row["ci_high"], points),
            signed(row["cohens_h"]),
            p_value(row["p_value_adjusted"]),
        )
    console().print(table)
    click.echo(
        "Intervals: Wilson's of a share, Newcombe's of its difference in points from the"
        " categorised questions.\nh is Cohen's; p is that of the test of equal shares (R's"
        " prop.test), adjusted by Holm over the comparisons of this table."
    )


def _table(title: str, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for heading in texts:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table
