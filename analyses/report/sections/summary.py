"""At a glance: the three numbers of a study, compared with its baseline if it has one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import FEW, and_list, between, count, duration, percent
from analyses.figures.acceptance import wilson
from analyses.report.blocks import Fact, Facts, Missing, Prose, Section
from analyses.report.sections.acceptance import LEAST
from analyses.report.sections.response_times import median_interval

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row


def summary(study: StudyResults) -> Section:
    """Say how many questions the study is about, and how hard they are to get answered."""
    subject, acceptance = study.subject, study.by_set("acceptance")
    own = acceptance.get(subject.question_set) if subject is not None else None
    blocks: list[Block]
    if subject is None or own is None:
        blocks = [Missing("At a glance", study.why_empty("acceptance"))]
    elif not own.n_questions:
        how = Markup(
            "<code>stackstudy study new my_study --tag {}</code> begins a study of a tag of these"
            " data, <code>stackstudy build --study my_study</code> makes its tables, and"
            " <code>stackstudy report --study my_study</code> its report."
        ).format(shlex.quote(study.tables.largest_tag))
        blocks = [
            Prose(f"No question of these data is in {subject.label}.", is_lead=True),
            Prose(how),
        ]
    else:
        blocks = _facts(study, subject, own, acceptance)
    if study.dump_warnings:
        low = "The dump may lack rows, so numbers may be too low: see “The data”."
        blocks.insert(0, Prose(low))
    return Section("summary", "At a glance", "At a glance", tuple(blocks))


def _facts(study: StudyResults, subject: Row, own: Row, acceptance: dict[str, Row]) -> list[Block]:
    style = study.style(subject.question_set)
    baseline = acceptance.get(study.contrast[1].question_set) if study.contrast else None
    other = f"{study.style(baseline.question_set).label}: " if baseline else ""
    topics = [
        f"{count(acceptance[one.question_set].n_questions)} {one.label}"
        for one in study.topics
        if one.question_set in acceptance and one != subject
    ]
    facts = [
        Fact(
            count(own.n_questions),
            Markup("{} of {}{}").format(
                "question" if own.n_questions == 1 else "questions",
                study.name(subject.question_set),
                f", {asked}" if (asked := study.asked_when(subject.question_set)) else "",
            ),
            and_list(topics),
            style.colour,
        )
    ]
    if own.n_questions >= LEAST:
        facts.append(
            Fact(
                percent(own.no_accepted_share),
                "have no accepted answer",
                _detail(
                    between(
                        *study.interval(
                            own.question_set, "no_accepted_share", "asker", *wilson(own)
                        ),
                        percent,
                    ),
                    f"{other}{percent(baseline.no_accepted_share)} of {count(baseline.n_questions)}"
                    if baseline and baseline.n_questions >= LEAST
                    else "",
                ),
                style.colour,
            )
        )
    times = study.by_set("response_time_summary")
    time = times.get(subject.question_set)
    if time is not None and time.n_response_times >= LEAST:
        of_other = times.get(baseline.question_set) if baseline else None
        facts.append(
            Fact(
                duration(time.median_response_minutes),
                f"median time to the accepted answer, of {count(time.n_response_times)} that have"
                " one",
                _detail(
                    between(*median_interval(study, time), duration),
                    f"{other}{duration(of_other.median_response_minutes)}"
                    f", of {count(of_other.n_response_times)}"
                    if of_other and of_other.n_response_times >= LEAST
                    else "",
                ),
                style.colour,
            )
        )
    blocks: list[Block] = [Facts(tuple(facts))]
    if own.n_questions < FEW:
        few = f"There are few questions ({count(own.n_questions)}), so the intervals are wide."
        blocks.insert(0, Prose(few))
    if study.baseline and not (baseline and baseline.n_questions):
        blocks.append(
            Prose(
                "There is no baseline to compare these numbers with: the data hold no question"
                f" of {study.baseline.label}."
            )
        )
    if subject.is_candidate_set:
        blocks.append(
            Prose(
                f"{subject.label} holds candidates: some of its questions were found by rules alone"
                " and were not inspected by hand."
            )
        )
    return blocks


def _detail(interval: str, other: str) -> str:
    known = interval if any(letter.isdigit() for letter in interval) else ""
    return ". ".join(part for part in (f"95% interval {known}" if known else "", other) if part)
