"""Markdown pages as a reader's hands see them: fenced blocks with their language, links, commands.

A comment right before a block says what is special about it::

    <!-- not run: why -->     it is not run; tests count these, and know every reason
    <!-- file: labels.csv --> it is the content of that file, for the commands after it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GENERATED = ("commands.md", "data-dictionary.md", "dump-schema.md", "decisions/README.md")
PAGES = [
    ROOT / "README.md",
    *(path for path in sorted(DOCS.glob("*.md")) if path.name not in GENERATED),
]
_COMMENT = re.compile(r"<!-- (not run|file): (.+?) -->")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, line, why it is not run, and the file that it is."""

    page: str
    language: str
    text: str
    line: int
    not_run: str | None
    file: str | None

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _tokens(page: Path):
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page; an indented one has the language `indented`."""
    found = []
    before = None
    for token in _tokens(page):
        if token.type in {"fence", "code_block"}:
            kind, said = before or (None, None)
            language = token.info.strip() if token.type == "fence" else "indented"
            found.append(
                Block(
                    name_of(page),
                    language,
                    token.content,
                    token.map[0] + 1,
                    said if kind == "not run" else None,
                    said if kind == "file" else None,
                )
            )
        comment = _COMMENT.search(token.content) if token.type == "html_block" else None
        before = comment.groups() if comment else None
    return found


def _inline(page: Path):
    for token in _tokens(page):
        yield from token.children or ()


def links(page: Path) -> list[str]:
    """Return the targets of links and pictures."""
    return [
        str(token.attrs.get("href") or token.attrs.get("src"))
        for token in _inline(page)
        if token.type in {"link_open", "image"}
    ]


def code_spans(page: Path) -> list[str]:
    """Return the pieces of code within sentences."""
    return [token.content for token in _inline(page) if token.type == "code_inline"]
