"""The authors' sets become decisions that leave no published question to the rules."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from analyses.replication.questions import PublishedSet, Question, decide
from analyses.study.decisions import Decision, read_decisions
from analyses.study.rows import write_rows
from analyses.study.slips import raising

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.replication.package import Package
    from analyses.study import Study

FILES = {
    "server_cloud": "dl_server_post.txt",
    "mobile": "dl_mobile_post.txt",
    "browser": "dl_browser_post.txt",
}


def test_the_decisions_are_the_files_question_for_question(
    package: Package, sets: tuple[PublishedSet, ...], study: Study, tmp_path: Path
) -> None:
    write_rows(tmp_path / "decisions.csv", Decision, decide(sets))
    decisions = raising(read_decisions, tmp_path / "decisions.csv", study.set_names())
    published = {
        question_set: {int(json.loads(line)["Id"]) for line in package[file].read().splitlines()}
        for question_set, file in FILES.items()
    }
    everything = set().union(*published.values())
    for question_set, questions in published.items():
        of_set = [one for one in decisions if one.question_set == question_set]
        included = {one.question_id for one in of_set if one.decision == "include"}
        excluded = {one.question_id for one in of_set if one.decision == "exclude"}
        assert included == questions
        assert excluded == everything - questions
    assert Counter(one.decision for one in decisions) == {
        "include": 3023,
        "exclude": 3 * 3018 - 3023,
    }
    assert {one.site for one in decisions} == {"stackoverflow.com"}


def some_set(name: str, ids: set[int]) -> PublishedSet:
    questions = tuple(Question(one, {"Id": str(one)}, ()) for one in ids)
    return PublishedSet(name, f"{name}.txt", questions)


@given(st.lists(st.sets(st.integers(1, 20)), min_size=1, max_size=4))
def test_every_question_is_decided_for_every_set(members: list[set[int]]) -> None:
    decisions = decide([some_set(f"set_{place}", ids) for place, ids in enumerate(members)])
    everything = set().union(*members)
    assert len(decisions) == len(members) * len(everything)
    for one in decisions:
        is_member = one.question_id in members[int(one.question_set[4:])]
        assert one.decision == ("include" if is_member else "exclude")
