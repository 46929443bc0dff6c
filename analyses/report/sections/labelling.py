"""RQ3, the making of the labels: samples, agreement of raters, questions in no category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import FEW, and_list, between, count, few, number, percent, points
from analyses.report.blocks import SET, Column, Fold, Missing, Prose, interval, table_of, words
from analyses.statistics.sampling import unseen_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row


def _three(value: float | None) -> str:
    return number(value, 3)


_AGREEMENT_COLUMNS = (
    SET,
    words("Level", "level"),
    words("Raters", "rater_a rater_b", "{}, {}".format),
    Column("Questions", "n"),
    Column("Agreed", "agreement"),
    Column("Cohen’s\N{NO-BREAK SPACE}κ", "kappa", _three),
    interval("ci_low ci_high", _three),
)
_ALL_COLUMNS = (
    SET,
    words("Level", "level"),
    Column("Raters", "n_raters", count),
    Column("Questions", "n"),
    Column("Krippendorff’s\N{NO-BREAK SPACE}alpha", "alpha", _three),
    interval("ci_low ci_high", _three),
)
_CATEGORY_COLUMNS = (
    SET,
    words("Level", "level"),
    words("Category", "category", wraps=True),
    words("Raters", "rater_a rater_b", "{}, {}".format),
    Column("Chosen by either", "n_either"),
    Column("By both", "n_both"),
    Column("Agreement", "agreement"),
    interval("ci_low ci_high", percent),
)
_KIND_COLUMNS = (
    SET,
    words("Label", "label_kind", lambda kind: kind.replace("_", " ")),
    Column("Questions", "n_questions"),
    Column("No accepted answer", "n_not_accepted"),
    Column("Share without", "no_accepted_share"),
    interval("share_ci_low share_ci_high"),
    Column(
        "Difference", "share_difference ci_low ci_high",
        lambda share, low, high: points(share)
        + ("" if low is None else f" ({between(low, high, points)})"),
        "Percentage points, from the questions in a category",
    ),
    Column("p, Holm", "p_value_adjusted"),
)  # fmt: skip


def sample_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Make the table of sample sizes, beside what was labelled."""
    rows = study.rows("sample_sizes")
    if not rows:
        known = study.table("sample_sizes") is not None and not study.topics
        because = (
            "the study has no topic to draw from" if known else study.why_empty("sample_sizes")
        )
        return (Missing("How many questions to label", because),)
    columns = (
        SET,
        Column("Questions", "population"),
        Column("Confidence", "confidence", lambda share: f"{100 * share:g}%"),
        Column("Interval", "interval", lambda share: f"±{100 * share:g}%"),
        Column("Sample", "sample_size"),
        words(
            "Rounded", "rounding is_whole_set",
            lambda rounding, whole: "all questions" if whole else rounding or "",
        ),
        Column("Labelled", "question_set", lambda name: count(study.labelled.get(name, 0)), ""),
    )  # fmt: skip
    note = (
        "Rounding up keeps the interval, where every question that is drawn ends in a category;"
        " rounding down just misses it, and questions that are excluded widen it."
        if any(row.rounding == "down" for row in rows)
        else ""
    )
    table = table_of(
        study, "sample_sizes", "How many questions of each set to label", columns, rows, note=note
    )
    return (Fold("Sample sizes", (table,)),)


def agreement_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Show how far raters agree, or say how to get it shown."""
    title = "How far the raters agree"
    published = [
        number(row.published, 3)
        + (f" ({study.style(row.question_set).label})" if row.question_set else "")
        for row in study.rows("replication_checks")
        if row.figure == "cohen_kappa" and row.published is not None
    ]
    beside = (
        f"The publication printed Cohen’s κ of {and_list(published)}, without each rater’s"
        " labels, so it cannot be recomputed"
        if published
        else ""
    )
    if not study.rows("rater_agreement"):
        how = Markup(
            "their sheets were not given (<code>stackstudy report --draw draw.csv --sheet ann.xlsx"
            " --sheet ben.xlsx</code>){}"
        )
        return (Missing(title, how.format(f". {beside}" if beside else "")),)
    note = (
        "A question with several labels counts as agreed when all of them are the same. Raters see"
        " whether a question has an answer."
    )
    note += f" {beside}." if beside else ""
    return (
        table_of(study, "rater_agreement", title, _AGREEMENT_COLUMNS, note=note),
        *_of_all(study),
        *_by_category(study),
    )


def _of_all(study: StudyResults) -> tuple[Block, ...]:
    """Show the agreement of three raters or more."""
    data = "agreement_of_all"
    if not study.rows(data):
        return ()
    note = "Several labels of a question agree in part with others that share some (MASI)."
    title = "How far all raters agree together"
    return (table_of(study, data, title, _ALL_COLUMNS, note=note),)


def _by_category(study: StudyResults) -> tuple[Block, ...]:
    """Show which categories the raters agree on."""
    data, title = "category_agreement", "On which categories the raters agree"
    rows = study.rows(data)
    if not rows:
        return ()
    note = (
        "Of the times that one rater chose a category, the share in which the other did too. Of a"
        " question with several labels each counts."
    )
    table = table_of(study, data, title, _CATEGORY_COLUMNS, rows, note=note)
    return (Fold(f"{title} ({count(len(rows))})", (table,)),)


def label_acceptance_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Show whether questions that fit no category are answered less."""
    rows = [row for row in study.rows("label_acceptance") if row.n_questions]
    title = "Are questions that fit no category answered less?"
    if len({row.label_kind for row in rows}) < 2:
        because = "all labelled questions are in a category, or no question is"
        return (Missing(title, because if study.labelled else "no labels were given"),)
    table = table_of(
        study, "label_acceptance", "Without an accepted answer, by kind of label", _KIND_COLUMNS,
        rows,
        note="Raters see whether a question has an answer, so that “unclear” and “not accepted” are"
        " not independent. Holm’s correction goes over the rows of this table that have a test.",
    )  # fmt: skip
    return (Fold(title, (table,)),)


def saturation(study: StudyResults, by_set: Mapping[str, Sequence[Row]]) -> tuple[Prose, ...]:
    """Say how much of what was not labelled would be of a category that nobody has seen.

    Parameters
    ----------
    study : StudyResults
    by_set : mapping of str to sequence of Row
        Rows of `taxonomy_distribution` without the root, by set.
    """
    said, least = [], FEW
    for name, own in by_set.items():
        found = unseen_share(row.n_questions for row in own if not row.is_divided)
        if found.n:
            known = between(found.ci_low, found.ci_high, percent)
            said.append(
                f"{percent(found.share)} for {study.style(name).in_words}"
                f" ({'' if found.ci_low is None else f'95% interval {known}; '}labels that are"
                f" alone in their category: {count(found.n_once)} of {count(found.n)})"
            )
            least = min(least, found.n)
    if not said:
        return ()
    return (
        Prose(
            f"{few(least)}Of the questions that nobody labelled, the estimated share that would be"
            f" of a new category (Good-Turing) is {and_list(said)}."
        ),
    )
