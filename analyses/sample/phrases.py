"""Phrase books: the sample's sentences, in Markdown and in the HTML that a site makes of it.

A phrase is compiled once, in both forms, with ``%s`` for its slots; filling one is a single format
operation, fast enough for gigabytes.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable

FRAMEWORK: Final = "\ue000"
"""Placeholder of the framework that a question is about, until its text is complete."""

_SLOT: Final = re.compile(r"\{\{(\w+)\}\}")
_UNSAFE: Final = re.compile(r'[&<>"%]')


class _Renderer(MarkdownIt):
    """Leaves links as they are: there may be slots in them."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        return url


_RENDERER: Final = _Renderer()


class Phrase(NamedTuple):
    """A phrase in both forms, with ``%s`` for each slot, and the values of each slot."""

    html: str
    markdown: str
    pools: tuple[tuple[str, ...], ...] = ()

    def fill(self, random: Callable[[], float]) -> tuple[str, str]:
        """Return HTML and Markdown with the same values in their slots."""
        values = tuple([pool[int(random() * len(pool))] for pool in self.pools])
        return self.html % values, self.markdown % values


class PhraseBook:
    """The phrases of a file of the folder ``phrases``."""

    def __init__(self, name: str) -> None:
        self._entries = entries(name)
        self.slots: dict[str, list[str]] = entries("common")["slots"] | self._entries.get(
            "slots", {}
        )
        for slot, values in self.slots.items():
            assert not any(_UNSAFE.search(value) for value in values), (name, slot)

    def phrases(self, *lists: str) -> tuple[Phrase, ...]:
        """Return the phrases of lists, which are Markdown."""
        return tuple(
            self._phrase(_html(text), text) for key in lists for text in self._entries[key]
        )

    def plain(self, texts: list[str]) -> tuple[Phrase, ...]:
        """Return texts that are no Markdown, such as titles, with slots of this book."""
        return tuple(self._phrase(text, text) for text in texts)

    def titles(self, *lists: str) -> tuple[Phrase, ...]:
        """Return the titles of lists."""
        return self.plain([text for key in lists for text in self._entries[key]])

    def code(self) -> tuple[Phrase, ...]:
        """Return code blocks: each several times as it is, and once with a hint of its language."""
        blocks: list[Phrase] = []
        for entry in self._entries["code"]:
            indented = "    " + entry["text"].strip("\n").replace("\n", "\n    ")
            shown = _html(indented.expandtabs(4))
            blocks += [self._phrase(shown, indented)] * 5
            if language := entry.get("lang"):
                styled = shown.replace("<pre>", f'<pre class="{language} prettyprint-override">')
                hint = f"<!-- language: {language} -->\n\n{indented}"
                blocks.append(self._phrase(styled, hint))
        return tuple(blocks)

    def _phrase(self, html: str, markdown: str) -> Phrase:
        names = _SLOT.findall(markdown)
        assert names == _SLOT.findall(html), markdown
        forms = (_SLOT.sub("%s", text.replace("%", "%%")) for text in (html, markdown))
        pools = [(FRAMEWORK,) if name == "framework" else tuple(self.slots[name]) for name in names]
        return Phrase(next(forms), next(forms).replace("\n", "\r\n"), tuple(pools))


def _html(markdown: str) -> str:
    """Render Markdown as the sites do: quotation marks stay as they are."""
    return _RENDERER.render(markdown).rstrip("\n").replace("&quot;", '"')


@cache
def entries(name: str) -> dict[str, Any]:
    """Return a file of the folder ``phrases`` as it is, read once."""
    text = files("analyses.sample").joinpath("phrases", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def book(name: str) -> PhraseBook:
    """Return a phrase book, read once."""
    return PhraseBook(name)
