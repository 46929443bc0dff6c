"""The authors' published posts and sets: one JSON object per line, a question and its answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from analyses.replication.package import TOPICS
from analyses.study.decisions import Decision
from loader.errors import PackageError
from loader.schemas import POSTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analyses.replication.package import Member, Package

SITE: Final = "stackoverflow.com"

_NOT_ATTRIBUTES: Final = frozenset({"answers", "Tag_list"})
"""What the authors added to a post of the dump; ``Tag_list`` repeats ``Tags`` as a list."""
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which JSON can express and a file cannot hold."""

_ORDER: Final = {name: place for place, name in enumerate(POSTS.attributes)}


@dataclass(frozen=True)
class Question:
    """A published question.

    Attributes
    ----------
    attributes : dict of str to str
        The dump's attributes, in the order of the official writer.
    answers : tuple of dict of str to str
        Likewise, of each answer.
    """

    question_id: int
    attributes: dict[str, str]
    answers: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class PublishedSet:
    """The questions of a set's file.

    Attributes
    ----------
    questions : tuple of Question
        In the order of the file.
    """

    question_set: str
    file: str
    questions: tuple[Question, ...]


def read_sets(package: Package) -> tuple[PublishedSet, ...]:
    """Read the questions of the three topic sets.

    Raises
    ------
    PackageError
        When a line is not a question, a question stands twice in a file, or differs between two.
    """
    sets = tuple(
        PublishedSet(topic.question_set, topic.posts, _read(package[topic.posts]))
        for topic in TOPICS
    )
    _check_alike(sets)
    return sets


def distinct_posts(sets: Sequence[PublishedSet]) -> list[dict[str, str]]:
    """Return questions and answers, each once, by id: the rows of a ``Posts.xml``."""
    posts = {}
    for one in sets:
        for question in one.questions:
            for post in (question.attributes, *question.answers):
                posts[int(post["Id"])] = post
    return [posts[post_id] for post_id in sorted(posts)]


def decide(sets: Sequence[PublishedSet]) -> list[Decision]:
    """Decide every published question for every published set.

    A question is included in the sets whose file holds it, and excluded from the others, even if a
    rule would include it there.
    """
    published = sorted({question.question_id for one in sets for question in one.questions})
    decisions = []
    for one in sets:
        members = {question.question_id for question in one.questions}
        decisions += [
            Decision(one.question_set, SITE, question_id, "include", f"in {one.file}")
            if question_id in members
            else Decision(one.question_set, SITE, question_id, "exclude", f"not in {one.file}")
            for question_id in published
        ]
    return decisions


def _read(member: Member) -> tuple[Question, ...]:
    questions: dict[int, Question] = {}
    for where, line in _lines(member):
        question = _question(where, line)
        if question.question_id in questions:
            raise PackageError(
                f"{where}: question {question.question_id} stands in this file twice;"
                " get the package again"
            )
        questions[question.question_id] = question
    if not questions:
        raise PackageError(f"{member}: holds no question; get the package again")
    return tuple(questions.values())


def _lines(member: Member) -> Iterator[tuple[str, bytes]]:
    with member.open() as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield f"{member}: line {number}", line


def _question(where: str, line: bytes) -> Question:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise PackageError(
            f"{where}: is not JSON ({error}); one question per line is expected"
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("answers"), list):
        raise PackageError(f"{where}: is not a question with its `answers`; get the package again")
    attributes = _attributes(where, found)
    answers = tuple(_attributes(where, answer) for answer in found["answers"])
    return Question(int(attributes["Id"]), attributes, answers)


def _attributes(where: str, found: Any) -> dict[str, str]:
    """Return the attributes in the order of the official writer; unknown ones come last."""
    post_id = str(found.get("Id", "")) if isinstance(found, dict) else ""
    if not (post_id.isascii() and post_id.isdigit()):
        raise PackageError(f"{where}: holds a post without an Id; get the package again")
    attributes = {name: value for name, value in found.items() if name not in _NOT_ATTRIBUTES}
    try:
        datetime.fromisoformat(attributes.get("CreationDate", ""))
    except (TypeError, ValueError) as error:
        raise PackageError(
            f"{where}: post {post_id} has no date as its CreationDate; get the package again"
        ) from error
    for name, value in attributes.items():
        if not isinstance(value, str) or not name.isidentifier():
            raise PackageError(
                f"{where}: {name!r} of post {post_id} is no attribute of a post with its text;"
                " get the package again"
            )
    return {
        name: _HALF.sub("\ufffd", attributes[name])
        for name in sorted(attributes, key=lambda name: _ORDER.get(name, 99))
    }


def _check_alike(sets: Sequence[PublishedSet]) -> None:
    """Check that a question in two files is the same in both."""
    seen: dict[int, tuple[PublishedSet, Question]] = {}
    for one in sets:
        for question in one.questions:
            first, other = seen.setdefault(question.question_id, (one, question))
            if other != question:
                raise PackageError(
                    f"question {question.question_id} is not the same in {first.file} and"
                    f" {one.file}; get the package again"
                )
