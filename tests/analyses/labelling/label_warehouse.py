"""A small database to label from: only the tables that labelling reads, as their contracts say."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

SITE = "stackoverflow.com"


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
    "sample_sizes": pa.schema(
        [
            ("question_set", pa.string()),
            ("confidence", pa.float64()),
            ("interval", pa.float64()),
            ("expected_share", pa.float64()),
            ("rounding", pa.string()),
            ("is_whole_set", pa.bool_()),
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
            ("closed_at", pa.timestamp("ms")),
            ("owner_user_id", pa.int64()),
            ("owner_display_name", pa.string()),
        ]
    ),
    "stg_users": pa.schema(
        [("site", pa.string()), ("user_id", pa.int64()), ("display_name", pa.string())]
    ),
    "stg_comments": pa.schema(
        [
            ("site", pa.string()),
            ("comment_id", pa.int64()),
            ("post_id", pa.int64()),
            ("comment_text", pa.string()),
            ("score", pa.int64()),
            ("created_at", pa.timestamp("ms")),
            ("user_id", pa.int64()),
            ("user_display_name", pa.string()),
        ]
    ),
    "stg_post_links": pa.schema(
        [
            ("site", pa.string()),
            ("post_id", pa.int64()),
            ("related_post_id", pa.int64()),
            ("link_type_id", pa.int32()),
        ]
    ),
}


def write_warehouse(
    data, posts, members, candidates=(), study="deep_learning_deployment", *, comments=(), links=()
):
    """Make the database of a data folder; `members` maps question sets to their question ids.

    Comments are (post id, text), links (post id, related id, type).
    """
    data.mkdir(parents=True, exist_ok=True)
    rows = {
        "question_sets": [
            (name, name, "topic", "dl", position, "", name in candidates)
            for position, name in enumerate(members)
        ],
        "sample_sizes": [
            (name, 0.95, 0.05, 0.5, "down", name in candidates, name in candidates)
            for name in members
        ],
        "question_set_members": [
            (name, SITE, key, False) for name, keys in members.items() for key in keys
        ],
        "stg_posts": [_row(post) for post in posts],
        "stg_users": [(SITE, 7, "Ada <b>")],
        "stg_comments": [
            (SITE, place, post_id, text, 1, datetime(2020, 1, 1), 7, None)  # noqa: DTZ001
            for place, (post_id, text) in enumerate(comments)
        ],
        "stg_post_links": [(SITE, *link) for link in links],
    }
    with duckdb.connect(str(data / f"{study}.duckdb")) as connection:
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
        None,
        7,
        None,
    )
