"""What there is to draw from: the questions of a set, as the database has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.warehouse.database import connect
from analyses.warehouse.tables import read_tables
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

QuestionKey = tuple[str, str, int]
"""Question set, site, question id."""


@dataclass(frozen=True)
class Member:
    """A question of a set."""

    site: str
    question_id: int
    title: str
    url: str


@dataclass(frozen=True)
class Population:
    """A question set with its questions.

    ``is_candidate_set`` is true where membership needs people's decisions and none were given.
    """

    question_set: str
    is_candidate_set: bool
    questions: tuple[Member, ...]


def read_populations(data: Path, names: Sequence[str] = ()) -> list[Population]:
    """Read question sets with their questions.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.
    names : sequence of str
        The sets, in the order wanted; none means every topic set.

    Raises
    ------
    WarehouseError
        When the tables are not built, or there is no set of a name.
    """
    sets = sorted(read_tables(data).rows("question_sets"), key=lambda row: row.position)
    known = {row.question_set: row for row in sets}
    for name in names:
        if name not in known:
            raise WarehouseError(
                f"no question set is named {name!r}; there are {', '.join(known) or 'none'}"
            )
    wanted = list(dict.fromkeys(names)) or [row.question_set for row in sets if row.kind == "topic"]
    with connect(data) as connection:
        rows = connection.execute(
            """
            select
                members.question_set,
                questions.site,
                questions.question_id,
                questions.title,
                questions.url
            from question_set_members as members
            inner join questions using (site, question_id)
            where list_contains($wanted, members.question_set)
            order by all
            """,
            {"wanted": wanted},
        ).fetchall()
    questions: dict[str, list[Member]] = {name: [] for name in wanted}
    for question_set, site, question_id, title, url in rows:
        questions[question_set].append(Member(site, question_id, title or "", url or ""))
    return [
        Population(name, known[name].is_candidate_set, tuple(questions[name])) for name in wanted
    ]
