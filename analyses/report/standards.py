"""The checklists of the ACM SIGSOFT empirical standards, answered from the tables of a study.

What is asked and how it is answered stands in `standards.toml`. A sentence there names values in
braces; it is said where the study has all of them, and left out where it lacks one. An item of
which nothing is left to say has another answer: what is the author's to write, or why there is
nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

from analyses.common.numbers import and_list, count, counted, number, percent
from analyses.replication import MARK
from analyses.replication.checks import OTHER_DATA
from analyses.report.study import day
from analyses.statistics.power import ALPHA, smallest_cramers_v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

    Values = Mapping[str, str | None]

YOURS: Final = "Yours"
"""How a sentence begins that only the author can complete."""

_TEXTS = Path(__file__).with_name("standards.toml")


@dataclass(frozen=True)
class Item:
    """What a standard asks for.

    Attributes
    ----------
    sentences : tuple of str
        The answer, with names of values in braces.
    otherwise : str
        The answer where no sentence can be said; empty where one always can.
    """

    asks: str
    is_essential: bool
    sentences: tuple[str, ...]
    otherwise: str

    def answer(self, values: Values) -> str:
        """Return the sentences whose values are all known."""
        said = [
            one.format_map(values)
            for one in self.sentences
            if all(values[name] is not None for name in names_in(one))
        ]
        return " ".join(said) or self.otherwise


@dataclass(frozen=True)
class Standard:
    """A checklist.

    Attributes
    ----------
    needs, without : str
        The value without which the checklist does not apply, and what is said then; empty for one
        that always does.
    """

    name: str
    items: tuple[Item, ...]
    needs: str
    without: str

    def answers(self, values: Values) -> list[tuple[Item, str]]:
        """Return every item with its answer; none where the checklist does not apply."""
        if self.needs and values[self.needs] is None:
            return []
        return [(one, one.answer(values)) for one in self.items]


def names_in(sentence: str) -> list[str]:
    """Return the names of the values in a sentence."""
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def read_standards() -> tuple[Standard, ...]:
    """Read the checklists, essential items first."""
    texts = tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
    return tuple(
        Standard(
            standard["name"],
            tuple(
                Item(one["asks"], is_essential, tuple(one["answer"]), one.get("otherwise", ""))
                for is_essential in (True, False)
                for one in standard["essential" if is_essential else "desirable"]
            ),
            standard.get("needs", ""),
            standard.get("without", ""),
        )
        for standard in texts["standard"]
    )


def known_values(study: StudyResults) -> dict[str, str | None]:
    """Return the values that answers may name; None for one that the study does not have."""
    return {
        **_of_data(study),
        **_of_sets(study),
        **_of_comparisons(study),
        **_of_labels(study),
        **_of_publication(study),
        "software": and_list(
            [f"{name} {version(name)}" for name in ("stackstudy", "duckdb", "scipy", "statsmodels")]
        ),
    }


def _of_data(study: StudyResults) -> dict[str, str | None]:
    sites, names = study.sites, {site.name for site in study.sites}
    loaded = [row for row in study.manifest if row.n_rows and row.site in names]
    funnel = study.tables.rows("question_funnel")
    asked = {row.step: row.n_questions for row in funnel}
    licences: dict[str, int] = {}
    for row in study.tables.rows("site_licenses"):
        if row.site not in names:
            continue
        licences[row.content_license] = licences.get(row.content_license, 0) + row.n_posts
    unnamed = licences.pop("not named", 0)
    named = [f"{name} ({counted(n, 'post')})" for name, n in licences.items()]
    end = study.data_end
    return {
        "sites": and_list([site.name for site in sites]) or None,
        "several_sites": count(len(sites)) if len(sites) > 1 else None,
        "data_begin": day(study.data_begin) if study.data_begin else None,
        "data_end": day(end) if end else None,
        "rows": count(sum(row.n_rows for row in loaded)) if loaded else None,
        "tables": and_list(sorted({row.table for row in loaded})) or None,
        "files": and_list(sorted({Path(row.source_file).name for row in loaded if row.source_file}))
        or None,
        "rejected": counted(sum(site.n_rejected_rows for site in sites), "row"),
        "fabricated": counted(sum(site.n_fabricated_rows for site in sites), "row"),
        "replaced": counted(sum(site.n_replaced_characters for site in sites), "character"),
        "questions_loaded": count(asked["loaded"]) if "loaded" in asked else None,
        "questions_studied": count(min(asked.values())) if asked else None,
        "licences": and_list(named) or None,
        "unlicensed": counted(unnamed, "post") if unnamed else None,
        "synthetic": and_list([site.name for site in sites if site.is_synthetic]) or None,
    }


def _of_sets(study: StudyResults) -> dict[str, str | None]:
    subject, rules = study.subject, study.tables.rows("question_set_rules")
    name = subject.question_set if subject else ""
    own = next((row for row in study.rows("acceptance") if row.question_set == name), None)
    n = 0 if own is None else own.n_questions
    funnel = [row for row in study.rows("question_set_funnel") if row.kind in ("base", "topic")]
    excluded, included = (
        sum(getattr(row, column) or 0 for row in funnel) for column in ("n_excluded", "n_included")
    )
    candidates = [one.label for one in study.of_kind("base", "topic") if one.is_candidate_set]
    readings = [row for row in study.tables.rows("rule_sensitivity") if not row.is_study_variant]
    trend = next(
        (
            row
            for row in study.rows("popularity_trends")
            if row.question_set == name and row.measure == "questions" and (row.n_years or 0) > 1
        ),
        None,
    )
    askers, answerers = (
        _effect(study, name, *of)
        for of in (("no_accepted_share", "asker"), ("median_response_minutes", "answerer"))
    )
    return {
        "subject": study.style(name).in_words if subject else None,
        "n_subject": counted(n, "question") if n else None,
        "sets": counted(len(study.sets), "question set") if study.sets else None,
        "rules": counted(len(rules), "rule") if rules else None,
        "by_hand": f"{count(included)} put in and {count(excluded)} left out"
        if included or excluded
        else None,
        "candidates": and_list(candidates) or None,
        "readings": counted(len(readings), "other reading") if readings else None,
        "no_answer": percent(own.n_no_answer / n)
        if own and n and own.n_no_answer is not None
        else None,
        "not_upvoted": percent(own.no_accepted_or_upvoted_share)
        if own and own.no_accepted_or_upvoted_share is not None
        else None,
        "no_accepted": percent(own.no_accepted_share) if own and n else None,
        "first_year": str(trend.first_year) if trend else None,
        "last_year": str(trend.last_year) if trend else None,
        "waves": counted(trend.n_years, "year") if trend else None,
        "dispersion": number(trend.dispersion, 1)
        if trend and trend.dispersion is not None
        else None,
        "askers": counted(askers.n_clusters, "person", "people") if askers else None,
        "most_asked": count(askers.n_largest) if askers else None,
        "answerers": counted(answerers.n_clusters, "person", "people") if answerers else None,
        "most_answered": count(answerers.n_largest) if answerers else None,
        "design_effect": number(answerers.design_effect, 1)
        if answerers and answerers.design_effect is not None
        else None,
    }


def _effect(study: StudyResults, name: str, measure: str, people: str) -> Row | None:
    """Return the design effect of a set; None where no question has the measure."""
    return next(
        (
            row
            for row in study.repeated_people
            if (row.question_set, row.measure, row.clustered_by) == (name, measure, people)
            and row.n
        ),
        None,
    )


def _of_comparisons(study: StudyResults) -> dict[str, str | None]:
    pairs = [row for row in study.pairs("proportion_tests") if row.p_value is not None]
    waits = study.pairs("survival_tests")
    years = [row for row in study.pairs("adjusted_comparisons") if row.method == "mantel_haenszel"]
    known = study.adjusted("no_accepted", "clustered_by_asker")
    topics = next(
        (
            row
            for row in study.tables.rows("topic_tests")
            if row.measure == "no_accepted_share" and row.df
        ),
        None,
    )
    others = {row.baseline: row for row in study.rows("baseline_tests")}
    dated = [row for row in others.values() if row.baseline_first_year is not None]
    return {
        "pairs": counted(len(pairs), "pair of sets", "pairs of sets") if pairs else None,
        "contrast": f"{study.style(known.set_a).in_words} and {study.style(known.set_b).in_words}"
        if known
        else None,
        "found": number(100 * known.detectable, 1)
        if known and known.detectable is not None
        else None,
        "found_v": None
        if topics is None
        else number(smallest_cramers_v(topics.n_questions, topics.df)),
        "not_proportional": _small(row.proportionality_p_value for row in waits),
        "not_one_ratio": _small(row.homogeneity_p_value for row in years),
        "other_studies": counted(len(others), "other study", "other studies") if others else None,
        "dated_studies": f"{count(len(dated))} of {count(len(others))}" if others else None,
    }


def _small(p_values: Iterable[float | None]) -> str | None:
    """How many of some tests have a small p-value."""
    known = [p for p in p_values if p is not None]
    n_small = sum(p < ALPHA for p in known)
    return f"{count(n_small)} of {count(len(known))}" if known else None


def _of_labels(study: StudyResults) -> dict[str, str | None]:
    labels = study.tables.rows("labels")
    questions = {(row.site, row.question_id) for row in labels}
    used = {(row.inner_category, row.leaf_category) for row in labels if row.is_category}
    sizes = [
        f"{count(row.sample_size)} of {count(row.population)} questions"
        f" ({study.style(row.question_set).label})"
        for row in study.rows("sample_sizes")
    ]
    agreed = study.tables.rows("rater_agreement")
    kappas = sorted({row.kappa for row in agreed if row.kappa is not None})
    raters = {name for row in agreed for name in (row.rater_a, row.rater_b)}
    return {
        "labels": counted(len(labels), "label") if labels else None,
        "labelled": counted(len(questions), "question") if labels else None,
        "categories": counted(len(used), "category", "categories") if used else None,
        "samples": and_list(sizes) or None,
        "raters": counted(len(raters), "rater") if raters else None,
        "kappa": " to ".join(dict.fromkeys(map(number, kappas[:: len(kappas) - 1 or 1]))) or None,
    }


def _of_publication(study: StudyResults) -> dict[str, str | None]:
    checks = study.tables.rows("replication_checks")
    verdicts = list(dict.fromkeys(row.verdict for row in checks))
    n = {one: sum(row.verdict == one for row in checks) for one in verdicts}
    comments = [row.source_comment or "" for row in study.manifest]
    is_their_data = any(one.startswith(MARK) for one in comments)
    return {
        "figures": counted(len(checks), "printed figure") if checks else None,
        "computed": count(
            sum(row.computed is not None and row.verdict != OTHER_DATA for row in checks)
        ),
        "verdicts": and_list(
            [
                f"{one} ({count(k)})".replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
                for one, k in n.items()
            ]
        )
        or None,
        "their_data": "" if is_their_data else None,
        "other_data": None if is_their_data else "",
    }
