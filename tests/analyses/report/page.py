"""A rendered report, taken apart with the standard library's parser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


@dataclass
class Element:
    """An element with its attributes and the text right inside and below it."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    pieces: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text below, with white space as a browser shows it."""
        raw = "".join(one if isinstance(one, str) else one.raw for one in self.pieces)
        return " ".join(raw.split())

    @property
    def raw(self) -> str:
        return "".join(one if isinstance(one, str) else one.raw for one in self.pieces)

    @property
    def prose(self) -> str:
        """All text below but code: what the page itself says."""
        pieces = (
            one if isinstance(one, str) else "" if one.tag == "pre" else one.prose
            for one in self.pieces
        )
        return " ".join("".join(pieces).split())

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag below, in order."""
        found = []
        for child in self.children:
            if child.tag == tag:
                found.append(child)
            found.extend(child.all(tag))
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.open = self.root
        self.errors: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.errors.append(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, dict(attributes), self.open)
        self.open.children.append(element)
        self.open.pieces.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        if self.open.tag != tag:
            self.errors.append(f"</{tag}> at {self.getpos()} closes <{self.open.tag}>")
        elif self.open.parent is not None:
            self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.pieces.append(data)


class Page:
    """A report; `errors` says what of its markup does not fit together."""

    def __init__(self, html: str) -> None:
        tree = _Tree()
        tree.feed(html)
        tree.close()
        self.root = tree.root
        self.errors = tree.errors
        if tree.open is not tree.root:
            self.errors.append(f"<{tree.open.tag}> is never closed")

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag."""
        return self.root.all(tag)

    def by_id(self, name: str) -> Element:
        """The element of that id."""
        (found,) = [one for one in self.elements() if one.attributes.get("id") == name]
        return found

    def elements(self) -> list[Element]:
        """Every element."""
        found, waiting = [], list(self.root.children)
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting.extend(one.children)
        return found

    def with_class(self, name: str) -> list[Element]:
        """Every element of that class."""
        return [
            one for one in self.elements() if name in (one.attributes.get("class") or "").split()
        ]

    def csv(self, name: str) -> str:
        """The text that the CSV button of a mart saves."""
        return json.loads(self.by_id(f"csv-{name}").raw)

    def table(self, name: str) -> list[list[str]]:
        """Cells of a table as shown, its head first."""
        rows = self.by_id(f"table-{name}").all("tr")
        return [[cell.text for cell in row.children] for row in rows]
