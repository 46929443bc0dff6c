"""One pyarrow schema per table: the only list of the columns of a Stack Exchange data dump.

Column names are the dump's own attribute names. Every attribute of every dump since 2009 has its
column, so a table has one schema for all years: what a dump lacks is null. Unknown attributes go
to ``OtherAttributes``.

Source of names, types and history: the dump itself (2013 to 2025) and "Database schema
documentation for the public data dump and SEDE", https://meta.stackexchange.com/q/2677.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

ID: Final = pa.int64()
COUNT: Final = pa.int64()
ENUMERATION: Final = pa.int32()
TEXT: Final = pa.string()
FLAG: Final = pa.bool_()
DATE: Final = pa.timestamp("ms")
"""In UTC, and without a zone: a conversion in a view would defeat Parquet's statistics."""

TAGS: Final = pa.list_(pa.string())
OTHER: Final = pa.map_(pa.string(), pa.string())

OTHER_ATTRIBUTES: Final = "OtherAttributes"

FIRST_FABRICATED_POST_ID: Final = 1_000_000_000
"""The dump of 2025-06-30 has invented posts, with the ids 1,000,000,001 and 1,000,000,010; no other
dump is known to (https://meta.stackexchange.com/q/412018). Real ids are far below."""


@dataclass(frozen=True)
class Table:
    """A table of the dump.

    Attributes
    ----------
    name : str
        Name in the store (``post_history``).
    root : str
        Root element of its XML file (``posthistory``); file names are this, in any letter case.
    schema : pyarrow.Schema
        Columns, in the order of the official writer, then ``OtherAttributes``.
    date_column : str or None
        The column with a row's creation date, for first and last date.
    post_id_column : str or None
        The column that names a post, by which fabricated rows are known.
    """

    name: str
    root: str
    schema: pa.Schema
    date_column: str | None
    post_id_column: str | None

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the known XML attributes."""
        return tuple(name for name in self.schema.names if name != OTHER_ATTRIBUTES)


def _table(
    name: str,
    columns: dict[str, pa.DataType],
    *,
    date: str | None = "CreationDate",
    post_id: str | None = None,
) -> Table:
    fields = [pa.field(column, kind) for column, kind in columns.items()]
    schema = pa.schema([*fields, pa.field(OTHER_ATTRIBUTES, OTHER)])
    return Table(name, name.replace("_", ""), schema, date, post_id)


POSTS: Final = _table(
    "posts",
    {
        "Id": ID,
        "PostTypeId": ENUMERATION,
        "AcceptedAnswerId": ID,
        "ParentId": ID,
        "CreationDate": DATE,
        "DeletionDate": DATE,
        "Score": COUNT,
        "ViewCount": COUNT,
        "Body": TEXT,
        "OwnerUserId": ID,
        "OwnerDisplayName": TEXT,
        "LastEditorUserId": ID,
        "LastEditorDisplayName": TEXT,
        "LastEditDate": DATE,
        "LastActivityDate": DATE,
        "Title": TEXT,
        "Tags": TAGS,
        "AnswerCount": COUNT,
        "CommentCount": COUNT,
        "FavoriteCount": COUNT,
        "ClosedDate": DATE,
        "CommunityOwnedDate": DATE,
        "ContentLicense": TEXT,
    },
    post_id="Id",
)

USERS: Final = _table(
    "users",
    {
        "Id": ID,
        "Reputation": COUNT,
        "CreationDate": DATE,
        "DisplayName": TEXT,
        "LastAccessDate": DATE,
        "WebsiteUrl": TEXT,
        "Location": TEXT,
        "AboutMe": TEXT,
        "Views": COUNT,
        "UpVotes": COUNT,
        "DownVotes": COUNT,
        "ProfileImageUrl": TEXT,
        "EmailHash": TEXT,
        "Age": COUNT,
        "AccountId": ID,
    },
)

VOTES: Final = _table(
    "votes",
    {
        "Id": ID,
        "PostId": ID,
        "VoteTypeId": ENUMERATION,
        "UserId": ID,
        "CreationDate": DATE,
        "BountyAmount": COUNT,
    },
    post_id="PostId",
)

COMMENTS: Final = _table(
    "comments",
    {
        "Id": ID,
        "PostId": ID,
        "Score": COUNT,
        "Text": TEXT,
        "CreationDate": DATE,
        "UserDisplayName": TEXT,
        "UserId": ID,
        "ContentLicense": TEXT,
    },
    post_id="PostId",
)

BADGES: Final = _table(
    "badges",
    {
        "Id": ID,
        "UserId": ID,
        "Name": TEXT,
        "Date": DATE,
        "Class": ENUMERATION,
        "TagBased": FLAG,
    },
    date="Date",
)

POST_HISTORY: Final = _table(
    "post_history",
    {
        "Id": ID,
        "PostHistoryTypeId": ENUMERATION,
        "PostId": ID,
        "RevisionGUID": TEXT,
        "CreationDate": DATE,
        "UserId": ID,
        "UserDisplayName": TEXT,
        "Comment": TEXT,
        "Text": TEXT,
        "CloseReasonId": ENUMERATION,
        "ContentLicense": TEXT,
    },
    post_id="PostId",
)

POST_LINKS: Final = _table(
    "post_links",
    {
        "Id": ID,
        "CreationDate": DATE,
        "PostId": ID,
        "RelatedPostId": ID,
        "LinkTypeId": ENUMERATION,
    },
    post_id="PostId",
)

TAGS_TABLE: Final = _table(
    "tags",
    {
        "Id": ID,
        "TagName": TEXT,
        "Count": COUNT,
        "ExcerptPostId": ID,
        "WikiPostId": ID,
        "IsModeratorOnly": FLAG,
        "IsRequired": FLAG,
    },
    date=None,
)

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (POSTS, USERS, VOTES, COMMENTS, BADGES, POST_HISTORY, POST_LINKS, TAGS_TABLE)
}
BY_ROOT: Final[dict[str, Table]] = {table.root: table for table in TABLES.values()}
