"""Questions with their answers nested as JSON lines, in the form of the paper's authors.

Chen et al. published a file a question set, one question a line: the dump's attributes by their
own names, every value a text, what the dump lacks left out; `Tag_list` is `Tags` as a list, and
`answers` holds the answers in the same way. We add `ContentLicense` where the dump has none, and
what attribution needs: `Site`, `Url` and `OwnerUrl`.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from analyses.export.files import Written
from analyses.export.licence import licence_of
from analyses.export.tables import Table, wanted_questions
from analyses.warehouse.dictionary import ColumnEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

_BATCH: Final = 2_000


def _number(column: str) -> str:
    return f"cast(post.{column} as varchar)"


def _time(column: str) -> str:
    return f"strftime(post.{column}, '%Y-%m-%dT%H:%M:%S.%g')"


_TAGS: Final = "'<' || array_to_string(post.tags, '><') || '>'"

ATTRIBUTES: Final = {
    "Id": _number("post_id"),
    "PostTypeId": _number("post_type_id"),
    "AcceptedAnswerId": _number("accepted_answer_id"),
    "ParentId": _number("parent_post_id"),
    "CreationDate": _time("created_at"),
    "DeletionDate": _time("deleted_at"),
    "Score": _number("score"),
    "ViewCount": _number("view_count"),
    "Body": "post.body",
    "OwnerUserId": _number("owner_user_id"),
    "OwnerDisplayName": "coalesce(post.owner_display_name, owner.display_name)",
    "LastEditorUserId": _number("last_editor_user_id"),
    "LastEditorDisplayName": "post.last_editor_display_name",
    "LastEditDate": _time("last_edited_at"),
    "LastActivityDate": _time("last_active_at"),
    "Title": "post.title",
    "Tags": f"case when len(post.tags) > 0 then {_TAGS} end",
    "AnswerCount": _number("answer_count"),
    "CommentCount": _number("comment_count"),
    "FavoriteCount": _number("favorite_count"),
    "ClosedDate": _time("closed_at"),
    "CommunityOwnedDate": _time("community_owned_at"),
    "ContentLicense": licence_of("post"),
    "Site": "post.site",
    "Url": "'https://' || post.site || if(post.post_type_id = 1, '/questions/', '/a/')"
    " || post.post_id",
    "OwnerUrl": "'https://' || post.site || '/users/' || post.owner_user_id",
}
"""Attributes of a post, by the dump's names, and their SQL: a text, or null where it is absent."""

_DESCRIPTIONS: Final = {
    "Id": "Id of the post; unique within a site.",
    "PostTypeId": "1 question, 2 answer.",
    "AcceptedAnswerId": "Id of the accepted answer.",
    "ParentId": "Id of the question that an answer belongs to.",
    "CreationDate": "When it was written (UTC).",
    "DeletionDate": "When it was deleted (UTC).",
    "Score": "Up votes minus down votes at the dump's end.",
    "ViewCount": "Views at the dump's end.",
    "Body": "Body as HTML, as the dump has it.",
    "OwnerUserId": "Who wrote it; absent where the account is deleted.",
    "OwnerDisplayName": "Name of who wrote it, from the post, else from `Users.xml`.",
    "LastEditorUserId": "Who edited it last.",
    "LastEditorDisplayName": "Name of who edited it last, where the account is deleted.",
    "LastEditDate": "When it was last edited (UTC).",
    "LastActivityDate": "When anything last happened to it (UTC).",
    "Title": "Title of a question.",
    "Tags": "Tags of a question, each in angle brackets.",
    "AnswerCount": "Answers of a question at the dump's end.",
    "CommentCount": "Comments at the dump's end.",
    "FavoriteCount": "Bookmarks at the dump's end.",
    "ClosedDate": "When it was closed (UTC).",
    "CommunityOwnedDate": "When it became everybody's (UTC).",
    "ContentLicense": "Licence: what the dump says, else what was in force when it was written.",
    "Site": "Domain of the site.",
    "Url": "Address of the post, for attribution.",
    "OwnerUrl": "Address of who wrote it, for attribution.",
    "Tag_list": "Tags of a question as a list.",
    "answers": "The answers of a question, each with the attributes above, by id.",
}


def threads_table() -> Table:
    """Return the entry of these files for a data dictionary; they are no table of the database."""
    columns = tuple(
        ColumnEntry(name, "list" if name in {"Tag_list", "answers"} else "text", text)
        for name, text in _DESCRIPTIONS.items()
    )
    return Table("posts", "Questions with their answers. One line per question.", columns, "")


def write_threads(
    connection: duckdb.DuckDBPyConnection, question_set: str, folder: Path
) -> Written:
    """Write the questions of a set, by site and id, each with all of its answers."""
    name = f"posts/{question_set}.jsonl"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    n_rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in _lines(connection, question_set):
            file.write(line + "\n")
            n_rows += 1
    return Written(name, "posts", n_rows)


def _lines(connection: duckdb.DuckDBPyConnection, question_set: str) -> Iterator[str]:
    posts = ", ".join(f'"{name}" := {sql}' for name, sql in ATTRIBUTES.items())
    # merging into nothing drops what is null
    result = connection.execute(
        f"""
        select
            post.site,
            wanted.question_id,
            post.post_type_id = 1 as is_question,
            cast(json_merge_patch('{{}}', to_json(struct_pack({posts}))) as varchar) as post,
            cast(to_json(post.tags) as varchar) as tags
        from stg_posts as post
        inner join {wanted_questions([question_set])} as wanted
            on
                post.site = wanted.site
                and wanted.question_id
                = if(post.post_type_id = 1, post.post_id, post.parent_post_id)
        left join stg_users as owner
            on post.site = owner.site and post.owner_user_id = owner.user_id
        where post.post_type_id in (1, 2)
        order by post.site, wanted.question_id, is_question desc, post.post_id
        """
    )
    for _, thread in groupby(_rows(result), itemgetter(0, 1)):
        question, *answers = thread
        if not question[2]:
            continue  # its question was set aside
        nested = ", ".join(answer[3] for answer in answers)
        tags = f', "Tag_list": {question[4]}' if question[4] is not None else ""
        yield f'{question[3][:-1]}{tags}, "answers": [{nested}]}}'


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while batch := result.fetchmany(_BATCH):
        yield from batch
