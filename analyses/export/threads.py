"""Questions with their answers nested, as JSON lines: one question per line, whole.

The attributes of a post have the dump's own names and every value is a text; attributes that the
dump lacks are left out. `Tag_list` is `Tags` as a list, and `answers` holds the answers in the same
form. Added are `ContentLicense`, also where the dump has none, and what attribution needs: `Site`,
`Url` and `OwnerUrl`. Published replication packages have this form.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from analyses.export.files import Written
from analyses.export.tables import LICENCE, OWNER, Table, wanted_questions
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
_URL: Final = (
    "'https://' || post.site || if(post.post_type_id = 1, '/questions/', '/a/') || post.post_id"
)

ATTRIBUTES: Final = {
    "Id": (_number("post_id"), "Id of the post; unique within a site."),
    "PostTypeId": (_number("post_type_id"), "1 question, 2 answer."),
    "AcceptedAnswerId": (_number("accepted_answer_id"), "Id of the accepted answer."),
    "ParentId": (_number("parent_post_id"), "Id of the question that an answer belongs to."),
    "CreationDate": (_time("created_at"), "When it was written (UTC)."),
    "DeletionDate": (_time("deleted_at"), "When it was deleted (UTC)."),
    "Score": (_number("score"), "Up votes minus down votes at the dump's end."),
    "ViewCount": (_number("view_count"), "Views at the dump's end."),
    "Body": ("post.body", "Body as HTML, as the dump has it."),
    "OwnerUserId": (_number("owner_user_id"), "Who wrote it; absent for a deleted account."),
    "OwnerDisplayName": (
        "coalesce(post.owner_display_name, owner.display_name)",
        "Name of who wrote it, from the post, else from `Users.xml`.",
    ),
    "LastEditorUserId": (_number("last_editor_user_id"), "Who edited it last."),
    "LastEditorDisplayName": (
        "post.last_editor_display_name",
        "Name of who edited it last, where the account is deleted.",
    ),
    "LastEditDate": (_time("last_edited_at"), "When it was last edited (UTC)."),
    "LastActivityDate": (_time("last_active_at"), "When anything last happened to it (UTC)."),
    "Title": ("post.title", "Title of a question."),
    "Tags": (
        f"case when len(post.tags) > 0 then {_TAGS} end",
        "Tags of a question, each in angle brackets.",
    ),
    "AnswerCount": (_number("answer_count"), "Answers of a question at the dump's end."),
    "CommentCount": (_number("comment_count"), "Comments at the dump's end."),
    "FavoriteCount": (_number("favorite_count"), "Bookmarks at the dump's end."),
    "ClosedDate": (_time("closed_at"), "When it was closed (UTC)."),
    "CommunityOwnedDate": (_time("community_owned_at"), "When it became everybody's (UTC)."),
    "ContentLicense": (
        LICENCE,
        "Licence: what the dump says, else what was in force when it was written.",
    ),
    "Site": ("post.site", "Domain of the site."),
    "Url": (_URL, "Address of the post, for attribution."),
    "OwnerUrl": (
        "'https://' || post.site || '/users/' || post.owner_user_id",
        "Address of who wrote it, for attribution.",
    ),
}
"""Attributes of a post, by the dump's names: their SQL (null where absent) and their meaning."""


def threads_table() -> Table:
    """Return the entry of these files in the data dictionary; no table of the database has one."""
    texts = [ColumnEntry(name, "text", said) for name, (_, said) in ATTRIBUTES.items()]
    answers = "The answers of a question, each with the attributes above, by id."
    lists = [
        ColumnEntry("Tag_list", "list", "Tags of a question as a list."),
        ColumnEntry("answers", "list", answers),
    ]
    said = "Questions with their answers. One line per question."
    return Table("posts", said, (*texts, *lists), "")


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
    posts = ", ".join(f'"{name}" := {sql}' for name, (sql, _) in ATTRIBUTES.items())
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
        {OWNER}
        where post.post_type_id in (1, 2)
        order by post.site, wanted.question_id, is_question desc, post.post_id
        """
    )
    for _, thread in groupby(_rows(result), itemgetter(0, 1)):
        question, *answers = thread
        if not question[2]:
            continue  # its question is in quarantine
        nested = ", ".join(answer[3] for answer in answers)
        tags = f', "Tag_list": {question[4]}' if question[4] is not None else ""
        yield f'{question[3][:-1]}{tags}, "answers": [{nested}]}}'


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := result.fetchmany(_BATCH):
        yield from batch
