"""The rows of the eight tables, in the official attribute order.

Texts come escaped; nothing here escapes them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.sample.official import date_text, day_text, escape
from analyses.sample.people import Author

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.sample.threads import Answer, Edit, Question
    from analyses.sample.wording import Text

_NOBODY: Final = Author(None)
_LICENSE_3_MS: Final = 1_302_220_800_000  # 2011-04-08
_LICENSE_4_MS: Final = 1_525_219_200_000  # 2018-05-02


def license_of(ms: int) -> str:
    """Return the licence of what was written at a time."""
    version = "2.5" if ms < _LICENSE_3_MS else "3.0" if ms < _LICENSE_4_MS else "4.0"
    return f'ContentLicense="CC BY-SA {version}" '


def _person(prefix: str, author: Author) -> str:
    if author.id is not None:
        return f'{prefix}UserId="{author.id}" '
    return f'{prefix}DisplayName="{author.name}" ' if author.name else ""


def tags_text(tags: Sequence[str]) -> str:
    """Return tags as the dumps before 2024 write them, escaped."""
    return "".join([f"&lt;{tag}&gt;" for tag in tags])


def _last_edit(edits: list[Edit], ms: int) -> tuple[str, str]:
    if not edits:
        return "", license_of(ms)
    last = edits[-1]
    editor = _person("LastEditor", last.editor)
    return f'{editor}LastEditDate="{date_text(last.ms)}" ', license_of(last.ms)


def question_row(  # noqa: PLR0913 - a row has that many values
    question: Question, text: Text, *, score: int, n_views: int, n_comments: int, n_favorites: int
) -> str:
    """Return a question's row of Posts."""
    accepted = f'AcceptedAnswerId="{question.accepted_id}" ' if question.accepted_id else ""
    asked = date_text(question.ms)
    edit, licence = _last_edit(question.edits, question.ms)
    favorites = f'FavoriteCount="{n_favorites}" ' if n_favorites else ""
    closed = ""
    if question.closed_ms is not None and question.reopened_ms is None:
        closed = f'ClosedDate="{date_text(question.closed_ms)}" '
    owned = f'CommunityOwnedDate="{asked}" ' if question.is_wiki else ""
    return (
        f'  <row Id="{question.id}" PostTypeId="1" {accepted}CreationDate="{asked}" '
        f'Score="{score}" ViewCount="{n_views}" Body="{text.html}" '
        f"{_person('Owner', question.owner)}{edit}"
        f'LastActivityDate="{date_text(question.last_activity)}" Title="{text.title}" '
        f'Tags="{tags_text(text.tags)}" AnswerCount="{len(question.answers)}" '
        f'CommentCount="{n_comments}" {favorites}{closed}{owned}{licence}/>\r\n'
    )


def answer_row(answer: Answer, text: Text, *, score: int, n_comments: int) -> str:
    """Return an answer's row of Posts."""
    answered = date_text(answer.ms)
    edit, licence = _last_edit(answer.edits, answer.ms)
    active = date_text(answer.edits[-1].ms) if answer.edits else answered
    owned = f'CommunityOwnedDate="{answered}" ' if answer.is_wiki else ""
    return (
        f'  <row Id="{answer.id}" PostTypeId="2" ParentId="{answer.question.id}" '
        f'CreationDate="{answered}" Score="{score}" Body="{text.html}" '
        f"{_person('Owner', answer.owner)}{edit}"
        f'LastActivityDate="{active}" CommentCount="{n_comments}" {owned}{licence}/>\r\n'
    )


def wiki_row(post_id: int, kind: int, *, ms: int, html: str, author: Author) -> str:
    """Return a tag wiki's row of Posts (kind 5), or that of its excerpt (kind 4)."""
    date = date_text(ms)
    return (
        f'  <row Id="{post_id}" PostTypeId="{kind}" CreationDate="{date}" Score="0" '
        f'Body="{html}" {_person("Owner", author)}{_person("LastEditor", author)}'
        f'LastEditDate="{date}" LastActivityDate="{date}" CommentCount="0" {license_of(ms)}/>\r\n'
    )


