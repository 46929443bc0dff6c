"""The human input of a build, per set: decisions and labels, and what they changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.warehouse.database import table_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

_DECISIONS: Final = """
    select
        'decisions',
        given.question_set,
        count(*),
        count(*) filter (where questions.question_id is null),
        count(*) filter (
            where questions.question_id is not null and case given.decision
                when 'include' then not coalesce(candidates.is_matched, false)
                    or candidates.is_yielding
                else matches.question_id is not null or sets.kind in ('union', 'baseline')
            end
        )
    from stg_decisions as given
    inner join question_sets as sets on given.question_set = sets.question_set
    left join int_questions as questions
        on given.site = questions.site and given.question_id = questions.question_id
    left join int_set_candidates as candidates
        on
            given.question_set = candidates.question_set
            and given.site = candidates.site
            and given.question_id = candidates.question_id
    left join (
        select distinct question_set, site, question_id from question_set_matches
    ) as matches
        on
            given.question_set = matches.question_set
            and given.site = matches.site
            and given.question_id = matches.question_id
    group by given.question_set, sets.position
    order by sets.position
"""

_LABELS: Final = """
    select
        'labels',
        given.question_set,
        count(*),
        count(*) filter (where not given.is_loaded),
        count(*) filter (where given.is_loaded and not given.is_member)
    from labels as given
    inner join question_sets as sets on given.question_set = sets.question_set
    group by given.question_set, sets.position
    order by sets.position
"""


@dataclass(frozen=True)
class SetInput:
    """Decisions or labels of one question set.

    Attributes
    ----------
    kind : str
        ``decisions`` or ``labels``.
    n_other : int
        Decisions that changed what rules say; labels of questions that are not in the set.
    """

    kind: str
    question_set: str
    n_given: int
    n_not_loaded: int
    n_other: int

    @staticmethod
    def lines(now: Sequence[SetInput], before: Mapping[tuple[str, str], int]) -> Iterator[str]:
        """Say in a line per set what was given, and what is fewer than in the last build."""
        last = dict(before)
        for one in now:
            n_last = last.pop((one.kind, one.question_set), 0)
            parts = [f"{one.n_given:,} given"]
            if one.kind == "decisions":
                parts.append(f"{one.n_other:,} changed what the rules say")
            elif one.n_other:
                parts.append(f"{one.n_other:,} of questions that are not in the set")
            if one.n_not_loaded:
                parts.append(f"{one.n_not_loaded:,} of questions that are not loaded")
            if n_last > one.n_given:
                parts.append(f"{n_last - one.n_given:,} fewer than in the last build")
            yield f"{one.kind.capitalize()} for {one.question_set}: {', '.join(parts)}."
        for (kind, question_set), n_last in last.items():
            yield (
                f"Note: the last build had {n_last:,} {kind} for {question_set}; this one has none."
            )


def read_human_input(connection: duckdb.DuckDBPyConnection) -> list[SetInput]:
    """Read the human input of the build of a database, and what it changed."""
    rows = [row for sql in (_DECISIONS, _LABELS) for row in connection.execute(sql).fetchall()]
    return [SetInput(*row) for row in rows]


def count_given(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Count the human input of the build of a database, by kind and question set."""
    counts: dict[tuple[str, str], int] = {}
    for kind in ("decisions", "labels"):
        if f"stg_{kind}" in table_names(connection):
            rows = connection.execute(
                f"select question_set, count(*) from stg_{kind} group by all"
            ).fetchall()
            counts |= {(kind, question_set): n for question_set, n in rows}
    return counts
