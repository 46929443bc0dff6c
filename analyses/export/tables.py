"""The tables of an export: which columns each has, where they come from, and their SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.export.licence import licence_of
from analyses.warehouse.dictionary import ColumnEntry, read_dictionary

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_RULES: Final = "question_set_rules"
"""No model, but part of what a study is."""

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
        licence_of("post"),
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
    """Return the tables of some question sets: posts, memberships, labels and, maybe, results.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    sets : sequence of str
        Question sets that the database has.
    with_results : bool
        Whether the tables that hold no questions (popularity, tests, ...) belong to it.
    """
    dictionary = read_dictionary()
    built = _columns_by_table(connection)
    tables = [_questions(connection, sets), _answers(connection, sets)]
    tables += [
        _mart(connection, name, built[name], None if with_results else sets, name)
        for name in ("question_set_members", "question_set_matches", "labels")
        if name in built
    ]
    if with_results:
        tables += [
            _mart(connection, name, columns, None, f"results/{name}")
            for name, columns in built.items()
            if (name in dictionary or name == _RULES)
            and name not in {table.name for table in tables}
            and not name.endswith("_questions")
        ]
    return tables


def wanted_questions(sets: Sequence[str]) -> str:
    """Return SQL for site and id of the questions of some sets, each once."""
    return (
        "(select distinct site, question_id from question_set_members"
        f" where question_set in {_in(sets)})"
    )


def _questions(connection: duckdb.DuckDBPyConnection, sets: Sequence[str]) -> Table:
    entry = read_dictionary()["questions"]
    names = [column.name for column in entry.columns]
    after = names.index("title") + 1
    parts = {name: f'asked."{name}"' for name in names[:after]}
    parts["body"] = _FROM_POSTS["body"][0]
    parts |= {name: f'asked."{name}"' for name in names[after:]}
    parts |= {name: sql for name, (sql, _) in _FROM_POSTS.items()}
    query = (
        f"select {_select(parts)} from questions as asked"
        f" semi join {wanted_questions(sets)} as wanted"
        " on asked.site = wanted.site and asked.question_id = wanted.question_id"
        " inner join stg_posts as post"
        " on asked.site = post.site and asked.question_id = post.post_id"
        " left join stg_users as owner"
        " on post.site = owner.site and post.owner_user_id = owner.user_id"
        " order by asked.site, asked.question_id"
    )
    described = {column.name: column.description for column in entry.columns}
    described |= {name: text for name, (_, text) in _FROM_POSTS.items()}
    return _table(
        connection,
        "questions",
        "The questions, each once, whatever sets it is in. One row per site and question.",
        query,
        described,
    )


def _answers(connection: duckdb.DuckDBPyConnection, sets: Sequence[str]) -> Table:
    parts = {name: sql for name, (sql, _) in _ANSWERS.items()}
    query = (
        f"select {_select(parts)} from stg_posts as post"
        f" semi join {wanted_questions(sets)} as wanted"
        " on post.site = wanted.site and post.parent_post_id = wanted.question_id"
        " inner join questions as asked"
        " on post.site = asked.site and post.parent_post_id = asked.question_id"
        " left join stg_users as owner"
        " on post.site = owner.site and post.owner_user_id = owner.user_id"
        " where post.post_type_id = 2"
        " order by post.site, post.parent_post_id, post.post_id"
    )
    return _table(
        connection,
        "answers",
        "Every answer of the questions. One row per site and answer.",
        query,
        {name: text for name, (_, text) in _ANSWERS.items()},
    )


def _mart(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[str],
    sets: Sequence[str] | None,
    file: str,
) -> Table:
    """Return a table of the database: its rows of some sets, or all of them.

    All are more than those of all sets: results are also of quoted studies and of pairs of sets.
    """
    entry = (read_dictionary("seeds") if name == _RULES else read_dictionary()).get(name)
    parts = {column: f'"{column}"' for column in columns}
    if name == "dump_manifest":  # a folder of the exporter's machine is nobody's business
        parts["source_file"] = "regexp_extract(source_file, '[^/\\\\]*$')"
    where = f" where question_set in {_in(sets)}" if sets is not None else ""
    query = f'select {_select(parts)} from main."{name}"{where} order by all'
    described = {column.name: column.description for column in entry.columns} if entry else {}
    return _table(connection, file, entry.description if entry else "", query, described)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    description: str,
    query: str,
    described: dict[str, str],
) -> Table:
    shape = connection.execute(f"describe {query}").fetchall()
    columns = tuple(
        ColumnEntry(column, str(kind).lower(), described.get(column, ""))
        for column, kind, *_ in shape
    )
    return Table(name, description, columns, query)


def _columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'main' order by table_name, ordinal_position"
    ).fetchall():
        found.setdefault(table, []).append(column)
    return found


def _select(parts: dict[str, str]) -> str:
    return ", ".join(f'{sql} as "{name}"' for name, sql in parts.items())


def _in(names: Sequence[str]) -> str:
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"({quoted})"
