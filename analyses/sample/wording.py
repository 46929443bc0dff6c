"""What posts say: title, tags and body of a question, body of an answer, in every revision.

A text depends on its seed alone, so an edit years later needs no more than that number to be
written.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from analyses.sample.phrases import FRAMEWORK, book
from analyses.sample.recipes import choice
from analyses.sample.threads import Question

if TYPE_CHECKING:
    from analyses.sample.phrases import Phrase
    from analyses.sample.recipes import Choice, Recipe
    from analyses.sample.threads import Answer

_BREAK: Final = "&#xA;&#xA;"
_MARKDOWN_BREAK: Final = "&#xD;&#xA;&#xD;&#xA;"
_MOST_TAGS: Final = 5
_FRAMEWORKS: Final = {
    "tensorflow": ("TensorFlow", "Tensorflow", "tensorflow", "tf.keras"),
    "keras": ("Keras", "keras"),
    "pytorch": ("PyTorch", "pytorch"),
    "theano": ("Theano",),
    "caffe": ("Caffe",),
    "coreml": ("Keras",),
}
_ANSWER_BOOKS: Final = {"lookalike": "browser"}


@dataclass(slots=True)
class Text:
    """A post's text, escaped for XML.

    Attributes
    ----------
    html : str
        The body as it stands in the end.
    parts, updates : list of str
        Markdown: the body's parts, and what edits added, one each.
    thanks : str
        A line of the first revision that the first edit takes out; stays in a text without edits.
    title : str
        Empty for answers.
    tags : tuple of str
        Empty for answers.
    """

    html: str
    parts: list[str]
    updates: list[str]
    thanks: str
    title: str = ""
    tags: tuple[str, ...] = ()

    def revision(self, number: int) -> str:
        """Markdown after so many edits of the body."""
        end = self.updates[:number] if number else [self.thanks] if self.thanks else []
        return _MARKDOWN_BREAK.join(self.parts + end)


class Wording:
    """Writes texts from seeds.

    Parameters
    ----------
    strata : tuple of str
        Names of the strata, by their numbers.
    """

    def __init__(self, strata: tuple[str, ...]) -> None:
        self._strata = strata
        self._rng = Random()  # noqa: S311 - reproducible chance is what is wanted here
        common = book("common")
        self._openings = common["openings"]
        self._closings = common["closings"]
        self._thanks = common["thanks"]
        self._updates = common["updates"]
        self._answer_openings = common["answer_openings"]
        self._answer_details = common["answer_details"]
        self._answer_closings = common["answer_closings"]
        self._comments = common["comments"]
        self._answers = {
            name: (book(source)["answers"], book(source).code)
            for name in ("background", "learning", "server", "mobile", "browser", "lookalike")
            for source in [_ANSWER_BOOKS.get(name, name)]
        }

    def of(self, post: Question | Answer) -> Text:
        """Write a post's text, all revisions of it."""
        stratum = self._strata[post.stratum]
        self._rng.seed(post.seed)
        n_edits = sum(edit.body for edit in post.edits)
        if isinstance(post, Question):
            options = choice(stratum, post.year, post.month)
            return self._question(options, post.recipe, n_edits)
        return self._answer(stratum, n_edits)

    def _question(self, options: Choice, recipe_share: float, n_edits: int) -> Text:
        random = self._rng.random
        number = bisect_right(options.sums, recipe_share * options.sums[-1])
        recipe = options.recipes[number]
        tags = [group[int(random() * len(group))] for group in options.groups[number]]
        extra = options.extras[number]
        for _ in range(int(random() * 3.6)):
            tag = extra[int(random() * len(extra))]
            if tag not in tags and len(tags) < _MOST_TAGS:
                tags.append(tag)
        title = self._one(recipe.titles)[1]
        pieces = self._body(recipe)
        framework = self._framework(tags)
        text = self._finish(pieces, n_edits, framework)
        text.title = title.replace(FRAMEWORK, framework)
        text.tags = tuple(dict.fromkeys(tags))
        return text

    def _answer(self, stratum: str, n_edits: int) -> Text:
        random = self._rng.random
        topical, code = self._answers[stratum]
        pieces = [self._one(self._answer_openings)] if random() < 0.6 else []
        pieces += [self._one(topical) for _ in range(1 + int(random() * 1.7))]
        if random() < 0.5:
            pieces.append(self._one(code))
        pieces += [self._one(self._answer_details) for _ in range(int(random() * 2.6))]
        if random() < 0.3:
            pieces.append(self._one(self._answer_closings))
        names = _FRAMEWORKS["tensorflow"]
        return self._finish(pieces, n_edits, names[int(random() * len(names))])

    def comment(self, seed: int) -> str:
        """Write a comment."""
        rng = self._rng
        rng.seed(seed)
        first = self._one(self._comments)[1]
        return f"{first} {self._one(self._comments)[1]}" if rng.random() < 0.4 else first

    def _one(self, phrases: tuple[Phrase, ...]) -> tuple[str, str]:
        random = self._rng.random
        return phrases[int(random() * len(phrases))].fill(random)

    def _body(self, recipe: Recipe) -> list[tuple[str, str]]:
        random = self._rng.random
        pieces = [self._one(self._openings)] if random() < 0.6 else []
        if recipe.must:
            pieces.append(self._one(recipe.must))
        pieces += [self._one(recipe.details) for _ in range(1 + int(random() * 3))]
        if random() < 0.65:
            for _ in range(1 + int(random() * random() * 4)):
                pieces.append(self._one(recipe.code))
                if random() < 0.5:
                    pieces.append(self._one(recipe.details))
        if random() < 0.85:
            pieces.append(self._one(self._closings))
        return pieces

    def _finish(self, pieces: list[tuple[str, str]], n_edits: int, framework: str) -> Text:
        pieces = list(dict.fromkeys(pieces))
        thanks = self._one(self._thanks) if self._rng.random() < 0.35 else ("", "")
        updates = [self._one(self._updates) for _ in range(n_edits)]
        shown = [piece[0] for piece in pieces] + [update[0] for update in updates]
        if thanks[0] and not updates:
            shown.append(thanks[0])
        body = _BREAK.join(shown) + "&#xA;"
        return Text(
            html=body.replace(FRAMEWORK, framework),
            parts=[piece[1].replace(FRAMEWORK, framework) for piece in pieces],
            updates=[update[1] for update in updates],
            thanks=thanks[1],
        )

    def _framework(self, tags: list[str]) -> str:
        for tag in tags:
            if tag in _FRAMEWORKS:
                names = _FRAMEWORKS[tag]
                return names[int(self._rng.random() * len(names))]
        return "TensorFlow"
