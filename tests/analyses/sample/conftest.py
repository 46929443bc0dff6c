"""One sample for all tests of this folder."""

from __future__ import annotations

import pytest
from sample_reader import Dump, Matches, match, read_rows, when

from analyses.sample.writer import write_sample


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """The sample of the default size, seed 1; decisions beside it."""
    folder = tmp_path_factory.mktemp("sample") / "sample.stackstudy"
    write_sample(folder, decide=True)
    return Dump(folder, {path.stem: read_rows(path) for path in folder.iterdir()})


@pytest.fixture(scope="session")
def matches(dump: Dump) -> dict[str, Matches]:
    """What the rules say of each question of the sample."""
    return {post_id: match(row) for post_id, row in dump.posts("1").items()}


@pytest.fixture(scope="session")
def sets(matches: dict[str, Matches]) -> dict[str, set[str]]:
    """The questions of each set; browser without anybody's decisions."""
    members: dict[str, set[str]] = {}
    for post_id, matched in matches.items():
        members.setdefault(matched.question_set or "other", set()).add(post_id)
    return members


@pytest.fixture(scope="session")
def response_minutes(dump: Dump, sets: dict[str, set[str]]) -> dict[str, list[float]]:
    """Elapsed minutes to the accepted answer, by set; without answers older than the question."""
    questions, answers = dump.posts("1"), dump.posts("2")
    minutes: dict[str, list[float]] = {}
    for name, members in sets.items():
        for post_id in members:
            question = questions[post_id]
            if "AcceptedAnswerId" not in question:
                continue
            elapsed = when(answers[question["AcceptedAnswerId"]]) - when(question)
            if elapsed.total_seconds() >= 0:
                minutes.setdefault(name, []).append(elapsed.total_seconds() / 60)
    return minutes