def user_row(  # noqa: PLR0913 - a row has that many values
    user_id: int,
    *,
    ms: int,
    name: str,
    last_ms: int,
    reputation: int,
    website: str = "",
    location: str = "",
    about: str = "",
    n_views: int = 0,
    n_up: int = 0,
    n_down: int = 0,
    image: str = "",
    account_id: int | None = None,
) -> str:
    """Return a row of Users."""
    optional = (
        (f'WebsiteUrl="{website}" ' if website else "")
        + (f'Location="{escape(location)}" ' if location else "")
        + (f'AboutMe="{about}" ' if about else "")
    )
    pictured = f'ProfileImageUrl="{escape(image)}" ' if image else ""
    account = f'AccountId="{account_id}" ' if account_id is not None else ""
    return (
        f'  <row Id="{user_id}" Reputation="{reputation}" CreationDate="{date_text(ms)}" '
        f'DisplayName="{name}" LastAccessDate="{date_text(last_ms)}" {optional}Views="{n_views}" '
        f'UpVotes="{n_up}" DownVotes="{n_down}" {pictured}{account}/>\r\n'
    )


def comment_row(  # noqa: PLR0913 - a row has that many values
    row_id: int, *, post_id: int, score: int, text: str, ms: int, author: Author
) -> str:
    """Return a row of Comments."""
    return (
        f'  <row Id="{row_id}" PostId="{post_id}" Score="{score}" Text="{text}" '
        f'CreationDate="{date_text(ms)}" {_person("User" if author.id is None else "", author)}'
        f"{license_of(ms)}/>\r\n"
    )


def vote_row(  # noqa: PLR0913 - a row has that many values
    row_id: int, *, post_id: int, kind: int, day: int, user_id: int | None, bounty: int
) -> str:
    """Return a row of Votes; their dates have no time of day."""
    user = f'UserId="{user_id}" ' if user_id is not None else ""
    amount = f'BountyAmount="{bounty}" ' if bounty else ""
    return (
        f'  <row Id="{row_id}" PostId="{post_id}" VoteTypeId="{kind}" {user}'
        f'CreationDate="{day_text(day)}T00:00:00.000" {amount}/>\r\n'
    )


def badge_row(  # noqa: PLR0913 - a row has that many values
    row_id: int, *, user: int, name: str, ms: int, level: int, is_tag: bool
) -> str:
    """Return a row of Badges."""
    return (
        f'  <row Id="{row_id}" UserId="{user}" Name="{escape(name)}" Date="{date_text(ms)}" '
        f'Class="{level}" TagBased="{is_tag}" />\r\n'
    )


def link_row(row_id: int, ms: int, post_id: int, related_id: int, kind: int) -> str:
    """Return a row of PostLinks: 1 for a link, 3 for a duplicate."""
    return (
        f'  <row Id="{row_id}" CreationDate="{date_text(ms)}" PostId="{post_id}" '
        f'RelatedPostId="{related_id}" LinkTypeId="{kind}" />\r\n'
    )


def tag_row(row_id: int, name: str, count: int, wiki_id: int | None) -> str:
    """Return a row of Tags; the excerpt's id follows the wiki's."""
    wiki = f'ExcerptPostId="{wiki_id + 1}" WikiPostId="{wiki_id}" ' if wiki_id else ""
    return f'  <row Id="{row_id}" TagName="{escape(name)}" Count="{count}" {wiki}/>\r\n'


def history_row(  # noqa: PLR0913 - a row has that many values
    row_id: int,
    kind: int,
    *,
    post_id: int,
    guid: str,
    ms: int,
    author: Author = _NOBODY,
    comment: str = "",
    text: str | None = None,
    has_license: bool = True,
) -> str:
    """Return a row of PostHistory."""
    return (
        f'  <row Id="{row_id}" PostHistoryTypeId="{kind}" PostId="{post_id}" RevisionGUID="{guid}" '
        f'CreationDate="{date_text(ms)}" {_person("User" if author.id is None else "", author)}'
        + (f'Comment="{comment}" ' if comment else "")
        + (f'Text="{text}" ' if text is not None else "")
        + (license_of(ms) if has_license else "")
        + "/>\r\n"
    )
