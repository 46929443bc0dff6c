"""The tables of an export: which columns each has, where they come from, and their SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.warehouse.database import table_names
from analyses.warehouse.dictionary import ColumnEntry, read_dictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from analyses.warehouse.dictionary import TableEntry


LICENCE: Final = (
    "coalesce(post.content_license, case"
    " when post.created_at < timestamp '2011-04-08' then 'CC BY-SA 2.5'"
    " when post.created_at < timestamp '2018-05-02' then 'CC BY-SA 3.0'"
    " when post.created_at is not null then 'CC BY-SA 4.0' end)"
)
"""SQL for the licence of a post: the dump's word, else what was in force when it was written."""

OWNER: Final = (
    "left join stg_users as owner on post.site = owner.site and post.owner_user_id = owner.user_id"
)
"""SQL that joins who wrote a post."""

_FROM_POSTS: Final = {
    "body": ("post.body", "Body as HTML, as the dump has it."),
    "comment_count": ("post.comment_count", "Comments at the dump's end."),
    "favorite_count": ("post.favorite_count", "Bookmarks at the dump's end."),
    "last_edited_at": ("post.last_edited_at", "When it was last edited (UTC)."),
    "owner_display_name": (
        "coalesce(post.owner_display_name, owner.display_name)",
        "Name of who wrote it, for attribution; null where neither post nor `users` has it.",
    ),
    "owner_url": (
        "'https://' || post.site || '/users/' || post.owner_user_id",
        "Address of who wrote it, for attribution; null where the account is deleted.",
    ),
    "content_license": (
        LICENCE,
        "Licence: what the dump says, else what was in force when it was written.",
    ),
}

_ANSWERS: Final = {
    "site": ("post.site", "Domain of the site."),
    "question_id": ("post.parent_post_id", "Id of the question that it answers."),
    "answer_id": ("post.post_id", "Id of the answer post; unique within a site."),
    "answered_at": ("post.created_at", "When it was written (UTC)."),
    "owner_user_id": ("post.owner_user_id", "Who wrote it; null where the account is deleted."),
    "score": ("post.score", "Up votes minus down votes at the dump's end."),
    "is_accepted_answer": (
        "coalesce(asked.accepted_answer_id = post.post_id, false)",
        "Whether the question names it as its accepted answer.",
    ),
    "url": ("'https://' || post.site || '/a/' || post.post_id", "Address of the answer."),
    **{name: entry for name, entry in _FROM_POSTS.items() if name != "favorite_count"},
}


@dataclass(frozen=True)
class Table:
    """A table to write.

    Attributes
    ----------
    name : str
        Name of its file; results have their folder in it.
    description : str
        What it holds; the last sentence is its grain.
    columns : tuple of ColumnEntry
        With the types of the database.
    query : str
        SQL that gives these columns, in a stable order, with times as UTC timestamps.
    """

    name: str
    description: str
    columns: tuple[ColumnEntry, ...]
    query: str


def data_tables(
    connection: duckdb.DuckDBPyConnection, sets: Sequence[str], *, with_results: bool
) -> list[Table]:
    """Return the tables of some question sets: posts, memberships, labels and, on demand, results.

    Parameters
    ----------
    sets : sequence of str
        Question sets that the database has.
    with_results : bool
        Whether to add the tables without questions (popularity, tests, ...); then every table is
        written with all its rows: some results are of other studies or of pairs of sets.
    """
    dictionary = read_dictionary()
    built = sorted(table_names(connection))
    tables = [_questions(connection, sets, dictionary["questions"]), _answers(connection, sets)]
    of_sets = ("question_set_members", "question_set_matches", "labels")
    where = "" if with_results else f" where question_set in {_in(sets)}"
    tables += [
        _copied(connection, dictionary[name], name, name, where)
        for name in of_sets
        if name in built
    ]
    if with_results:
        tables += [
            _copied(connection, dictionary[name], name, f"results/{name}")
            for name in built
            if name in dictionary
            and name not in {"questions", *of_sets}
            and not name.endswith("_questions")
        ]
    return tables


def wanted_questions(sets: Sequence[str]) -> str:
    """Return SQL for site and id of the questions of some sets, each once."""
    return (
        "(select distinct site, question_id from question_set_members"
        f" where question_set in {_in(sets)})"
    )


def _questions(
    connection: duckdb.DuckDBPyConnection, sets: Sequence[str], entry: TableEntry
) -> Table:
    parts = {column.name: f'asked."{column.name}"' for column in entry.columns}
    parts |= {name: sql for name, (sql, _) in _FROM_POSTS.items()}
    query = (
        f"select {_select(parts)} from questions as asked"
        f" semi join {wanted_questions(sets)} as wanted"
        " on asked.site = wanted.site and asked.question_id = wanted.question_id"
        " inner join stg_posts as post"
        " on asked.site = post.site and asked.question_id = post.post_id"
        f" {OWNER} order by asked.site, asked.question_id"
    )
    described = {column.name: column.description for column in entry.columns}
    described |= {name: text for name, (_, text) in _FROM_POSTS.items()}
    text = "The questions, each once, whatever sets it is in. One row per site and question."
    return _table(connection, "questions", text, query, described)


def _answers(connection: duckdb.DuckDBPyConnection, sets: Sequence[str]) -> Table:
    query = (
        f"select {_select({name: sql for name, (sql, _) in _ANSWERS.items()})} from stg_posts as"
        f" post semi join {wanted_questions(sets)} as wanted"
        " on post.site = wanted.site and post.parent_post_id = wanted.question_id"
        " inner join questions as asked"
        " on post.site = asked.site and post.parent_post_id = asked.question_id"
        f" {OWNER} where post.post_type_id = 2"
        " order by post.site, post.parent_post_id, post.post_id"
    )
    described = {name: text for name, (_, text) in _ANSWERS.items()}
    text = "Every answer of the questions. One row per site and answer."
    return _table(connection, "answers", text, query, described)


def _copied(
    connection: duckdb.DuckDBPyConnection,
    entry: TableEntry,
    name: str,
    file: str,
    where: str = "",
) -> Table:
    """Return a table of the database as it is, or some of its rows."""
    columns = connection.execute(f'describe main."{name}"').fetchall()
    parts = {column: f'"{column}"' for column, *_ in columns}
    if name == "dump_manifest":  # a folder of the exporter's machine is nobody's business
        parts["source_file"] = "regexp_extract(source_file, '[^/\\\\]*$')"
    query = f'select {_select(parts)} from main."{name}"{where} order by all'
    described = {column.name: column.description for column in entry.columns}
    return _table(connection, file, entry.description, query, described)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    description: str,
    query: str,
    described: Mapping[str, str],
) -> Table:
    columns = tuple(
        ColumnEntry(column, str(kind).lower(), described.get(column, ""))
        for column, kind, *_ in connection.execute(f"describe {query}").fetchall()
    )
    return Table(name, description, columns, query)


def _select(parts: Mapping[str, str]) -> str:
    return ", ".join(f'{sql} as "{name}"' for name, sql in parts.items())


def _in(names: Sequence[str]) -> str:
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"({quoted})"
