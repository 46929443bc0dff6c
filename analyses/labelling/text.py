"""Posts as text a person can read in a cell: markup out, code, lists, quotes and links kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from analyses.common.spreadsheets import clean_text

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_LISTS = frozenset({"ul", "ol"})
_CONTAINERS = frozenset({"ul", "ol", "li", "blockquote"})
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tr",
        "details",
        "summary",
        *_HEADINGS,
    )
)
_CELLS = frozenset({"td", "th"})


def html_to_text(html: str | None) -> str:
    """Turn the HTML of a post into text.

    Parameters
    ----------
    html : str or None
        Body of a post as the dump has it; None and '' give ''.

    Returns
    -------
    str
        Paragraphs parted by an empty line; blocks of code verbatim between lines of three
        backticks, inline code between single ones; list items with ``-`` or their number,
        quotes with ``>``; the address of a link or an image behind it, where it is not its text.
    """
    writer = _Writer()
    writer.feed(clean_text(html or ""))
    writer.close()
    return clean_text(writer.text())


@dataclass
class _Container:
    """An open list, item or quote: what its first line and its later lines begin with."""

    tag: str
    first: str = ""
    later: str = ""
    number: int | None = None


class _Writer(HTMLParser):
    """Writes while it parses. It builds no tree: lxml's stops at 256 levels, without a word."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[bool, str]] = []
        self.parts: list[str] = []
        self.containers: list[_Container] = []
        self.links: list[tuple[int, str]] = []
        self.n_open_pre = 0
        self.heading = ""

    def text(self) -> str:
        """Return all blocks, parted by an empty line, or by none within a list."""
        self._end_code() if self.n_open_pre else self._end_block()
        lines: list[str] = []
        was_in_list = False
        for is_in_list, block in self.blocks:
            if lines and not (is_in_list and was_in_list):
                lines.append("")
            lines.append(block)
            was_in_list = is_in_list
        return "\n".join(lines)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip ``<![…]>``: the inherited method gives up on what it does not know."""
        return self.parse_bogus_comment(i, report)

    def handle_data(self, data: str) -> None:
        """Add text: as it is in code, with single blanks elsewhere."""
        self.parts.append(data if self.n_open_pre else _folded(data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "pre":
            if not self.n_open_pre:
                self._end_block()
            self.n_open_pre += 1
        elif tag == "br":
            self.parts.append("\n" if self.n_open_pre else "\v")
        elif self.n_open_pre:
            return
        elif tag in _CONTAINERS or tag in _BLOCKS or tag == "hr":
            self._end_block()
            self._open_block(tag, attributes)
        elif tag == "code":
            self.parts.append("`")
        elif tag == "a":
            self.links.append((len(self.parts), attributes.get("href", "").strip()))
        elif tag == "img":
            described = (_folded(attributes.get(name, "")).strip() for name in ("alt", "src"))
            self.parts.append(f"[image: {' '.join(filter(None, described))}]")
        elif tag in _CELLS:
            self.parts.append(" | " if "".join(self.parts).strip() else "")

    def handle_endtag(self, tag: str) -> None:
        """Close an element; one that is not open is passed over."""
        if tag == "pre":
            if self.n_open_pre == 1:
                self._end_code()
            self.n_open_pre = max(0, self.n_open_pre - 1)
        elif self.n_open_pre:
            return
        elif tag == "code":
            self.parts.append("`")
        elif tag == "a" and self.links:
            self._end_link()
        elif tag in _CONTAINERS:
            self._end_block()
            if any(container.tag == tag for container in self.containers):
                while self.containers.pop().tag != tag:
                    pass
        elif tag in _BLOCKS:
            self._end_block()

    def _open_block(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "hr":
            self._add("---")
        elif tag in _CONTAINERS:
            self._open_container(tag, attributes)
        else:
            self.heading = _HEADINGS.get(tag, "")

    def _open_container(self, tag: str, attributes: dict[str, str]) -> None:
        container = _Container(tag)
        if tag == "blockquote":
            container.first = container.later = "> "
        elif tag == "ol":
            start = attributes.get("start", "1")
            container.number = int(start) if re.fullmatch(r"-?[0-9]{1,9}", start) else 1
        elif tag == "li":
            if self.containers and self.containers[-1].tag == "li":
                self.containers.pop()  # HTML lets an item end where the next begins
            container.first = "- "
            parent = self.containers[-1] if self.containers else None
            if parent is not None and parent.number is not None:
                container.first = f"{parent.number}. "
                parent.number += 1
            container.later = " " * len(container.first)
        self.containers.append(container)

    def _end_link(self) -> None:
        start, address = self.links.pop()
        said = "".join(self.parts[start:]).strip()
        if "://" in address and address.rstrip("/") != said.rstrip("/"):
            self.parts.append(f" <{address}>")

    def _end_block(self) -> None:
        lines = [_folded(line).strip() for line in "".join(self.parts).split("\v")]
        self.parts.clear()
        self.links = [(0, address) for _, address in self.links]
        said = "\n".join(lines).strip("\n")
        if said:
            self._add(self.heading + said)
        self.heading = ""

    def _end_code(self) -> None:
        code = "".join(self.parts).strip("\n").rstrip()
        self.parts.clear()
        self._add(f"```\n{code}\n```")

    def _add(self, block: str) -> None:
        lines = block.split("\n")
        for container in reversed(self.containers):
            lines = [container.first + lines[0], *(container.later + line for line in lines[1:])]
            container.first = container.later
        is_in_list = any(container.tag in _LISTS for container in self.containers)
        self.blocks.append((is_in_list, "\n".join(lines)))


def _folded(text: str) -> str:
    """Write any run of white space as one blank, as a browser does."""
    return _BLANKS.sub(" ", text)
