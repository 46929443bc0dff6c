"""What PostHistory, PostLinks, Comments and Badges record while the site lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.sample import tables
from analyses.sample.official import escape
from analyses.sample.people import Author
from analyses.sample.threads import Question

if TYPE_CHECKING:
    from random import Random

    from analyses.sample.official import TableFile
    from analyses.sample.threads import Answer, Edit
    from analyses.sample.wording import Text

Voters = list[tuple[int, str]]

_EDIT_REASONS: Final = (
    "added {n} characters in body",
    "deleted {n} characters in body",
    "edited body",
    "edited tags",
    "Improved formatting",
    "fixed typo & formatting",
    "code fence -> indented block",
)
_HTTPS_REASON: Final = "replaced http://stackoverflow.com/ with https://stackoverflow.com/"
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
        self._files = files
        self._ids = dict.fromkeys(files, 0)
        self._last_badge_ms = 0

    def _next(self, table: str) -> int:
        random = self._rng.random
        self._ids[table] += 1 if random() < 0.9 else 1 + int(random() * 4)
        return self._ids[table]

    def _guid(self) -> str:
        """Draw a revision's GUID (version 4)."""
        bits = f"{self._rng.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def _revise(self, kind: int, post_id: int, guid: str, ms: int, **rest: object) -> None:
        row_id = self._next("PostHistory")
        row = tables.history_row(row_id, kind, post_id=post_id, guid=guid, ms=ms, **rest)
        self._files["PostHistory"].add(row)

    def asked(self, question: Question, text: Text) -> None:
        """Record a question's first revision, with title and tags as they were before edits."""
        title, tags = text.title, text.tags
        if any(edit.title for edit in question.edits):
            title = title.lower()
        if any(edit.tags for edit in question.edits):
            tags = tags[:-1] or tags
        guid = self._guid()
        for kind, part in ((2, text.revision(0)), (1, title), (3, tables.tags_text(tags))):
            self._revise(kind, question.id, guid, question.ms, author=question.owner, text=part)

    def written(self, post_id: int, ms: int, author: Author, body: str) -> None:
        """Record the first revision of an answer or a wiki."""
        self._revise(2, post_id, self._guid(), ms, author=author, text=body)

    def edited(self, post: Question | Answer, edit: Edit, text: Text, reviewer: int) -> None:
        """Record an edit of title, body and tags; a suggested one with its reviewer."""
        random = self._rng.random
        guid = self._guid()
        reason = _HTTPS_REASON if edit.by == "community" else ""
        if not reason and random() < 0.8:
            reason = _EDIT_REASONS[int(random() * len(_EDIT_REASONS))]
            reason = escape(reason.format(n=1 + int(random() * 900)))
        parts = []
        if edit.title and isinstance(post, Question):
            parts.append((4, text.title))
        if edit.body:
            n_edits = sum(earlier.body for earlier in post.edits if earlier.ms <= edit.ms)
            parts.append((5, text.revision(n_edits)))
        if edit.tags and isinstance(post, Question):
            parts.append((6, tables.tags_text(text.tags)))
        for kind, part in parts:
            self._revise(
                kind, post.id, guid, edit.ms, author=edit.editor, comment=reason, text=part
            )
        if edit.by == "suggested":
            told = (
                f"Proposed by {edit.editor.id} approved by {reviewer} edit id of "
                f"{self._ids['PostHistory'] // 9 + 1}"
            )
            self._revise(24, post.id, guid, edit.ms, comment=told)

    def closed(self, question: Question, ms: int, voters: Voters, original: int | None) -> None:
        """Record that a question was closed, as a duplicate of another where that is given."""
        reason = _CLOSE_REASONS[int(self._rng.random() * len(_CLOSE_REASONS))]
        duplicates = ""
        if original:
            reason = "101"
            duplicates = f"&quot;OriginalQuestionIds&quot;:[{original}],"
            self.link(ms, question.id, original, 3)
        self._voted(10, question.id, ms, voters, duplicates, comment=reason)

    def reopened(self, question: Question, ms: int, voters: Voters) -> None:
        """Record that a question was opened again."""
        self._voted(11, question.id, ms, voters)

    def protected(self, question: Question, ms: int, voters: Voters) -> None:
        """Record that a question was protected."""
        self._voted(19, question.id, ms, voters)

    def made_wiki(self, post: Question | Answer) -> None:
        """Record that a post was community-owned from the start."""
        self._revise(16, post.id, self._guid(), post.ms, author=post.owner, has_license=False)

    def _voted(
        self, kind: int, post_id: int, ms: int, voters: Voters, before: str = "", **rest: object
    ) -> None:
        self._revise(
            kind,
            post_id,
            self._guid(),
            ms,
            author=Author(voters[-1][0]),
            text="{" + before + _listed(voters) + "}",
            has_license=False,
            **rest,
        )

    def link(self, ms: int, post_id: int, related_id: int, kind: int) -> None:
        """Record a link (1) between two posts, or a duplicate (3)."""
        row = tables.link_row(self._next("PostLinks"), ms, post_id, related_id, kind)
        self._files["PostLinks"].add(row)

    def comment(self, post_id: int, ms: int, author: Author, text: str) -> None:
        """Record a comment."""
        u = self._rng.random()
        score = 0 if u < 0.8 else 1 if u < 0.93 else int(2 / (1.0001 - u) ** 0.4)
        row_id = self._next("Comments")
        row = tables.comment_row(
            row_id, post_id=post_id, score=score, text=text, ms=ms, author=author
        )
        self._files["Comments"].add(row)

    def badge(self, user: int | None, name: str, ms: int, *, is_tag: bool = False) -> None:
        """Record a badge; nobody gets one for a deleted account."""
        if user is not None:
            level = 3 if is_tag else _LEVELS.get(name, 3)
            row_id = self._next("Badges")
            ms = self._last_badge_ms = max(ms, self._last_badge_ms)  # who registered earlier
            row = tables.badge_row(row_id, user=user, name=name, ms=ms, level=level, is_tag=is_tag)
            self._files["Badges"].add(row)


def _listed(voters: Voters) -> str:
    people = ",".join(
        f"{{&quot;Id&quot;:{user_id},&quot;DisplayName&quot;:&quot;{_in_json(name)}&quot;}}"
        for user_id, name in voters
    )
    return f"&quot;Voters&quot;:[{people}]"


def _in_json(escaped_name: str) -> str:
    """Return a name as JSON text within an attribute: JSON's own escapes, then those of XML."""
    return escaped_name.replace("\\", "\\\\").replace("&quot;", "\\&quot;")
