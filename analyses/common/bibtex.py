"""BibTeX entries: read from what a publisher offers, and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HEAD: Final = re.compile(r"\s*@\s*([A-Za-z]+)\s*\{\s*([^\s,{}\"#%~\\]+)\s*,")
_FIELD: Final = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
_PLAIN: Final = re.compile(r"[\w.:+/-]+")


@dataclass(frozen=True)
class Entry:
    """An entry of a bibliography.

    Attributes
    ----------
    kind : str
        Such as `inproceedings`, in lower case.
    fields : dict of str to str
        By name in lower case, in their order; values are TeX, without the outer braces.
    """

    kind: str
    key: str
    fields: dict[str, str]

    def __str__(self) -> str:
        """Write the entry as BibTeX, a field per line; a field without a value is left out."""
        known = {name: value for name, value in self.fields.items() if value}
        width = max(map(len, known), default=0)
        lines = [f"  {name:<{width}} = {{{value}}}," for name, value in known.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def read_entry(text: str) -> Entry:
    """Read one entry, whose values stand in braces or quotation marks, or are a number or a name.

    Raises
    ------
    ValueError
        When it is none, or more than one; the message says what is wrong.
    """
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("does not begin with a kind and a key, as in @article{key,")
    place, fields = head.end(), {}
    while not (end := re.compile(r"\s*\}").match(text, place)):
        found = _FIELD.match(text, place)
        if found is None:
            here = " ".join(text[place:].split())[:20]
            raise ValueError(f"has no field and no closing brace at {here!r}")
        name = found[1].lower()
        value, place = _value(text, found.end(), name)
        if name in fields:
            raise ValueError(f"has {name} twice")
        fields[name] = " ".join(value.split())
        place = re.compile(r"\s*,?").match(text, place).end()  # type: ignore[union-attr]
    if rest := text[end.end() :].strip():
        raise ValueError(f"goes on after its closing brace, at {rest[:20]!r}; give one entry")
    return Entry(head[1].lower(), head[2], fields)


def _value(text: str, place: int, name: str) -> tuple[str, int]:
    """Return the value that begins there, and where it ends."""
    opening = text[place : place + 1]
    if opening not in {"{", '"'}:
        plain = _PLAIN.match(text, place)
        if plain is None:
            raise ValueError(f"has no value for {name}")
        return plain[0], plain.end()
    depth, at = 0, place + 1
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 1
        elif depth == 0 and letter == ("}" if opening == "{" else '"'):
            return text[place + 1 : at], at + 1
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth < 0:
                break
        at += 1
    raise ValueError(f"has braces or quotation marks in {name} that do not match")
