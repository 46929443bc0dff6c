"""The texts of posts: title, tags and body of a question, body of an answer, comments."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from analyses.sample.phrases import FRAMEWORK, Phrase, book, entries

if TYPE_CHECKING:
    from random import Random

Phrases = tuple[Phrase, ...]
Tags = tuple[str, ...]

_MOST_TAGS: Final = 5
_FRAMEWORKS: Final = {
    "tensorflow": ("TensorFlow", "Tensorflow", "tensorflow", "tf.keras"),
    "keras": ("Keras", "keras"),
    "pytorch": ("PyTorch", "pytorch"),
    "theano": ("Theano",),
    "caffe": ("Caffe",),
    "coreml": ("Keras",),
}


class Recipe(NamedTuple):
    """How to write one kind of question; phrases/recipes.toml says what each part is."""

    weight: float
    groups: tuple[Tags, ...]
    extra: Tags
    titles: Phrases
    must: Phrases
    details: Phrases
    code: Phrases
    since: int = 2008


class Text(NamedTuple):
    """A post's text: its final HTML, and its Markdown before and after the edit."""

    html: str
    first: str
    edited: str
    title: str = ""
    tags: Tags = ()


class Wording:
    """Writes texts."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        common = book("common")
        self._openings = common.phrases("openings")
        self._closings = common.phrases("closings")
        self._updates = common.phrases("updates")
        self._answer_openings = common.phrases("answer_openings")
        self._answer_details = common.phrases("answer_details")
        self._answer_closings = common.phrases("answer_closings")
        self._comments = common.titles("comments")

    def question(self, stratum: str, share: float, ms: int, *, is_edited: bool) -> Text:
        """Write a question of a stratum; `share` in [0, 1) chooses its recipe by weight."""
        rng, random = self._rng, self._rng.random
        day = datetime.fromtimestamp(ms / 1000, tz=UTC)
        recipes, sums = _menu(stratum, day.year, day.month)
        recipe = recipes[bisect_right(sums, share * sums[-1], hi=len(sums) - 1)]
        tags = [rng.choice(group) for group in recipe.groups]
        tags += rng.choices(recipe.extra, k=int(random() * 3.6)) if recipe.extra else []
        tags = list(dict.fromkeys(tags))[:_MOST_TAGS]
        title = self._one(recipe.titles)[1]
        pieces = [self._one(self._openings)] if random() < 0.6 else []
        pieces += [self._one(recipe.must)] if recipe.must else []
        pieces += [self._one(recipe.details) for _ in range(1 + int(random() * 3))]
        if random() < 0.65:
            for _ in range(1 + int(random() * random() * 4)):
                pieces.append(self._one(recipe.code))
                pieces += [self._one(recipe.details)] if random() < 0.5 else []
        pieces += [self._one(self._closings)] if random() < 0.85 else []
        names = next((_FRAMEWORKS[tag] for tag in tags if tag in _FRAMEWORKS), ("TensorFlow",))
        return self._finished(pieces, rng.choice(names), title, tuple(tags), is_edited=is_edited)

    def answer(self, stratum: str, *, is_edited: bool) -> Text:
        """Write an answer to a question of a stratum."""
        random = self._rng.random
        topical, code = _answers(stratum)
        pieces = [self._one(self._answer_openings)] if random() < 0.6 else []
        pieces += [self._one(topical) for _ in range(1 + int(random() * 1.7))]
        pieces += [self._one(code)] if random() < 0.5 else []
        pieces += [self._one(self._answer_details) for _ in range(int(random() * 2.6))]
        pieces += [self._one(self._answer_closings)] if random() < 0.3 else []
        return self._finished(pieces, "TensorFlow", is_edited=is_edited)

    def comment(self) -> str:
        """Write a comment."""
        first = self._one(self._comments)[1]
        return f"{first} {self._one(self._comments)[1]}" if self._rng.random() < 0.4 else first

    def _one(self, phrases: Phrases) -> tuple[str, str]:
        random = self._rng.random
        return phrases[int(random() * len(phrases))].fill(random)

    def _finished(
        self,
        pieces: list[tuple[str, str]],
        framework: str,
        title: str = "",
        tags: Tags = (),
        *,
        is_edited: bool,
    ) -> Text:
        shown = list(dict.fromkeys(pieces))
        shown += [self._one(self._updates)] if is_edited else []
        markdown = [piece.replace(FRAMEWORK, framework) for _, piece in shown]
        html = "\n\n".join([piece for piece, _ in shown]).replace(FRAMEWORK, framework)
        first = "\r\n\r\n".join(markdown[:-1] if is_edited else markdown)
        edited = "\r\n\r\n".join(markdown)
        return Text(f"{html}\n", first, edited, title.replace(FRAMEWORK, framework), tags)


@cache
def _answers(stratum: str) -> tuple[Phrases, Phrases]:
    source = book("browser" if stratum == "lookalike" else stratum)
    return source.phrases("answers"), source.code()


@cache
def _menu(stratum: str, year: int, month: int) -> tuple[tuple[Recipe, ...], tuple[float, ...]]:
    """Return the recipes that can be used in a month, with their running weights."""
    start, since = date(year, month, 1), entries("recipes")["since"]

    def in_use(tags: Tags) -> Tags:
        return tuple(tag for tag in tags if since.get(tag, start) <= start)

    known = [
        one._replace(groups=tuple(in_use(group) for group in one.groups), extra=in_use(one.extra))
        for one in _recipes(stratum)
        if year >= one.since
    ]
    # In a stratum's first weeks its tag came up within the month.
    usable = tuple(one for one in known if all(one.groups)) or _recipes(stratum)
    return usable, tuple(accumulate(one.weight for one in usable))


@cache
def _recipes(stratum: str) -> tuple[Recipe, ...]:
    written: dict[str, Any] = entries("recipes")
    source = book(written.get(stratum, {}).get("book", stratum))
    details, code = source.phrases("details"), source.code()
    if stratum == "background":
        return tuple(
            Recipe(
                topic["weight"], (tuple(topic["tags"]),), tuple(topic["tags"]),
                source.plain(topic["titles"]), (), details, code, topic.get("since", 2008),
            )
            for topic in entries(stratum)["topic"]
        )  # fmt: skip
    return tuple(
        Recipe(
            one["weight"], tuple(_repeated(written["groups"][name]) for name in one["groups"]),
            _repeated(written[stratum]["extra"]), source.titles(*one["titles"]),
            source.phrases(one["must"]) if "must" in one else (),
            source.phrases(one["details"]) if "details" in one else details, code,
        )
        for one in written[stratum]["recipes"]
    )  # fmt: skip


def _repeated(tags: str) -> Tags:
    """Return each tag as often as it says: once, or n times for ``tag*n``."""
    weighted = [tag.partition("*") for tag in tags.split()]
    return tuple(tag for tag, _, weight in weighted for _ in range(int(weight or 1)))
