"""What is exported of the authors' posts equals what their zip holds, in every format."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime

import duckdb
import openpyxl
import pytest

from analyses.export.export import export
from analyses.replication.questions import _question

ADDED = {"Site", "Url", "OwnerUrl", "ContentLicense"}
LIMIT = 32_767


def same_post(ours: dict[str, str], theirs: dict[str, object]) -> None:
    ours = {name: ours[name] for name in ours.keys() - ADDED - {"answers"}}
    assert ours == {name: theirs[name] for name in theirs.keys() - {"answers"}}


def by_id(answers):
    return {answer["Id"]: answer for answer in answers}


@pytest.fixture(scope="module")
def tidy(data, tmp_path_factory):
    """The whole study as Parquet and CSV, both read as rows of texts and numbers."""
    folder = tmp_path_factory.mktemp("tidy")
    for file_format in ("parquet", "csv"):
        export(data, folder / file_format, file_format=file_format)
    return folder


def test_json_lines_are_those_of_the_authors(data, published_mobile, tmp_path) -> None:
    done = export(data, tmp_path / "mobile", ["mobile"], "jsonl")
    theirs = {line["Id"]: line for line in map(json.loads, published_mobile)}
    lines = (tmp_path / "mobile" / "posts" / "mobile.jsonl").read_text("utf-8").splitlines()
    assert done[0].n_rows == len(lines) == len(theirs) == 1533
    n_answers = 0
    for line in lines:
        ours = json.loads(line)
        question = theirs.pop(ours["Id"])
        same_post(ours, question)
        answers, expected = by_id(ours["answers"]), by_id(question["answers"])
        assert answers.keys() == expected.keys()
        for post_id, answer in answers.items():
            same_post(answer, expected[post_id])
        n_answers += len(answers)
        assert ours["Url"].endswith(f"stackoverflow.com/questions/{ours['Id']}")
        assert _question("here", line.encode()).question_id == int(ours["Id"])
    assert not theirs
    assert n_answers == 1298


def test_parquet_holds_the_published_questions_and_answers(tidy, published) -> None:
    read = duckdb.connect()
    questions = read.execute(
        f"select question_id, title, body, tags, asked_at, owner_user_id, score, view_count,"
        f" answer_count, accepted_answer_id, comment_count, favorite_count, content_license, url"
        f" from '{tidy}/parquet/questions.parquet'"
    ).fetchall()
    assert len({row[0] for row in questions}) == len(questions) > 2095
    optional = ("OwnerUserId", "AcceptedAnswerId", "FavoriteCount")
    for row in questions:
        post = published[row[0]]
        owner, accepted, favorite = (int(post[n]) if n in post else None for n in optional)
        at = datetime.fromisoformat(post["CreationDate"])
        tags = post["Tags"].strip("<>").split("><")
        assert row[1:6] == (post["Title"], post["Body"], tags, at, owner)
        assert row[6:9] == tuple(int(post[n]) for n in ("Score", "ViewCount", "AnswerCount"))
        assert row[9:12] == (accepted, int(post["CommentCount"]), favorite)
        assert row[12] == ("CC BY-SA 4.0" if at >= datetime(2018, 5, 2) else "CC BY-SA 3.0")  # noqa: DTZ001
    answers = read.execute(
        f"select answer_id, question_id, body, answered_at, score, is_accepted_answer"
        f" from '{tidy}/parquet/answers.parquet'"
    ).fetchall()
    expected = {
        int(answer["Id"]): (
            int(post["Id"]),
            answer["Body"],
            datetime.fromisoformat(answer["CreationDate"]),
            int(answer["Score"]),
            post.get("AcceptedAnswerId") == answer["Id"],
        )
        for post_id, post in published.items()
        if post_id in {row[0] for row in questions}
        for answer in post["answers"]
    }
    assert {row[0]: row[1:] for row in answers} == expected


def test_csv_holds_what_parquet_holds(tidy) -> None:
    csv.field_size_limit(sys.maxsize)
    read = duckdb.connect()
    for name in ("questions", "answers", "question_set_members", "labels", "results/acceptance"):
        described = read.execute(f"describe from '{tidy}/parquet/{name}.parquet'").fetchall()
        columns = ", ".join(
            f"array_to_string(\"{column}\", ' ')" if kind.endswith("[]") else f'"{column}"'
            for column, kind, *_ in described
        )
        rows = read.execute(f"select {columns} from '{tidy}/parquet/{name}.parquet'").fetchall()
        with (tidy / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            assert next(reader) == [column for column, *_ in described]
            for row, line in zip(rows, reader, strict=True):
                assert [as_text(value) for value in row] == [
                    str(float(text)) if isinstance(value, float) else text
                    for value, text in zip(row, line, strict=True)
                ]


def as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return str(value)


def test_a_workbook_holds_texts_whole_or_says_that_it_cut_them(data, published, tmp_path) -> None:
    done = export(data, tmp_path / "x", ["mobile"], "xlsx")
    book = openpyxl.load_workbook(tmp_path / "x" / "export.xlsx", read_only=True)
    assert book.sheetnames == [
        "questions", "answers", "question_set_members", "question_set_matches", "labels",
    ]  # fmt: skip
    header, *rows = book["questions"].iter_rows(values_only=True)
    columns = {name: place for place, name in enumerate(header)}
    assert len(rows) == 1533
    long = 0
    for row in rows:
        post = published[row[columns["question_id"]]]
        assert row[columns["title"]] == post["Title"]
        body = post["Body"].replace("\r\n", "\n").replace("\r", "\n")
        if len(body) > LIMIT:
            long += 1
            assert len(row[columns["body"]]) <= LIMIT
        else:
            assert row[columns["body"]] == body
    said = [
        note
        for file in done
        for note in file.notes
        if "cut at the 32,767" in note and "questions" in note
    ]
    assert bool(said) == bool(long)
    columns, label = book["labels"].iter_rows(values_only=True)
    assert dict(zip(columns, label, strict=True))["note"] == "=1+1"


def test_labels_and_results_are_there(tidy) -> None:
    read = duckdb.connect()
    labels = f"select question_set, question_id, note from '{tidy}/parquet/labels.parquet'"
    assert read.execute(f"{labels} order by 1").fetchall() == [
        ("mobile", 34889605, "=1+1"),
        ("server_cloud", 39682394, None),
    ]
    share = read.execute(
        "select no_accepted_share from"
        f" '{tidy}/parquet/results/acceptance.parquet' where question_set = 'mobile'"
    ).fetchall()
    assert [round(100 * value, 1) for (value,) in share] == [71.6]
