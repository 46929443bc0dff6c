"""At a glance: the three numbers of the study, the union of the topics against the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import and_list, count, duration, percent
from analyses.report.blocks import Fact, Facts, Prose, Section

if TYPE_CHECKING:
    from analyses.report.study import Study


def glance(study: Study) -> Section | None:
    """Hold the union of the topics against the baseline."""
    acceptance = {row.question_set: row for row in study.rows("acceptance")}
    times = {row.question_set: row for row in study.rows("response_time_summary")}
    unions = [one for one in study.of_kind("union") if one.question_set in acceptance]
    if not unions or not acceptance[unions[0].question_set].n_questions:
        return None
    union = unions[0]
    baseline = next(iter(study.of_kind("baseline")), None)
    style = study.style(union.question_set)
    of_union = acceptance[union.question_set]
    of_baseline = acceptance.get(baseline.question_set) if baseline else None
    has_baseline = of_baseline is not None and bool(of_baseline.n_questions)
    other = f"{baseline.label}: " if baseline else ""

    topics = [
        f"{count(acceptance[one.question_set].n_questions)} {one.label}"
        for one in study.of_kind("topic")
        if one.question_set in acceptance
    ]
    facts = [
        Fact(
            count(of_union.n_questions),
            Markup("questions of {}").format(study.name(union.question_set)),
            and_list(topics),
            style.colour,
        ),
        Fact(
            percent(of_union.no_accepted_share),
            "have no accepted answer",
            other + percent(of_baseline.no_accepted_share) if has_baseline else "",
            style.colour,
        ),
    ]
    time = times.get(union.question_set)
    if time is not None and time.median_response_minutes is not None:
        of_other = times.get(baseline.question_set) if baseline else None
        known = of_other is not None and of_other.median_response_minutes is not None
        facts.append(
            Fact(
                duration(time.median_response_minutes),
                "median time to the accepted answer, where there is one",
                other + duration(of_other.median_response_minutes) if known else "",
                style.colour,
            )
        )
    blocks = [Facts(tuple(facts))]
    if not has_baseline:
        blocks.append(
            Prose(
                "There is no baseline to hold these numbers against: the data hold no question"
                " outside the topics."
            )
        )
    if union.is_candidate_set:
        blocks.append(
            Prose(
                f"{union.label} holds candidates: some of its questions were found by rules alone"
                " and were not inspected by hand."
            )
        )
    return Section("glance", "At a glance", "At a glance", tuple(blocks))
