"""Popularity and difficulty of sets and of labelled categories, and whether they go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import FEW, between, count, number, p_words, percent, signed
from analyses.figures import category_dots, category_scatter
from analyses.figures.measures import told_names
from analyses.report.blocks import (
    CATEGORY,
    SET,
    Chart,
    Column,
    Fold,
    Heading,
    Missing,
    Prose,
    Section,
    interval,
    table_of,
    words,
)
from analyses.report.sections.acceptance import LEAST
from analyses.statistics.power import ALPHA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_SETS = "set_measures"
_CATEGORIES = "category_measures"
_CORRELATIONS = "measure_correlations"
_POPULAR, _DIFFICULT = "median_views", "no_accepted_share"
_SAME_ANSWERS = {("mean_answers", "answered_share"), ("mean_answers", "accepted_share")}
"""Pairs of measures that count the same answers."""

_NAMES = {
    "mean_views": "views, mean",
    "mean_favorites": "favorites, mean",
    "mean_score": "score, mean",
    "mean_answers": "answers, mean",
    "answered_share": "share with an answer",
    "accepted_share": "share with an accepted answer",
    "median_first_answer_minutes": "time to the first answer, median",
    "median_response_minutes": "time to the accepted answer, median",
    "mean_body_characters": "characters, mean",
}
_LEVELS = {"leaf": "leaf categories", "inner": "inner categories", "both": "both levels"}

_COLUMNS = (
    Column("Questions", "n_questions"),
    Column("Views, mean", "mean_views", lambda value: number(value, 0)),
    Column("Views, median", "median_views", lambda value: number(value, 0)),
    Column("Favorites", "mean_favorites"),
    Column("Score", "mean_score"),
    Column("Answers", "mean_answers"),
    Column("No answer", "no_answer_share"),
    Column("Answered, not accepted", "answered_not_accepted_share"),
    Column("Accepted", "accepted_share"),
    Column("Self-answered", "self_answered_share"),
    Column("First answer, median", "median_first_answer_minutes"),
    Column("Accepted answer, median", "median_response_minutes"),
    Column("Characters, mean", "mean_body_characters", lambda value: number(value, 0)),
)
_CORRELATION_COLUMNS = (
    words("Popularity", "measure_a", _NAMES.__getitem__),
    words("Difficulty", "measure_b", _NAMES.__getitem__),
    Column("Categories", "n_categories"),
    Column("Spearman’s rho", "spearman_rho", signed),
    interval("ci_low ci_high", signed),
    Column("p", "spearman_p_value"),
    Column("p, Holm", "p_value_adjusted"),
    Column("Kendall’s tau", "kendall_tau", signed),
)


def measures(study: StudyResults) -> Section:
    """Show the measures of sets and categories, where people labelled any question."""
    title, short = "Popularity and difficulty of categories", "Measures"
    by_set = {
        name: own
        for name in study.sets
        if (
            own := _in_order(
                [r for r in study.rows(_CATEGORIES) if r.question_set == name and r.n_questions]
            )
        )
    }
    if not by_set:
        because = "no labels were given, or none of questions that are in a set of the study"
        return Section("measures", title, short, (Missing(title, because),))
    blocks: list[Block] = [
        *_lead(study, by_set),
        Prose(
            "Popularity is in views, favorites, scores and answers; difficulty in questions without"
            " an accepted answer, without any answer, in the time to the first and to the accepted"
            " one, and in the length of a question. A few questions pull up the mean of views, so"
            " that the charts show medians. A favorite count that the dump leaves out is unknown,"
            " not 0."
        ),
        table_of(
            study,
            _SETS,
            "Popularity and difficulty of the question sets",
            (SET, *_COLUMNS),
            [row for row in study.rows(_SETS) if row.n_questions],
        ),
    ]
    for name, own in by_set.items():
        blocks += _of_set(study, name, own)
    return Section("measures", title, short, tuple(blocks))


def _in_order(rows: list[Row]) -> list[Row]:
    """Return the inner categories, each with its leaves below, from the largest on."""
    sizes = {row.inner_category: row.n_questions for row in rows if row.level == "inner"}
    return sorted(
        rows,
        key=lambda row: (
            -sizes.get(row.inner_category, 0),
            row.inner_category or "",
            row.level != "inner",
            -row.n_questions,
            row.leaf_category or "",
        ),
    )


def _of_set(study: StudyResults, name: str, own: Sequence[Row]) -> list[Block]:
    """Show the categories of one set: each measure sorted, two against each other, correlations."""
    style = study.style(name)
    finest = [row for row in own if not row.is_divided]
    drawn = [
        measure
        for measure in (_POPULAR, _DIFFICULT, "no_answer_share", "median_response_minutes")
        if any(getattr(row, measure) is not None for row in finest)
    ]
    blocks: list[Block] = [
        Heading(style.title),
        Chart(
            f"measures-{name}",
            "Categories from the highest to the lowest",
            "Each finest category (point) with its 95% interval (line), where it has questions"
            " enough for one. Views and times are on a logarithmic axis.",
            tuple(category_dots(finest, style, measure) for measure in drawn),
            study.table(_CATEGORIES),
            tuple(drawn),
        ),
    ]
    if _POPULAR in drawn:
        blocks.append(
            Chart(
                f"popularity-difficulty-{name}",
                "Are popular categories difficult?",
                "Each category by the median of its views and its share of questions without an"
                " accepted answer.",
                (category_scatter(finest, style, _POPULAR, _DIFFICULT),),
                study.table(_CATEGORIES),
            )
        )
    blocks += _correlations(study, name, has_leaves=any(row.level == "leaf" for row in own))
    blocks.append(
        Fold(
            Markup("{}: measures of every category").format(study.name(name)),
            (
                table_of(
                    study,
                    _CATEGORIES,
                    Markup("Popularity and difficulty of the categories of {}").format(
                        study.name(name)
                    ),
                    (CATEGORY, *_COLUMNS),
                    own,
                    name=f"{_CATEGORIES}_{name}",
                    note="Inner categories in bold, their leaves below.",
                ),
            ),
        )
    )
    return blocks


def _lead(study: StudyResults, by_set: Mapping[str, Sequence[Row]]) -> tuple[Prose, ...]:
    """Name the most viewed and the least accepted of each set's large categories."""
    said = []
    for name, own in by_set.items():
        known = [row for row in own if not row.is_divided and row.n_questions >= FEW]
        if len(known) < 2:  # then there is nothing to be the most of
            continue
        viewed = max(
            (row for row in known if row.median_views is not None),
            key=lambda row: row.median_views,
            default=None,
        )
        hard = max(known, key=lambda row: row.no_accepted_share, default=None)
        if viewed is None or hard is None:
            continue
        interval = between(hard.no_accepted_share_ci_low, hard.no_accepted_share_ci_high, percent)
        said.append(
            f"of {study.style(name).in_words}, {told_names(known)[viewed]} is viewed most (median"
            f" {number(viewed.median_views, 0)} of {count(viewed.n_questions)} questions), and"
            f" {told_names(known)[hard]} is left without an accepted answer most often"
            f" ({percent(hard.no_accepted_share)} of {count(hard.n_questions)}, 95% interval"
            f" {interval})"
        )
    if not said:
        too_few = (
            f"No two categories of a set have {FEW} questions and known views, so that none is"
            " named as the most viewed or the hardest; the intervals below say how little is known"
            " of each."
        )
        return (Prose(too_few),) if by_set else ()
    text = "; ".join(said)
    of_few = f" Only categories with at least {FEW} questions are compared."
    return (Prose(f"{text[0].upper() + text[1:]}.{of_few}", is_lead=True),)


