"""The questions and answers of a sample as text, from the loaded posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from analyses.labelling.text import html_to_text
from analyses.warehouse.database import connect
from loader.errors import LabellingError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.sample import SampledQuestion

PostKey = tuple[str, int]
Post = dict[str, Any]


@dataclass(frozen=True)
class QuestionText:
    """What a rater reads of a question; ``answers`` is the text of its first answers."""

    title: str
    tags: str
    body: str
    answers: str


def read_texts(
    data: Path,
    study: str | None,
    questions: Sequence[SampledQuestion],
    max_answers: int = 3,
) -> list[QuestionText]:
    """Read the texts of sampled questions, in their order.

    Parameters
    ----------
    max_answers : int
        At most so many answers per question: the accepted one first, then by score.

    Raises
    ------
    LabellingError
        When a question is not among the loaded posts.
    WarehouseError
        When the tables are not built, or the Parquet files behind them are gone.
    """
    with connect(data, study) as connection:
        try:
            asked, answers = _posts(connection, {(row.site, row.question_id) for row in questions})
        except (duckdb.CatalogException, duckdb.IOException) as error:
            raise WarehouseError(
                f"{data}: the posts behind the tables cannot be read; load the dump again and run"
                f" `stackstudy build` ({str(error).splitlines()[0]})"
            ) from error
    texts = []
    for row in questions:
        key = (row.site, row.question_id)
        if key not in asked:
            raise LabellingError(
                f"question {row.question_id} of {row.site}, drawn for {row.question_set}, is not"
                f" among the posts in {data}; load the dump that it was drawn from"
            )
        post = asked[key]
        texts.append(
            QuestionText(
                title=post["title"] or "",
                tags=" ".join(post["tags"] or ()),
                body=html_to_text(post["body"]),
                answers=_answers(post["accepted_answer_id"], answers.get(key, []), max_answers),
            )
        )
    return texts


def _posts(
    connection: duckdb.DuckDBPyConnection, keys: set[PostKey]
) -> tuple[dict[PostKey, Post], dict[PostKey, list[Post]]]:
    """Read questions, and their answers by question, in one pass over the posts."""
    sites, ids = zip(*sorted(keys), strict=True) if keys else ((), ())
    drawn = pa.table(
        {"site": pa.array(sites, pa.string()), "question_id": pa.array(ids, pa.int64())}
    )
    connection.register("drawn", drawn)
    rows = connection.execute(
        """
        select
            posts.site,
            posts.post_id,
            posts.parent_post_id,
            posts.accepted_answer_id,
            posts.score,
            posts.created_at,
            posts.title,
            posts.tags,
            posts.body
        from stg_posts as posts
        semi join drawn
            on
                posts.site = drawn.site
                and coalesce(posts.parent_post_id, posts.post_id) = drawn.question_id
        where posts.post_type_id in (1, 2)
        """
    ).to_arrow_table()
    asked: dict[PostKey, Post] = {}
    answers: dict[PostKey, list[Post]] = {}
    for post in rows.to_pylist():
        if post["parent_post_id"] is None:
            asked[post["site"], post["post_id"]] = post
        else:
            answers.setdefault((post["site"], post["parent_post_id"]), []).append(post)
    return asked, answers


def _answers(accepted_answer_id: int | None, answers: list[Post], max_answers: int) -> str:
    """Write the first answers: the accepted one, then by score; those without a score come last."""

    def place(post: Post) -> tuple[bool, bool, int, int]:
        score = post["score"]
        is_accepted = post["post_id"] == accepted_answer_id
        return (not is_accepted, score is None, -(score or 0), post["post_id"])

    shown = sorted(answers, key=place)[:max_answers]
    parts = []
    for number, post in enumerate(shown, start=1):
        facts = ["accepted"] if post["post_id"] == accepted_answer_id else []
        facts += [f"score {post['score']}"] if post["score"] is not None else []
        facts += [f"{post['created_at']:%Y-%m-%d}"] if post["created_at"] is not None else []
        parts.append(
            f"[Answer {number} of {len(answers)}: {', '.join(facts)}]\n{html_to_text(post['body'])}"
        )
    n_more = len(answers) - len(shown)
    if n_more:
        parts.append(f"[{n_more} more answer{'s' * (n_more > 1)} at the url]")
    return "\n\n".join(parts)
