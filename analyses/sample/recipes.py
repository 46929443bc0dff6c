"""Recipes: the tags and phrases that make a question match just the rules that it should.

The weights are counts of the authors' published posts, by the rules that each of them matches (tag
of the serving edition, cloud tag and `deploy`, term; base tag or none). Tags carry the date from
which they were in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from analyses.sample.phrases import Phrase, book, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyses.sample.phrases import PhraseBook

Groups = tuple[tuple[str, ...], ...]

_BASE: Final = (
    *("tensorflow",) * 20, *("keras",) * 10, *("pytorch",) * 4, "theano", "caffe",
)  # fmt: skip
_TF: Final = ("tensorflow",) * 6 + ("keras",)
_GOOGLE: Final = ("google-cloud-ml",) * 9 + ("google-cloud-ml-engine",)
_SAGEMAKER: Final = ("amazon-sagemaker",)
_LITE: Final = ("tensorflow-lite",)
_CORE: Final = ("coreml",)
_SERVING: Final = ("tensorflow-serving",)
_JS: Final = ("tensorflow.js",)


def _extra(name: str) -> tuple[str, ...]:
    tags = entries("tags")["extra"][name].items()
    return tuple(tag for tag, weight in tags for _ in range(weight))


@dataclass(frozen=True)
class Recipe:
    """How to write one kind of question.

    Attributes
    ----------
    weight : float
        How common it is among the recipes of its stratum.
    groups : tuple of tuple of str
        One tag of each group is given; repeated tags are likelier.
    extra : tuple of str
        Tags that may be added.
    titles, must, details, code : tuple of Phrase
        Titles; sentences of which exactly one stands in the body; sentences of which some do; code
        blocks.
    since : int
        Year from which the recipe is used.
    """

    weight: float
    groups: Groups
    extra: tuple[str, ...]
    titles: tuple[Phrase, ...]
    must: tuple[Phrase, ...]
    details: tuple[Phrase, ...]
    code: tuple[Phrase, ...]
    since: int = 2008


def _from(source: PhraseBook, extra: tuple[str, ...]):  # noqa: ANN202 - a local shorthand
    def make(weight: float, groups: Groups, titles: str, must: str | None = None) -> Recipe:
        keys = titles.split()
        all_titles = tuple(phrase for key in keys for phrase in source[key])
        details = "lookalike_details" if keys[0].startswith("lookalike_titles") else "details"
        needed = source[must] if must else ()
        return Recipe(weight, groups, extra, all_titles, needed, source[details], source.code)

    return make


def _background() -> Iterator[Recipe]:
    source = book("background")
    for topic in source.topics:
        tags = tuple(topic["tags"])
        yield Recipe(
            topic["weight"], (tags,), tags, topic["titles"], (), source["details"], source.code,
            topic.get("since", 2008),
        )  # fmt: skip


@cache
def recipes(stratum: str) -> tuple[Recipe, ...]:
    """All recipes of a stratum."""
    if stratum == "background":
        return tuple(_background())
    if stratum == "learning":
        make = _from(book("learning"), _extra("learning"))
        return (make(1, (_BASE,), "titles"),)
    if stratum == "server":
        make = _from(book("server"), _extra("server"))
        return (
            make(689, (_SERVING, _TF), "titles"),
            make(140, (_SERVING,), "titles"),
            make(102, (_GOOGLE,), "google_titles", "google_details"),
            make(82, (_SAGEMAKER,), "sagemaker_titles", "sagemaker_details"),
            make(29, (_GOOGLE, _TF), "google_titles", "google_details"),
            make(9, (_SAGEMAKER, _TF), "sagemaker_titles", "sagemaker_details"),
            make(93, (_SERVING, _TF), "titles term_titles", "term_details"),
            make(16, (_SERVING,), "titles term_titles", "term_details"),
            make(69, (_BASE,), "term_titles", "term_details"),
            make(60, (_GOOGLE, _TF), "google_titles", "term_details"),
            make(28, (_SAGEMAKER, _TF), "sagemaker_titles", "term_details"),
        )
    if stratum == "mobile":
        make = _from(book("mobile"), _extra("mobile"))
        return (
            make(390, (_LITE, _TF), "lite_titles"),
            make(190, (_CORE, _TF), "core_titles"),
            make(210, (_LITE,), "lite_titles"),
            make(240, (_CORE,), "core_titles"),
            make(336, (_BASE,), "term_titles"),
            make(65, (_LITE, _TF), "term_titles"),
            make(27, (_LITE,), "term_titles"),
            make(30, (_CORE,), "term_titles"),
            make(9, (_SERVING, _LITE, _TF), "lite_titles"),
            make(5, (_SERVING, _TF), "term_titles"),
            make(9, (_BASE,), "term_titles", "term_details"),
            make(6, (_JS, _LITE, _TF), "lite_titles"),
            make(6, (_BASE,), "term_titles", "browser_details"),
        )
    make = _from(book("browser"), _extra("browser"))
    if stratum == "browser":
        return (
            make(70, (_JS, _TF), "titles"),
            make(38, (_JS,), "titles"),
            make(22, (_JS,), "titles term_titles", "term_details"),
            make(21, (_JS, _TF), "titles term_titles", "term_details"),
            make(6, (_TF,), "term_titles", "term_details"),
            make(2, (_SERVING, _JS, _TF), "titles"),
        )
    return (
        make(200, (_JS, _TF), "lookalike_titles"),
        make(175, (_JS,), "lookalike_titles"),
        make(36, (_TF,), "lookalike_term_titles", "lookalike_term_details"),
    )


@dataclass(frozen=True)
class Choice:
    """The recipes that can be used in a month: running weights, and tags in use by then."""

    recipes: tuple[Recipe, ...]
    sums: tuple[float, ...]
    groups: tuple[Groups, ...]
    extras: tuple[tuple[str, ...], ...]


@cache
def choice(stratum: str, year: int, month: int) -> Choice:
    """Return what can be written in a month."""
    start = date(year, month, 1)
    since = entries("tags")["since"]

    def in_use(tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(tag for tag in tags if tag not in since or since[tag] <= start)

    usable = []
    for recipe in recipes(stratum):
        groups = tuple(in_use(group) for group in recipe.groups)
        if year >= recipe.since and all(groups):
            usable.append((recipe, groups, in_use(recipe.extra)))
    if not usable:  # a stratum's first weeks: its tag came up within this month
        usable = [(recipe, recipe.groups, recipe.extra) for recipe in recipes(stratum)]
    return Choice(
        tuple(recipe for recipe, _, _ in usable),
        tuple(accumulate(recipe.weight for recipe, _, _ in usable)),
        tuple(groups for _, groups, _ in usable),
        tuple(extra for _, _, extra in usable),
    )
