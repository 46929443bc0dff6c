"""Phrase books: what the sample's posts say, in Markdown and in the HTML that a site makes of it.

A phrase is compiled once, both forms escaped for XML, with ``%s`` for its slots; filling one is a
single format operation, which is what makes gigabytes possible.
"""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from analyses.sample.official import escape

if TYPE_CHECKING:
    from collections.abc import Callable

FRAMEWORK: Final = "\ue000"
"""Stands for the framework that a question is about, until the question is put together."""

_SLOT: Final = re.compile(r"\{\{(\w+)\}\}")
_UNSAFE: Final = re.compile(r'[&<>"%]')
_INLINE: Final = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*\s][^*]*?)\*"), r"<em>\1</em>"),
    (
        re.compile(r"\[([^\]]+)\]\((http[^)]+)\)"),
        r'<a href="\2" rel="nofollow noreferrer">\1</a>',
    ),
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in both forms, with its slots.

    Attributes
    ----------
    html, markdown : str
        Escaped for XML; with ``%s`` for each slot.
    pools : tuple of tuple of str
        The values of each slot.
    """

    html: str
    markdown: str
    pools: tuple[tuple[str, ...], ...]

    def fill(self, random: Callable[[], float]) -> tuple[str, str]:
        """Return HTML and Markdown with the same values in their slots."""
        if not self.pools:
            return self.html, self.markdown
        values = tuple([pool[int(random() * len(pool))] for pool in self.pools])
        return self.html % values, self.markdown % values


def _inline(text: str) -> str:
    pieces = re.split(r"(`[^`]+`)", text)
    for i, piece in enumerate(pieces):
        quoted = html.escape(piece, quote=False)
        if i % 2:
            pieces[i] = f"<code>{quoted[1:-1]}</code>"
            continue
        for pattern, form in _INLINE:
            quoted = pattern.sub(form, quoted)
        pieces[i] = quoted
    return "".join(pieces)


def to_html(markdown: str) -> str:
    """Render the Markdown of the phrase books: lists, quotations, code, emphasis, links."""
    blocks = []
    for block in markdown.split("\n\n"):
        if block.startswith("- "):
            items = "".join(f"<li>{_inline(item)}</li>\n" for item in block[2:].split("\n- "))
            blocks.append(f"<ul>\n{items}</ul>")
        elif block.startswith("> "):
            blocks.append(f"<blockquote>\n  <p>{_inline(block[2:])}</p>\n</blockquote>")
        else:
            blocks.append(f"<p>{_inline(block)}</p>")
    return "\n\n".join(blocks)


class PhraseBook:
    """The phrases of one book.

    Parameters
    ----------
    name : str
        A file of the folder ``phrases``, without ``.toml``.
    """

    def __init__(self, name: str) -> None:
        self._entries = entries(name)
        self._slots = {**entries("common")["slots"], **self._entries.get("slots", {})}
        for slot, values in self._slots.items():
            assert not any(_UNSAFE.search(value) for value in values), (name, slot)

    def __getitem__(self, key: str) -> tuple[Phrase, ...]:
        """Return the phrases of a list."""
        return tuple(self._phrase(to_html(text), text) for text in self._entries[key])

    @property
    def topics(self) -> list[dict[str, Any]]:
        """Topics of the book, with their titles compiled."""
        return [
            {**topic, "titles": tuple(self._phrase(text, text) for text in topic["titles"])}
            for topic in self._entries.get("topic", [])
        ]

    @property
    def code(self) -> tuple[Phrase, ...]:
        """Code blocks: each several times as it is, and once with a hint of its language."""
        blocks: list[Phrase] = []
        for entry in self._entries["code"]:
            text = entry["text"].strip("\n")
            shown = html.escape(text.expandtabs(4), quote=False)
            indented = "    " + text.replace("\n", "\n    ")
            blocks += [self._phrase(f"<pre><code>{shown}\n</code></pre>", indented)] * 5
            if "lang" in entry:
                hint = f"<!-- language: {entry['lang']} -->\n\n{indented}"
                pre = f'<pre class="{entry["lang"]} prettyprint-override">'
                styled = f"{pre}<code>{shown}\n</code></pre>"
                blocks.append(self._phrase(styled, hint))
        return tuple(blocks)

    def values(self, slot: str) -> tuple[str, ...]:
        """Return the values of a slot."""
        return tuple(self._slots[slot])

    def plain(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list as they stand, not escaped."""
        return tuple(self._entries[key])

    def _phrase(self, as_html: str, markdown: str) -> Phrase:
        names = _SLOT.findall(markdown)
        assert names == _SLOT.findall(as_html), markdown
        pools = [
            (FRAMEWORK,) if name == "framework" else tuple(self._slots[name]) for name in names
        ]
        return Phrase(
            _compiled(as_html, bool(pools)),
            _compiled(markdown.replace("\n", "\r\n"), bool(pools)),
            tuple(pools),
        )


def _compiled(text: str, has_slots: bool) -> str:  # noqa: FBT001
    escaped = escape(text)
    if not has_slots:
        return escaped
    return _SLOT.sub("%s", escaped.replace("%", "%%"))


@cache
def entries(name: str) -> dict[str, Any]:
    """Return a file of the folder ``phrases`` as it is, read once."""
    text = files("analyses.sample").joinpath("phrases", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def book(name: str) -> PhraseBook:
    """Return a phrase book, read once."""
    return PhraseBook(name)
