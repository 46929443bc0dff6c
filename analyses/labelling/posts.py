"""The questions of a sample with their answers, comments and links, from the loaded posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from analyses.warehouse.database import connect, records
from loader.errors import LabellingError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from analyses.labelling.sample import SampledQuestion

PostKey = tuple[str, int]

_WRITER = """coalesce({given}, users.display_name, 'user ' || {user_id}, '')"""


@dataclass(frozen=True)
class Comment:
    """A comment; its text is Markdown as it was typed."""

    text: str
    writer: str
    score: int | None
    created_at: datetime | None


@dataclass(frozen=True)
class Post:
    """A question or an answer; ``body`` is HTML as the dump has it."""

    post_id: int
    body: str
    writer: str
    score: int | None
    created_at: datetime | None
    is_accepted: bool = False
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Thread:
    """A question with all that the site shows of it.

    Attributes
    ----------
    answers : tuple of Post
        The accepted one first, then by score; those without a score come last.
    links : tuple of (int, str, bool)
        Linked questions: id, title, and whether this one is a duplicate of it.
    """

    site: str
    title: str
    tags: tuple[str, ...]
    question: Post
    closed_at: datetime | None
    answers: tuple[Post, ...]
    links: tuple[tuple[int, str, bool], ...]


def read_threads(
    data: Path, study: str | None, questions: Sequence[SampledQuestion]
) -> dict[PostKey, Thread]:
    """Read sampled questions with their answers, comments and links, in one pass over each table.

    Raises
    ------
    LabellingError
        When a question is not among the loaded posts.
    WarehouseError
        When the tables are not built, or the Parquet files behind them are gone.
    """
    with connect(data, study) as connection:
        try:
            threads = _threads(connection, {(row.site, row.question_id) for row in questions})
        except (duckdb.CatalogException, duckdb.IOException) as error:
            raise WarehouseError(
                f"{data}: the posts behind the tables cannot be read; load the dump again and run"
                f" `stackstudy build` ({str(error).splitlines()[0]})"
            ) from error
    if gone := [row for row in questions if (row.site, row.question_id) not in threads]:
        more = f" (nor are {len(gone) - 1:,} more)" if len(gone) > 1 else ""
        raise LabellingError(
            f"question {gone[0].question_id} of {gone[0].site}, drawn for {gone[0].question_set},"
            f" is not among the posts in {data}{more}; load the dump that it was drawn from, or"
            " take its row out of the draw"
        )
    return threads


def _threads(
    connection: duckdb.DuckDBPyConnection, keys: Collection[PostKey]
) -> dict[PostKey, Thread]:
    _register(connection, "drawn", keys)
    posts = records(
        connection,
        f"""
        select
            posts.site, posts.post_id, posts.parent_post_id, posts.accepted_answer_id,
            posts.score, posts.created_at, posts.closed_at, posts.title, posts.tags, posts.body,
            {_WRITER.format(given="posts.owner_display_name", user_id="posts.owner_user_id")}
                as writer
        from stg_posts as posts
        semi join drawn
            on
                posts.site = drawn.site
                and coalesce(posts.parent_post_id, posts.post_id) = drawn.post_id
        left join stg_users as users
            on posts.site = users.site and posts.owner_user_id = users.user_id
        where posts.post_type_id in (1, 2)
        """,
    )
    _register(connection, "shown", [(row["site"], row["post_id"]) for row in posts])
    comments: dict[PostKey, list[Comment]] = {}
    for row in records(
        connection,
        f"""
        select
            comments.site, comments.post_id, comments.comment_text, comments.score,
            comments.created_at,
            {_WRITER.format(given="comments.user_display_name", user_id="comments.user_id")}
                as writer
        from stg_comments as comments
        semi join shown using (site, post_id)
        left join stg_users as users
            on comments.site = users.site and comments.user_id = users.user_id
        order by comments.created_at, comments.comment_id
        """,
    ):
        said = Comment(row["comment_text"] or "", row["writer"], row["score"], row["created_at"])
        comments.setdefault((row["site"], row["post_id"]), []).append(said)
    links: dict[PostKey, list[tuple[int, str, bool]]] = {}
    for row in records(
        connection,
        """
        select distinct
            links.site, links.post_id, links.related_post_id,
            coalesce(posts.title, 'question ' || links.related_post_id) as title,
            coalesce(links.link_type_id = 3, false) as is_duplicate
        from stg_post_links as links
        semi join drawn using (site, post_id)
        left join stg_posts as posts
            on links.site = posts.site and links.related_post_id = posts.post_id
        where links.related_post_id is not null
        order by is_duplicate desc, links.related_post_id
        """,
    ):
        link = (row["related_post_id"], row["title"], row["is_duplicate"])
        links.setdefault((row["site"], row["post_id"]), []).append(link)
    asked = {(row["site"], row["post_id"]): row for row in posts if row["parent_post_id"] is None}
    answers: dict[PostKey, list[Post]] = {}
    for row in posts:
        parent = asked.get((row["site"], row["parent_post_id"]))
        if parent is not None:
            one = _post(row, comments, parent["accepted_answer_id"])
            answers.setdefault((row["site"], row["parent_post_id"]), []).append(one)
    return {
        key: Thread(
            site=key[0],
            title=row["title"] or "",
            tags=tuple(row["tags"] or ()),
            question=_post(row, comments),
            closed_at=row["closed_at"],
            answers=tuple(sorted(answers.get(key, ()), key=_place)),
            links=tuple(links.get(key, ())),
        )
        for key, row in asked.items()
    }


def _register(connection: duckdb.DuckDBPyConnection, name: str, keys: Collection[PostKey]) -> None:
    sites, ids = zip(*sorted(keys), strict=True) if keys else ((), ())
    table = pa.table({"site": pa.array(sites, pa.string()), "post_id": pa.array(ids, pa.int64())})
    connection.register(name, table)


def _post(
    row: dict[str, Any],
    comments: dict[PostKey, list[Comment]],
    accepted_answer_id: int | None = None,
) -> Post:
    return Post(
        post_id=row["post_id"],
        body=row["body"] or "",
        writer=row["writer"],
        score=row["score"],
        created_at=row["created_at"],
        is_accepted=row["post_id"] == accepted_answer_id,
        comments=tuple(comments.get((row["site"], row["post_id"]), ())),
    )


def _place(post: Post) -> tuple[bool, bool, int, int]:
    return (not post.is_accepted, post.score is None, -(post.score or 0), post.post_id)
