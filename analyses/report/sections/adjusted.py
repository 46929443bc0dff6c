"""RQ2, what else the difference could be: one of years, or of a few people who write much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import NONE, between, count, duration, number, percent, points, signed
from analyses.figures import yearly_acceptance_lines
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
    words,
)
from analyses.report.sections.acceptance import FOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_OUTCOMES = {
    "no_accepted": "No accepted answer",
    "no_answer": "No answer",
    "accepted_within_30d": "Accepted within 30 days",
    "response_minutes": "Response time",
    "waiting": "The wait",
}
_METHODS = {
    "crude": "Crude",
    "standardised_by_year": "With the years of the second set",
    "mantel_haenszel": "Within years (Mantel-Haenszel)",
    "clustered_by_asker": "Clustered by asker",
    "clustered_by_answerer": "Clustered by answerer",
    "cox_stratified_by_year": "Within years (Cox)",
}
_UNITS: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "share_difference": ("points", points),
    "odds_ratio": ("odds ratio", number),
    "cliffs_delta": ("Cliff’s δ", signed),
    "hazard_ratio": ("hazard ratio", number),
}


def _estimate(value: float | None, unit: str, reason: str | None) -> str:
    name, write = _UNITS[unit]
    return f"{NONE} ({reason})" if value is None else f"{write(value)} {name}"


def _detectable(value: float | None, unit: str) -> str:
    if value is None or unit != "share_difference":
        return number(value)
    return number(100 * value, 1)


def _measure(name: str) -> Callable[[float | None], str]:
    return percent if name.endswith("share") else duration


_COLUMNS = (
    words("Outcome", "outcome", _OUTCOMES.__getitem__),
    words("Method", "method", _METHODS.__getitem__),
    Column("Difference or ratio", "estimate unit reason", _estimate),
    Column(
        "95% interval", "ci_low ci_high unit",
        lambda low, high, unit: between(low, high, _UNITS[unit][1]), "",
    ),
    Column("p", "p_value"),
    Column("p, Holm", "p_value_adjusted"),
    Column(FOUND, "detectable unit", _detectable),
    Column("n", "n_a n_b", "{:,}, {:,}".format, "Of the first set and of the second"),
    Column("People", "n_clusters", count),
)  # fmt: skip
_YEAR_COLUMNS = (
    SET,
    Column("Year", "year", str, ""),
    Column("Questions", "n_questions"),
    Column("No accepted answer", "no_accepted_share", percent),
    interval("no_accepted_share_ci_low no_accepted_share_ci_high", percent, ""),
    Column("Observed 30 days", "n_observed_30d", count),
    Column("Accepted within 30 days", "accepted_within_30d_share", percent),
    interval("accepted_within_30d_share_ci_low accepted_within_30d_share_ci_high", percent, ""),
)  # fmt: skip
_EFFECT_COLUMNS = (
    SET,
    words("Of", "measure", lambda name: "share" if name.endswith("share") else "median time"),
    words("By", "clustered_by"),
    Column("n", "n"),
    Column("People", "n_clusters", count),
    Column("Most of one person", "n_largest", count),
    Column("Design effect", "design_effect", lambda effect: number(effect, 1)),
    Column("Effective n", "n_effective", count),
    Column("Estimate", "measure estimate", lambda name, value: _measure(name)(value), ""),
    Column(
        "95% interval", "measure ci_low ci_high",
        lambda name, low, high: between(low, high, _measure(name)),
        "Of the estimate; it allows for people who asked or answered several times",
    ),
)  # fmt: skip


def adjusted_blocks(study: StudyResults) -> tuple[Block, ...]:
    """Show acceptance by year, the comparisons adjusted for years and people, design effects."""
    rows = study.pairs("adjusted_comparisons")
    title = "Comparisons adjusted for years and people"
    blocks = (
        *_yearly(study),
        *(_comparisons(study, rows) if rows else (Missing(title, "no two sets were compared"),)),
        *_effects(study),
    )
    if all(isinstance(block, Missing) for block in blocks):
        return blocks
    return (
        Heading("Years and people"),
        Prose(
            "Two sets may differ because one is younger: its questions had less time, and askers"
            " may accept less often than they did. They may also differ because a few people asked"
            " or answered much of one set: their questions are alike, and say less than as many of"
            " different people. Each is allowed for by itself; what remains may have other causes."
            if rows
            else "Younger questions had less time, and askers may accept less often than they did."
            " Where a few people asked or answered much of a set, their questions are alike, and"
            " say less than as many of different people."
        ),
        *blocks,
    )


def _yearly(study: StudyResults) -> tuple[Block, ...]:
    title, data = "Acceptance by the year asked", "yearly_acceptance"
    rows = study.rows(data)
    names = {one.question_set for one in study.contrast or study.compared}
    drawn = [row for row in rows if row.question_set in names]
    if not drawn:
        return (Missing(title, study.why_empty(data)),)
    return (
        Chart(
            "yearly-acceptance", title,
            "How the share without an accepted answer when the data end goes with the year asked:"
            " younger questions have had less time. And the share accepted within 30 days, of the"
            " questions that were followed for as long, which compares years at equal age. Bars:"
            " 95% intervals. Years of fewer than 10 questions are not drawn.",
            tuple(
                yearly_acceptance_lines(drawn, study.styles, column)
                for column in ("no_accepted_share", "accepted_within_30d_share")
            ),
            study.table(data),
            ("no-accepted", "accepted-within-30-days"),
        ),
        Fold(f"Years one by one ({count(len(rows))})",
             (table_of(study, data, title, _YEAR_COLUMNS, rows),)),
    )  # fmt: skip


def _comparisons(study: StudyResults, rows: tuple[Row, ...]) -> tuple[Block, ...]:
    order = list(_OUTCOMES), list(_METHODS)

    def place(row: Row) -> tuple[int, int]:
        return order[0].index(row.outcome), order[1].index(row.method)

    data, title = "adjusted_comparisons", "Comparisons adjusted for years and people"
    pair = tuple(one.question_set for one in study.contrast or ())
    own = sorted((row for row in rows if (row.set_a, row.set_b) == pair), key=place)
    note = (
        "Standardised shares and resampled people have an interval and no test. Holm’s correction"
        " goes over the pairs of one outcome and method. “Would be found”: the smallest difference,"
        " in either direction, or ratio above 1, that a comparison of this precision finds 8 times"
        " in 10. Only rows clustered by people allow for several questions or answers of a person."
    )
    pairs = list(dict.fromkeys((row.set_a, row.set_b) for row in rows))
    every = sorted(rows, key=lambda row: (pairs.index((row.set_a, row.set_b)), *place(row)))
    whole = table_of(study, data, title, (PAIR, *_COLUMNS), every, name=f"{data}-all", note=note)
    fold = Fold(f"All pairs, outcomes and methods ({count(len(rows))})", (whole,))
    if not own:
        return (fold,)
    caption = f"{title}: {study.style(pair[0]).in_words} and {study.style(pair[1]).in_words}"
    return (table_of(study, data, caption, _COLUMNS, own, note=note), fold)


def _effects(study: StudyResults) -> tuple[Block, ...]:
    title, data = "How much people with many questions or answers weigh", "design_effects"
    rows = study.repeated_people
    if not rows:
        because = "nobody is known to have asked or answered several times"
        return (Missing(title, because if study.rows(data) else study.why_empty(data)),)
    return (
        table_of(
            study, data, title, _EFFECT_COLUMNS, rows,
            note="With a design effect of 4, n answers carry as much information as n / 4 answers"
            " of different people. For a median time it is that of the time’s logarithm.",
        ),
    )  # fmt: skip
