"""The tables of posts, their history and tags, written in the order of time."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analyses.sample.official import account, date_text, license_of
from analyses.sample.people import rows
from analyses.sample.threads import POST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from numpy.typing import NDArray

    from analyses.sample.official import TableFile
    from analyses.sample.people import People
    from analyses.sample.wording import Text, Wording

_DESCRIBED: Final = 0.75
"""Share of tags with a wiki."""

_EDIT_REASONS: Final = (
    None, "edited body", "added {} characters in body", "Improved formatting", "fixed typo & link",
)  # fmt: skip


class PostTables:
    """Writes Posts, PostHistory and Tags; the first revision of each post, and one of its edit."""

    def __init__(self, files: Mapping[str, TableFile], wording: Wording, rng: Random) -> None:
        self._files = files
        self._wording = wording
        self._rng = rng
        self._last_revision_id = 0
        self._edits: list[tuple[int, int, dict[str, Any], Text]] = []
        self._tags: Counter[str] = Counter()
        self._wikis: dict[str, int] = {}

    def write(
        self, posts: NDArray, people: People, strata: Sequence[str], progress: Callable[[int], None]
    ) -> None:
        """Write all posts, and report the number of questions after each."""
        n_questions = 0
        for post in _plain(posts, people):
            self._write_edits(before=post["ms"])
            stratum, is_edited = strata[post["stratum"]], post["edit_ms"] > 0
            if post["is_question"]:
                text = self._wording.question(
                    stratum, post["recipe"], post["ms"], is_edited=is_edited
                )
                n_questions += 1
                progress(n_questions)
            else:
                text = self._wording.answer(stratum, is_edited=is_edited)
            self._write_post(post, text)
            new = [tag for tag in text.tags if tag not in self._tags]
            self._tags.update(text.tags)
            if new and self._rng.random() < _DESCRIBED:
                self._describe(new[0], post)
        self._write_edits()
        self._write_tags()

    def _write_post(self, post: dict[str, Any], text: Text) -> None:
        is_question, edit_ms, date = post["is_question"], post["edit_ms"], date_text(post["ms"])
        tags = "".join([f"<{tag}>" for tag in text.tags])
        editor: dict[str, Any] = {}
        if edit_ms:
            editor = account("LastEditor", post["editor"], is_gone=post["editor_is_gone"])
            editor["LastEditDate"] = date_text(edit_ms)
            heapq.heappush(self._edits, (edit_ms, post["id"], post, text))
        self._files["Posts"].write(
            Id=post["id"], PostTypeId=1 if is_question else 2,
            ParentId=None if is_question else post["question"],
            AcceptedAnswerId=post["accepted"] or None, CreationDate=date, Score=post["score"],
            ViewCount=post["n_views"] if is_question else None, Body=text.html,
            **account("Owner", post["owner"], is_gone=post["owner_is_gone"]), **editor,
            LastActivityDate=date_text(post["last_ms"]), Title=text.title or None,
            Tags=tags or None, AnswerCount=post["n_answers"] if is_question else None,
            CommentCount=post["n_comments"], FavoriteCount=post["n_favorites"] or None,
            ClosedDate=date_text(post["closed_ms"]) if post["closed_ms"] else None,
            CommunityOwnedDate=date if post["is_wiki"] else None,
            ContentLicense=license_of(edit_ms or post["ms"]),
        )  # fmt: skip
        parts = {2: text.first, 1: text.title, 3: tags} if is_question else {2: text.first}
        self._revise(post["id"], post["ms"], parts, post["owner"], is_gone=post["owner_is_gone"])

    def _write_edits(self, before: float = float("inf")) -> None:
        while self._edits and self._edits[0][0] < before:
            ms, post_id, post, text = heapq.heappop(self._edits)
            reason = self._rng.choice(_EDIT_REASONS)
            self._revise(
                post_id, ms, {5: text.edited}, post["editor"], is_gone=post["editor_is_gone"],
                comment=reason and reason.format(1 + int(self._rng.random() * 900)),
            )  # fmt: skip

    def _revise(  # noqa: PLR0913 - a row has that many values
        self, post_id: int, ms: int, parts: Mapping[int, str], author: int,
        *, is_gone: bool, comment: str | None = None,
    ) -> None:  # fmt: skip
        """Write a revision, a row for each of its parts."""
        bits = f"{self._rng.getrandbits(128):032x}"
        guid = f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"
        for kind, text in parts.items():
            self._last_revision_id += self._rng.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 4))
            self._files["PostHistory"].write(
                Id=self._last_revision_id, PostHistoryTypeId=kind, PostId=post_id,
                RevisionGUID=guid, CreationDate=date_text(ms),
                **account("", author, is_gone=is_gone), Comment=comment, Text=text,
                ContentLicense=license_of(ms),
            )  # fmt: skip

    def _describe(self, tag: str, post: dict[str, Any]) -> None:
        """Let the author of a tag's first post write its wiki and excerpt, with the next ids."""
        author, ms = -1 if post["owner_is_gone"] else post["owner"], post["ms"]
        self._wikis[tag] = post["id"] + 1
        excerpt = f"For questions about {tag}: how to use it, & why it is not what you expect."
        wiki = f"<p>{excerpt.replace('&', '&amp;')}</p>\n"
        for kind, html, post_id in ((5, wiki, post["id"] + 1), (4, excerpt, post["id"] + 2)):
            self._files["Posts"].write(
                Id=post_id, PostTypeId=kind, CreationDate=date_text(ms), Score=0, Body=html,
                OwnerUserId=author, LastEditorUserId=author, LastEditDate=date_text(ms),
                LastActivityDate=date_text(ms), CommentCount=0, ContentLicense=license_of(ms),
            )  # fmt: skip
            self._revise(post_id, ms, {2: excerpt}, author, is_gone=False)

    def _write_tags(self) -> None:
        """Write all tags, in the order of their first use."""
        row_id = 0
        for tag, count in self._tags.items():
            row_id += self._rng.choice((1, 1, 1, 3))
            wiki = self._wikis.get(tag)
            excerpt = wiki + 1 if wiki else None
            self._files["Tags"].write(
                Id=row_id, TagName=tag, Count=count, ExcerptPostId=excerpt, WikiPostId=wiki
            )


def _plain(posts: NDArray, people: People) -> Iterator[dict[str, Any]]:
    """Yield posts as plain values, with the ids of people and posts in place of their indices."""
    columns = {name: posts[name] for name in POST.names or ()}
    columns["owner"], columns["owner_is_gone"] = people.accounts(posts["owner"])
    columns["editor"], columns["editor_is_gone"] = people.accounts(posts["editor"])
    columns["question"] = posts["id"][posts["question"]]
    columns["accepted"] = np.where(posts["accepted"] < 0, 0, posts["id"][posts["accepted"]])
    for values in rows(*columns.values()):
        yield dict(zip(columns, values, strict=True))
