"""Databases to label from: one of the authors' published posts, and small ones made by a test.

They hold only the tables that labelling reads, with the columns that their contracts promise.
"""

import json
import zipfile
from dataclasses import dataclass
from datetime import datetime

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import settings

settings.register_profile("labelling", deadline=None)
settings.load_profile("labelling")

SITE = "stackoverflow.com"
FILES = {
    "server_cloud": "dl_server_post.txt",
    "mobile": "dl_mobile_post.txt",
    "browser": "dl_browser_post.txt",
}
SHEETS = {"server_cloud": "server", "mobile": "mobile", "browser": "browser"}
POSTS = "Deployment-related Posts"


@dataclass(frozen=True)
class Post:
    """A post of a test's database."""

    post_id: int
    body: str = "<p>body</p>"
    title: str | None = None
    tags: tuple[str, ...] = ()
    parent_post_id: int | None = None
    accepted_answer_id: int | None = None
    score: int | None = 0
    created_at: str = "2019-05-04T03:02:01"
    site: str = SITE


TABLES = {
    "question_sets": pa.schema(
        [
            ("question_set", pa.string()),
            ("label", pa.string()),
            ("kind", pa.string()),
            ("base_set", pa.string()),
            ("position", pa.int32()),
            ("description", pa.string()),
            ("is_candidate_set", pa.bool_()),
        ]
    ),
    "question_set_members": pa.schema(
        [
            ("question_set", pa.string()),
            ("site", pa.string()),
            ("question_id", pa.int64()),
            ("is_decided", pa.bool_()),
        ]
    ),
    "stg_posts": pa.schema(
        [
            ("site", pa.string()),
            ("post_id", pa.int64()),
            ("post_type_id", pa.int32()),
            ("parent_post_id", pa.int64()),
            ("accepted_answer_id", pa.int64()),
            ("title", pa.string()),
            ("body", pa.string()),
            ("tags", pa.list_(pa.string())),
            ("score", pa.int64()),
            ("created_at", pa.timestamp("ms")),
        ]
    ),
}


def write_warehouse(data, posts, members, candidates=()):
    """Make the database of a data folder; `members` maps question sets to their question ids."""
    data.mkdir(parents=True, exist_ok=True)
    rows = {
        "question_sets": [
            (name, name, "topic", "dl", position, "", name in candidates)
            for position, name in enumerate(members)
        ],
        "question_set_members": [
            (name, SITE, key, False) for name, keys in members.items() for key in keys
        ],
        "stg_posts": [_row(post) for post in posts],
    }
    with duckdb.connect(str(data / "stackstudy.duckdb")) as connection:
        for name, schema in TABLES.items():
            values = [dict(zip(schema.names, row, strict=True)) for row in rows[name]]
            connection.register("made", pa.Table.from_pylist(values, schema))
            connection.execute(f"create table {name} as select * from made")
        connection.execute(
            """
            create table questions as
            select
                site, post_id as question_id, title, tags,
                accepted_answer_id is not null as is_accepted,
                'https://' || site || '/questions/' || post_id as url
            from stg_posts
            where post_type_id = 1
            """
        )
    return data


def _row(post):
    return (
        post.site,
        post.post_id,
        1 if post.parent_post_id is None else 2,
        post.parent_post_id,
        post.accepted_answer_id,
        post.title,
        post.body,
        list(post.tags),
        post.score,
        datetime.fromisoformat(post.created_at),
    )


@pytest.fixture(scope="session")
def published_questions(shared_data):
    """The authors' questions, set by set, as they published them: JSON with nested answers."""
    with zipfile.ZipFile(shared_data / "fse2020" / f"{POSTS}.zip") as archive:
        return {
            name: [json.loads(line) for line in archive.read(f"{POSTS}/{file}").splitlines()]
            for name, file in FILES.items()
        }


@pytest.fixture(scope="session")
def published_labels(shared_data, tmp_path_factory):
    """The authors' labels, as published: (question id, name) of each set."""
    folder = tmp_path_factory.mktemp("results")
    with zipfile.ZipFile(shared_data / "fse2020" / "Results.zip") as archive:
        path = archive.extract("Results/RQ3/category.xlsx", folder)
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        name: [
            (int(url.rsplit("/", 1)[1]), label)
            for _, url, label in book[sheet].iter_rows(min_row=2, values_only=True)
        ]
        for name, sheet in SHEETS.items()
    }


@pytest.fixture(scope="session")
def published_data(published_questions, tmp_path_factory):
    """A data folder whose database holds the authors' questions, answers and sets."""
    posts = {}
    for questions in published_questions.values():
        for question in questions:
            posts[int(question["Id"])] = _post(question)
            for answer in question["answers"]:
                posts[int(answer["Id"])] = _post(answer, int(question["Id"]))
    members = {
        name: sorted({int(question["Id"]) for question in questions})
        for name, questions in published_questions.items()
    }
    return write_warehouse(
        tmp_path_factory.mktemp("published"), posts.values(), members, ["browser"]
    )


def _post(row, parent=None):
    accepted = row.get("AcceptedAnswerId")
    return Post(
        post_id=int(row["Id"]),
        body=row["Body"],
        title=row.get("Title"),
        tags=tuple(row.get("Tags", "").strip("<>").split("><")) if row.get("Tags") else (),
        parent_post_id=parent,
        accepted_answer_id=int(accepted) if accepted else None,
        score=int(row["Score"]),
        created_at=row["CreationDate"],
    )
