"""What an export's README says of its data: where it is from, and under which licences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.export.licence import licence_of
from analyses.export.tables import wanted_questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


@dataclass(frozen=True)
class SetFacts:
    """A question set: its name, its label, its questions, and whether they are candidates."""

    name: str
    label: str
    description: str
    n_questions: int
    is_candidate_set: bool


@dataclass(frozen=True)
class Facts:
    """What is known about the data of an export.

    Attributes
    ----------
    sites : dict of str to str
        Each site with the date of its last post.
    is_synthetic : bool
    sets : tuple of SetFacts
    licences : dict of str to int
        Posts by licence; '' for those without a date.
    """

    sites: dict[str, str]
    is_synthetic: bool
    sets: tuple[SetFacts, ...]
    licences: dict[str, int]


def read_facts(connection: duckdb.DuckDBPyConnection, sets: Sequence[str]) -> Facts:
    """Read the facts about some question sets."""
    loaded = connection.execute(
        "select site, last_at, is_synthetic from dump_manifest where \"table\" = 'posts'"
        " order by site"
    ).fetchall()
    members = connection.execute(
        "select question_set, label, description, is_candidate_set, count(question_id)"
        " from question_sets left join question_set_members using (question_set)"
        " group by all"
    ).fetchall()
    found = {name: SetFacts(name, label, text, n, bool(c)) for name, label, text, c, n in members}
    posts = connection.execute(
        f"select coalesce({licence_of('post')}, '') as licence, count(*) from stg_posts as post"
        f" semi join {wanted_questions(sets)} as wanted on post.site = wanted.site"
        " and if(post.post_type_id = 1, post.post_id, post.parent_post_id) = wanted.question_id"
        " where post.post_type_id in (1, 2) group by all order by all"
    ).fetchall()
    return Facts(
        sites={site: str(last_at or "")[:10] for site, last_at, _ in loaded},
        is_synthetic=any(synthetic for *_, synthetic in loaded),
        sets=tuple(found[name] for name in sets),
        licences=dict(posts),
    )
