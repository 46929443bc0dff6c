"""What PostHistory, PostLinks, Comments and Badges record while the site lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.sample import tables
from analyses.sample.official import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from analyses.sample.official import TableFile

_EDIT_REASONS: Final = (
    "added {n} characters in body",
    "deleted {n} characters in body",
    "edited body",
    "edited tags",
    "Improved formatting",
    "fixed typo & formatting",
    "code fence -> indented block",
)
_CLOSE_REASONS: Final = ("102", "102", "103", "104", "105")
_LEVELS: Final = {
    "Notable Question": 2,
    "Enlightened": 2,
    "Good Answer": 2,
    "Famous Question": 1,
    "Great Answer": 1,
}


class Records:
    """Numbered rows of the tables that grow as things happen.

    Parameters
    ----------
    files : dict of str to TableFile
        The files by the name of their table.
    rng : Random
        Source of chance.
    """

    def __init__(self, files: dict[str, TableFile], rng: Random) -> None:
        self._rng = rng
        self._history = files["PostHistory"]
        self._links = files["PostLinks"]
        self._comments = files["Comments"]
        self._badges = files["Badges"]
        self._ids = dict.fromkeys(("history", "links", "comments", "badges"), 0)

    def _next(self, table: str) -> int:
        random = self._rng.random
        self._ids[table] += 1 if random() < 0.9 else 1 + int(random() * 4)
        return self._ids[table]

    def guid(self) -> str:
        """Draw a revision's GUID (version 4)."""
        bits = f"{self._rng.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def _add(
        self,
        kind: int,
        post_id: int,
        guid: str,
        ms: int,
        user: int | None,
        **rest: str | bool | None,
    ) -> None:
        row = tables.history_row(self._next("history"), kind, post_id, guid, ms, user, **rest)
        self._history.add(row)

    def asked(
        self,
        post_id: int,
        ms: int,
        user: int | None,
        name: str,
        body: str,
        title: str,
        tags: Sequence[str],
    ) -> None:
        """Record a question's first revision."""
        guid = self.guid()
        self._add(2, post_id, guid, ms, user, name=name, text=body)
        self._add(1, post_id, guid, ms, user, name=name, text=title)
        self._add(3, post_id, guid, ms, user, name=name, text=tables.tags_text(tags))

    def written(self, post_id: int, ms: int, user: int | None, name: str, body: str) -> None:
        """Record the first revision of an answer or a wiki."""
        self._add(2, post_id, self.guid(), ms, user, name=name, text=body)

    def edited(
        self,
        post_id: int,
        ms: int,
        user: int | None,
        name: str,
        *,
        title: str | None,
        body: str | None,
        tags: Sequence[str] | None,
        comment: str = "",
        suggested: tuple[int, int] | None = None,
    ) -> None:
        """Record an edit of title, body and tags; a suggested one with its proposer and reviewer."""
        random = self._rng.random
        guid = self.guid()
        if not comment and random() < 0.8:
            reason = _EDIT_REASONS[int(random() * len(_EDIT_REASONS))]
            comment = escape(reason.format(n=1 + int(random() * 900)))
        for kind, text in (
            (4, title),
            (5, body),
            (6, None if tags is None else tables.tags_text(tags)),
        ):
            if text is not None:
                self._add(kind, post_id, guid, ms, user, name=name, comment=comment, text=text)
        if suggested:
            proposer, reviewer = suggested
            edit_id = self._ids["history"] // 9 + 1
            told = f"Proposed by {proposer} approved by {reviewer} edit id of {edit_id}"
            self._add(24, post_id, guid, ms, None, comment=told)

    def closed(
        self, post_id: int, ms: int, voters: list[tuple[int, str]], original: int | None
    ) -> None:
        """Record that a question was closed, as a duplicate of another where that is given."""
        reason = (
            "101" if original else _CLOSE_REASONS[int(self._rng.random() * len(_CLOSE_REASONS))]
        )
        first = f"&quot;OriginalQuestionIds&quot;:[{original}]," if original else ""
        text = "{" + first + _voters(voters) + "}"
        self._add(
            10,
            post_id,
            self.guid(),
            ms,
            voters[-1][0],
            comment=reason,
            text=text,
            has_license=False,
        )

    def happened(
        self, kind: int, post_id: int, ms: int, voters: list[tuple[int, str]], comment: str = ""
    ) -> None:
        """Record an event that people voted for: reopened (11), deleted (12), undeleted (13), protected (19)."""
        text = "{" + _voters(voters) + "}"
        self._add(
            kind,
            post_id,
            self.guid(),
            ms,
            voters[-1][0],
            comment=comment,
            text=text,
            has_license=False,
        )

    def made_wiki(self, post_id: int, ms: int, user: int | None) -> None:
        """Record that a post became community-owned."""
        self._add(16, post_id, self.guid(), ms, user, has_license=False)

    def link(self, ms: int, post_id: int, related_id: int, kind: int) -> None:
        """Record a link between two posts."""
        self._links.add(tables.link_row(self._next("links"), ms, post_id, related_id, kind))

    def comment(self, post_id: int, ms: int, user: int | None, name: str, text: str) -> None:
        """Record a comment."""
        u = self._rng.random()
        score = 0 if u < 0.8 else 1 if u < 0.93 else int(2 / (1.0001 - u) ** 0.4)
        row = tables.comment_row(self._next("comments"), post_id, score, text, ms, user, name)
        self._comments.add(row)

    def badge(self, user: int | None, name: str, ms: int, *, is_tag: bool = False) -> None:
        """Record a badge; nobody gets one for a deleted account."""
        if user is not None:
            level = 3 if is_tag else _LEVELS.get(name, 3)
            row = tables.badge_row(self._next("badges"), user, name, ms, level, is_tag=is_tag)
            self._badges.add(row)


def _voters(voters: list[tuple[int, str]]) -> str:
    listed = ",".join(
        "{&quot;Id&quot;:%d,&quot;DisplayName&quot;:&quot;%s&quot;}"  # noqa: UP031
        % (user_id, name.replace("\\", "\\\\").replace("&quot;", "\\&quot;"))
        for user_id, name in voters
    )
    return f"&quot;Voters&quot;:[{listed}]"
