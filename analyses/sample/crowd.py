"""The crowd: votes, comments, badges, links between posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analyses.sample.official import DAY_MS, account, date_text, day_text, license_of
from analyses.sample.people import rows
from analyses.sample.threads import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from analyses.sample.chance import Chance
    from analyses.sample.official import TableFile
    from analyses.sample.people import People
    from analyses.sample.shape import Stratum
    from analyses.sample.wording import Wording

_ACCEPTED, _UP, _DOWN, _FAVORITE, _BOUNTY_START, _BOUNTY_CLOSE, _EDIT_APPROVED = (
    1, 2, 3, 5, 8, 9, 16,
)  # fmt: skip
_LINKED, _DUPLICATE = 1, 3
_MOST_UP: Final = 3000
_BOUNTIES: Final = np.array([50, 50, 50, 100, 150, 200, 500])

VOTE: Final = np.dtype(
    [("day", "i4"), ("post", "i4"), ("kind", "i1"), ("user", "i4"), ("bounty", "i2")]
)
"""A vote; the user is -1 where the dump hides the voter."""


class Crowd:
    """Plans what the crowd does until the snapshot, counts it on the posts, and writes it."""

    def __init__(
        self,
        posts: NDArray,
        people: People,
        strata: Sequence[Stratum],
        until_ms: int,
        chance: Chance,
    ) -> None:
        self._posts = posts
        self._people = people
        self._until_ms = until_ms
        self._chance = chance
        self._votes: list[NDArray] = []
        self._vote(np.array([one.votes for one in strata])[posts["stratum"]])
        self._favor()
        self._offer()
        self._comment()

    def _cast(
        self, post: NDArray, ms: NDArray, kind: int, user: ArrayLike = -1, bounty: ArrayLike = 0
    ) -> None:
        """Cast votes; a vote has a day, at most the last."""
        votes = np.zeros(len(post), VOTE)
        votes["post"], votes["kind"], votes["user"], votes["bounty"] = post, kind, user, bounty
        votes["day"] = np.minimum(ms, self._until_ms - 1) // DAY_MS
        self._votes.append(votes)

    def _vote(self, scale: NDArray) -> None:
        """Draw up- and down-votes, scores and views; accept answers."""
        posts, chance, n = self._posts, self._chance, len(self._posts)
        is_question, ms = posts["is_question"], posts["ms"]
        years = (self._until_ms - ms) / (365 * DAY_MS)
        scale = scale * np.where(
            is_question, 0.5 + 0.12 * years, np.where(posts["is_accepted"], 1.6, 0.8)
        )
        n_up = np.minimum(_MOST_UP, scale * ((1 - chance.uniform(n)) ** -0.62 - 1)).astype(int)
        n_down = chance.happens(0.12, n) * (1 + chance.integers(4 * chance.uniform(n), n))
        for kind, counts in ((_UP, n_up), (_DOWN, n_down)):
            post = np.repeat(np.arange(n), counts)
            mean = np.where(chance.happens(0.6, len(post)), 2 * DAY_MS, 120 * DAY_MS)
            wait = chance.exponential(mean, len(post))
            left = self._until_ms - ms[post]
            again = chance.integers(left, len(post))
            self._cast(post, ms[post] + np.where(wait < left, wait, again), kind)
        posts["score"] = n_up - n_down
        drawn = np.exp(5.1 + 0.25 * years**0.7 + 1.5 * chance.normal(n))
        posts["n_views"] = 4 + drawn * (1 + np.maximum(0, posts["score"])) ** 0.4
        # Sometimes another answer had been accepted before.
        accepted = np.flatnonzero(posts["is_accepted"] | (~is_question & chance.happens(0.003, n)))
        at = ms[accepted] + chance.delays(3 * HOUR, 2.0, 2.0, len(accepted))
        self._cast(accepted, np.maximum(at, ms[posts["question"][accepted]]), _ACCEPTED)
        suggested = np.flatnonzero((posts["edit_ms"] > 0) & chance.happens(0.08, n))
        self._cast(suggested, posts["edit_ms"][suggested], _EDIT_APPROVED)

    def _favor(self) -> None:
        posts, chance = self._posts, self._chance
        counts = chance.counts(0.28, len(posts))  # 28% of the authors' questions have a favourite
        counts[~posts["is_question"] | (posts["score"] < 0)] = 0
        posts["n_favorites"] = counts
        post = np.repeat(np.arange(len(posts)), counts)
        asked = posts["ms"][post]
        later = asked + chance.exponential(40 * DAY_MS, len(post))
        self._cast(post, later, _FAVORITE, self._people.bystanders(asked))

    def _offer(self) -> None:
        """Let askers offer bounties; one goes to the accepted answer if it comes in a week."""
        posts, chance = self._posts, self._chance
        start = posts["ms"] + 2 * DAY_MS + chance.integers(5 * DAY_MS, len(posts))
        offers = posts["is_question"] & chance.happens(0.008, len(posts)) & (start < self._until_ms)
        post = np.flatnonzero(offers & ~self._people.is_deleted(posts["owner"]))
        start, amount = start[post], _BOUNTIES[chance.integers(len(_BOUNTIES), len(post))]
        self._cast(post, start, _BOUNTY_START, posts["owner"][post], amount)
        answer, end = posts["accepted"][post], start + 7 * DAY_MS
        is_paid = (answer >= 0) & (posts["ms"][answer] < end) & (end < self._until_ms)
        self._cast(answer[is_paid], end[is_paid], _BOUNTY_CLOSE, bounty=amount[is_paid])

    def _comment(self) -> None:
        posts, chance, people = self._posts, self._chance, self._people
        post = np.repeat(np.arange(len(posts)), chance.counts(0.52, len(posts)))
        ms = posts["ms"][post] + 30_000 + chance.delays(HOUR, 2.0, 2.0, len(post))
        order = np.argsort(ms, kind="stable")[: (ms < self._until_ms).sum()]
        post, ms = post[order], ms[order]
        by_owner = chance.happens(0.4, len(post))
        author = np.where(by_owner, posts["owner"][post], people.bystanders(ms))
        is_gone = chance.happens(0.014, len(post))
        author[is_gone] = people.deleted(is_gone.sum())
        people.came(author, ms)
        posts["n_comments"] = np.bincount(post, minlength=len(posts))
        self._comments = post, ms, author

    def write_comments(self, file: TableFile, wording: Wording) -> None:
        """Write the table of comments."""
        post, ms, author = self._comments
        u = self._chance.uniform(len(post))
        score = np.where(u < 0.8, 0, np.where(u < 0.93, 1, 2 / (1.0001 - u) ** 0.4)).astype(int)
        ids, is_gone = self._people.accounts(author)
        columns = self._posts["id"][post], score, ms, ids, is_gone
        for row_id, (post_id, points, at, user_id, gone) in self._numbered(*columns):
            file.write(
                Id=row_id, PostId=post_id, Score=points, Text=wording.comment(),
                CreationDate=date_text(at), **account("", user_id, is_gone=gone),
                ContentLicense=license_of(at),
            )  # fmt: skip

    def write_votes(self, file: TableFile) -> None:
        """Write the table of votes, which have a date without a time."""
        votes = np.concatenate(self._votes)
        votes = votes[np.argsort(votes["day"], kind="stable")]
        user = np.where(votes["user"] < 0, 0, self._people.ids[votes["user"]])
        post = self._posts["id"][votes["post"]]
        columns = post, votes["kind"], user, votes["day"], votes["bounty"]
        for row_id, (post_id, kind, voter, day, bounty) in self._numbered(*columns):
            file.write(
                Id=row_id, PostId=post_id, VoteTypeId=kind, UserId=voter or None,
                CreationDate=f"{day_text(day)}T00:00:00.000", BountyAmount=bounty or None,
            )  # fmt: skip

    def write_badges(self, file: TableFile) -> None:
        """Write the table of badges; some of those who would earn one have it already."""
        posts, people, chance = self._posts, self._people, self._chance
        is_answer, score = ~posts["is_question"], posts["score"]
        views = np.where(is_answer, 0, posts["n_views"])
        of_posts = (
            ("Student", 3, 0.35, ~is_answer & (score > 0)),
            ("Popular Question", 3, 0.8, (views > 1000) & (views <= 2500)),
            ("Notable Question", 2, 0.8, (views > 2500) & (views <= 10_000)),
            ("Famous Question", 1, 0.8, views > 10_000),
            ("Scholar", 3, 0.3, posts["accepted"] >= 0),
            ("Teacher", 3, 0.25, is_answer & (score > 0)),
            ("Enlightened", 2, 1, posts["is_accepted"] & (score >= 10)),
            ("Nice Answer", 3, 1, is_answer & (score >= 10) & (score < 25)),
            ("Good Answer", 2, 1, is_answer & (score >= 25)),
            ("Supporter", 3, 0.2, is_answer),
            ("python", 3, 0.001, is_answer),
        )
        registered, since = people.registered, people.since_ms[people.registered]
        earned: list[tuple[Any, ...]] = [
            *((*badge, posts["owner"][is_due], posts["ms"][is_due]) for *badge, is_due in of_posts),
            ("Autobiographer", 3, 0.3, registered, since),
            ("Informed", 3, 0.15, registered, since),
            ("Editor", 3, 0.1, posts["editor"], posts["edit_ms"]),
            ("Commentator", 3, 0.02, self._comments[2], self._comments[1]),
        ]
        names, levels, shares, persons, times = zip(*earned, strict=True)
        badge = np.repeat(np.arange(len(earned)), [len(one) for one in persons])
        ids, is_gone = people.accounts(np.concatenate(persons))
        ms = np.concatenate(times)
        is_given = chance.happens(np.array(shares)[badge], len(badge)) & ~is_gone & (ids > 0)
        given = np.flatnonzero(is_given)[np.argsort(ms[is_given], kind="stable")]
        for row_id, (number, user_id, at) in self._numbered(badge[given], ids[given], ms[given]):
            file.write(
                Id=row_id, UserId=user_id, Name=names[number], Date=date_text(at),
                Class=levels[number], TagBased=str(names[number] == "python"),
            )  # fmt: skip

    def write_links(self, file: TableFile) -> None:
        """Write the table of links between posts: to earlier questions, now and then deleted."""
        posts, chance = self._posts, self._chance
        asked = np.flatnonzero(posts["is_question"])
        linking = np.flatnonzero(chance.happens(0.04, len(posts)))
        closed = np.flatnonzero((posts["closed_ms"] > 0) & chance.happens(0.4, len(posts)))
        post = np.concatenate([linking, closed])
        ms = np.concatenate([posts["ms"][linking], posts["closed_ms"][closed]])
        kind = np.repeat([_LINKED, _DUPLICATE], [len(linking), len(closed)])
        n_before = np.searchsorted(asked, post)
        related = posts["id"][asked[chance.integers(n_before, len(post))]]
        related += (kind == _LINKED) & chance.happens(0.02, len(post))
        order = np.argsort(ms, kind="stable")
        order = order[n_before[order] > 0]
        columns = (of[order] for of in (posts["id"][post], related, kind, ms))
        for row_id, (post_id, related_id, link, at) in self._numbered(*columns):
            file.write(
                Id=row_id, CreationDate=date_text(at), PostId=post_id,
                RelatedPostId=related_id, LinkTypeId=link,
            )  # fmt: skip

    def _numbered(self, *columns: NDArray) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield rows with their ids, which ascend with the gaps that deleted rows leave."""
        n = len(columns[0])
        steps = 1 + self._chance.happens(0.08, n) * (1 + self._chance.integers(3, n))
        yield from zip((one for (one,) in rows(np.cumsum(steps))), rows(*columns), strict=True)
