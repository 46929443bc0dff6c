"""The questions and answers of a draw as text, from the loaded posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from analyses.labelling.text import html_to_text
from analyses.warehouse import connect
from loader.errors import LabellingError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.draw import DrawnQuestion

MAX_ANSWERS = 3
"""Answers of a question that a sheet shows unless the caller says otherwise."""

POSTS = "stg_posts"


@dataclass(frozen=True)
class QuestionText:
    """What a rater reads of a question; ``answers`` is the text of its first answers."""

    title: str
    tags: str
    body: str
    answers: str


def read_texts(
    data: Path, questions: Sequence[DrawnQuestion], max_answers: int = MAX_ANSWERS
) -> list[QuestionText]:
    """Read the texts of drawn questions, in their order.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.
    questions : sequence of DrawnQuestion
    max_answers : int
        At most so many answers a question: the accepted one first, then by score.

    Raises
    ------
    LabellingError
        When a question is not among the loaded posts.
    WarehouseError
        When the tables are not built, or the Parquet files behind them are gone.
    """
    keys = sorted({(row.site, row.question_id) for row in questions})
    drawn = pa.table({"site": [key[0] for key in keys], "question_id": [key[1] for key in keys]})
    with connect(data) as connection:
        connection.register("drawn", drawn)
        try:
            posts = _posts(connection)
            answers = _answers(connection, max_answers)
        except (duckdb.CatalogException, duckdb.IOException) as error:
            raise WarehouseError(
                f"{data}: the posts behind the tables cannot be read; load the dump again and run"
                f" `stackstudy build` ({str(error).splitlines()[0]})"
            ) from error
    for row in questions:
        if (row.site, row.question_id) not in posts:
            raise LabellingError(
                f"question {row.question_id} of {row.site}, drawn for {row.question_set}, is not"
                f" among the posts in {data}; load the dump that it was drawn from"
            )
    return [
        QuestionText(*posts[key], answers=answers.get(key, ""))
        for key in ((row.site, row.question_id) for row in questions)
    ]


def _posts(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], tuple[str, str, str]]:
    rows = connection.execute(
        f"""
        select posts.site, posts.post_id, posts.title, posts.tags, posts.body
        from {POSTS} as posts
        semi join drawn on posts.site = drawn.site and posts.post_id = drawn.question_id
        """
    ).fetchall()
    return {
        (site, post_id): (title or "", " ".join(tags or ()), html_to_text(body))
        for site, post_id, title, tags, body in rows
    }


def _answers(connection: duckdb.DuckDBPyConnection, max_answers: int) -> dict[tuple[str, int], str]:
    rows = connection.execute(
        f"""
        with answers as (
            select
                drawn.site,
                drawn.question_id,
                answers.score,
                answers.created_at,
                answers.body,
                answers.post_id is not distinct from questions.accepted_answer_id as is_accepted,
                row_number() over ordered as place,
                count(*) over (partition by drawn.site, drawn.question_id) as n_answers
            from drawn
            inner join {POSTS} as questions
                on drawn.site = questions.site and drawn.question_id = questions.post_id
            inner join {POSTS} as answers
                on
                    drawn.site = answers.site
                    and drawn.question_id = answers.parent_post_id
                    and answers.post_type_id = 2
            window ordered as (
                partition by drawn.site, drawn.question_id
                order by is_accepted desc, answers.score desc nulls last, answers.post_id
            )
        )

        select * from answers
        where place <= greatest($max_answers, 1)
        order by site, question_id, place
        """,
        {"max_answers": max_answers},
    ).fetchall()
    texts: dict[tuple[str, int], list[str]] = {}
    n_answers_of: dict[tuple[str, int], int] = {}
    for site, question_id, score, created_at, body, is_accepted, place, n_answers in rows:
        n_answers_of[site, question_id] = n_answers
        parts = texts.setdefault((site, question_id), [])
        if place <= max_answers:
            facts = ["accepted"] if is_accepted else []
            facts += [f"score {score}"] if score is not None else []
            facts += [f"{created_at:%Y-%m-%d}"] if created_at is not None else []
            parts.append(
                f"[Answer {place} of {n_answers}: {', '.join(facts)}]\n{html_to_text(body)}"
            )
    for key, parts in texts.items():
        n_more = n_answers_of[key] - len(parts)
        if n_more:
            parts.append(f"[{n_more} more answer{'s' * (n_more > 1)} at the url]")
    return {key: "\n\n".join(parts) for key, parts in texts.items()}