def _correlations(study: StudyResults, name: str, *, has_leaves: bool) -> list[Block]:
    """Say which pairs go together; over inner categories, too, where these have leaves."""
    rows = [row for row in study.rows(_CORRELATIONS) if row.question_set == name]
    by_level = {level: [row for row in rows if row.level == level] for level in _LEVELS}
    leaves = [row for row in by_level["leaf"] if row.spearman_rho is not None]
    if not leaves:
        return [
            Missing(
                f"Correlations of popularity and difficulty of {study.style(name).label}",
                "fewer than three categories hold questions",
            )
        ]
    n_found = sum(row.p_value_adjusted < ALPHA for row in leaves)
    said = (
        "Pairs of a measure of popularity and one of difficulty that are correlated over the"
        f" finest categories at the 5% level after Holm’s correction: {count(n_found)} of"
        f" {count(len(leaves))}."
    )
    blocks: list[Block] = [
        Prose(said + _strongest(leaves)),
        _correlation_table(study, name, "leaf", by_level["leaf"]),
    ]
    others = [level for level in ("inner", "both") if by_level[level]]
    if has_leaves and others:
        blocks.append(
            Fold(
                "The same over inner categories, and over both levels",
                tuple(_correlation_table(study, name, level, by_level[level]) for level in others),
            )
        )
    return blocks


def _strongest(rows: Sequence[Row]) -> str:
    """Name the strongest correlation over ten categories or more that is none by construction."""
    known = [
        row
        for row in rows
        if row.n_categories >= LEAST
        and row.ci_low is not None
        and (row.measure_a, row.measure_b) not in _SAME_ANSWERS
    ]
    if not known:
        return f" None of them is named as the strongest: none is over {LEAST} categories."
    one = max(known, key=lambda row: abs(row.spearman_rho))
    return (
        f" Among the pairs that do not both count answers, the strongest is"
        f" {_NAMES[one.measure_a]} with {_NAMES[one.measure_b]}: rho ="
        f" {signed(one.spearman_rho)} (95% interval {between(one.ci_low, one.ci_high, signed)},"
        f" n = {count(one.n_categories)} categories, {p_words(one.p_value_adjusted)} after Holm’s"
        " correction)."
    )


def _correlation_table(study: StudyResults, name: str, level: str, rows: Sequence[Row]) -> Block:
    note = (
        "Holm’s correction is over the pairs of this table. Each category counts once. Answers,"
        " mean, and the shares with an answer count the same answers, so that they go together by"
        " construction."
    )
    if level == "both":
        note += (
            " Over both levels the same questions count twice, as some papers do it: the p-values"
            " are too small."
        )
    return table_of(
        study,
        _CORRELATIONS,
        f"Popularity and difficulty over {_LEVELS[level]} of {study.style(name).label}",
        _CORRELATION_COLUMNS,
        rows,
        name=f"{_CORRELATIONS}_{name}_{level}",
        note=note,
    )
