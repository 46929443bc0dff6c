"""The artifact of the second study: its measures of each question, written back as a dump.

"How Do Developers Talk about GitHub Actions?" (ICSE 2024) published no posts, but measures of each
question in three CSV files. Posts that have these measures stand in for them: the text is as long
as the measure says, an answer comes when it says. When a question was asked is not in the artifact:
all are of one day, and nothing by year can be computed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from analyses.replication.questions import SITE
from analyses.study.labels import Label
from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from analyses.study.labels import Category

STUDY: Final = "github_actions"
LABELS: Final = "all_post_issue_category.csv"
POPULARITY: Final = "so_post_popularity.csv"
DIFFICULTY: Final = "so_post_difficulty.csv"
FILES: Final = {
    LABELS: ("id", "type", "phase", "category"),
    POPULARITY: ("id", "view", "favorite", "score", "ans_count"),
    DIFFICULTY: (
        *("id", "is_answer", "is_acceptAnswer", "body_len"),
        *("interval_fir_ans(hour)", "interval_acc_ans(hour)"),
    ),
}
"""The files that are read, each with the columns that are read."""

TAG: Final = "github-actions"
_ASKED: Final = datetime(2022, 10, 31, tzinfo=UTC)
_IDS: Final = 1000
"""The step between the ids of two questions; the answers have those between."""


@dataclass(frozen=True)
class Artifact:
    """Posts and labels of the artifact.

    Attributes
    ----------
    posts : tuple of dict of str to str
        Questions and answers, by id.
    n_unmeasured : int
        Labelled questions without measures: no post is made of these.
    """

    posts: tuple[dict[str, str], ...]
    labels: tuple[Label, ...]
    n_unmeasured: int


def read_artifact(folder: Path, question_set: str, taxonomy: Sequence[Category]) -> Artifact:
    """Read the artifact's three files.

    Parameters
    ----------
    folder : Path
        Holds the files, at any depth.
    question_set : str
        The set whose questions they are.
    taxonomy : sequence of Category
        Phases and categories, whose case and blanks do not count.

    Raises
    ------
    PackageError
        When a file is missing or has other columns, a value is no number, a category is unknown,
        or the files are not of the same questions.
    """
    names = {(one.inner_category.casefold(), one.leaf_category.casefold()): one for one in taxonomy}
    popularity = {row["id"]: (where, row) for where, row in _rows(folder, POPULARITY)}
    difficulty = {row["id"]: (where, row) for where, row in _rows(folder, DIFFICULTY)}
    posts: list[dict[str, str]] = []
    labels = []
    n_unmeasured = 0
    for where, row in _rows(folder, LABELS):
        if row["type"] != "so post":
            continue
        number = row["id"].removeprefix("P")
        if not number.isdecimal() or row["id"] not in popularity or row["id"] not in difficulty:
            raise PackageError(
                f"{where}: question {row['id']!r} is not in {POPULARITY} and {DIFFICULTY};"
                " get the artifact again"
            )
        category = names.get((row["phase"].strip().casefold(), row["category"].strip().casefold()))
        if category is None:
            raise PackageError(
                f"{where}: the study has no category {row['category']!r} of {row['phase']!r};"
                " its taxonomy.csv names them all"
            )
        question_id = _IDS * int(number)
        labels.append(
            Label(question_set, SITE, question_id, category.inner_category, category.leaf_category)
        )
        if popularity[row["id"]][1]["view"]:
            posts += _posts(question_id, *popularity[row["id"]], *difficulty[row["id"]])
        else:
            n_unmeasured += 1
    return Artifact(tuple(posts), tuple(labels), n_unmeasured)


def _rows(folder: Path, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of a file, each with its place."""
    places = sorted(folder.rglob(name), key=lambda path: (len(path.parts), path))
    if not places:
        raise PackageError(
            f"{folder}: has no {name}; give the folder that holds the artifact's {', '.join(FILES)}"
        )
    with places[0].open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [one for one in FILES[name] if one not in (reader.fieldnames or ())]
        if missing:
            raise PackageError(f"{places[0]}: has no column {missing[0]}; get the artifact again")
        for number, row in enumerate(reader, start=2):
            yield f"{places[0]}: row {number}", {key: row[key] or "" for key in FILES[name]}


def _posts(
    question_id: int,
    where: str,
    popularity: dict[str, str],
    elsewhere: str,
    difficulty: dict[str, str],
) -> list[dict[str, str]]:
    """Return a question and its answers: the first, the accepted one, the rest with the last."""
    n_answers = int(_number(where, "ans_count", popularity))
    times = {
        column: timedelta(seconds=round(3600 * _number(elsewhere, column, difficulty)))
        for column in FILES[DIFFICULTY][4:]
        if difficulty[column]
    }
    first, accepted = (times.get(column) for column in FILES[DIFFICULTY][4:])
    after = sorted({time for time in (first, accepted) if time is not None})
    if len(after) > n_answers or (n_answers > 0) != (first is not None) or n_answers >= _IDS:
        raise PackageError(
            f"{where}: {n_answers} answers do not go with the times of {elsewhere};"
            " get the artifact again"
        )
    after += after[-1:] * (n_answers - len(after))
    answers = [
        {
            "Id": str(question_id + place),
            "PostTypeId": "2",
            "ParentId": str(question_id),
            "CreationDate": _moment(_ASKED + time),
            "Score": "0",
            "Body": "x",
        }
        for place, time in enumerate(after, start=1)
    ]
    question = {
        "Id": str(question_id),
        "PostTypeId": "1",
        "CreationDate": _moment(_ASKED),
        "Score": str(int(_number(where, "score", popularity))),
        "ViewCount": str(int(_number(where, "view", popularity))),
        "Body": "x" * int(_number(elsewhere, "body_len", difficulty)),
        "Title": f"Question {question_id // _IDS} of the artifact",
        "Tags": f"<{TAG}>",
        "AnswerCount": str(n_answers),
        "FavoriteCount": str(int(_number(where, "favorite", popularity))),
    }
    if accepted is not None:
        question["AcceptedAnswerId"] = str(question_id + 1 + after.index(accepted))
    return [question, *answers]


def _number(where: str, column: str, row: dict[str, str]) -> float:
    try:
        return float(row[column])
    except ValueError as error:
        raise PackageError(
            f"{where}: {column} {row[column]!r} is not a number; get the artifact again"
        ) from error


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000")
