"""A YAML file with the line and column of every value."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final

import yaml

from analyses.study.slips import instead

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from analyses.study.slips import Slips

_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_NULL: Final = "tag:yaml.org,2002:null"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Yml:
    """Reads the values of one file, and collects every slip with its place.

    A value is read as it is written: the tag ``no`` is that word and not a flag. A wrong value is
    returned as None (or empty), so that reading goes on to the next slip.

    Parameters
    ----------
    slips : Slips
        Where slips are collected.
    """

    def __init__(self, path: Path, slips: Slips) -> None:
        self.path = path
        self.slips = slips

    def root(self) -> yaml.Node | None:
        """Parse the file; None if it is not YAML, or empty."""
        try:
            content = self.path.read_bytes()
            root = yaml.compose(content, _LOADER)
        except OSError as error:
            reason = error.strerror or error
            self.slips.add(self.path, f"cannot be read ({reason}); change its permissions")
            return None
        except yaml.YAMLError as error:
            self._not_yaml(error)
            return None
        if root is None:
            self.slips.add(self.path, "is empty; `stackstudy study new` writes a starter")
        return root

    def slip(self, node: yaml.Node, said: str) -> None:
        """Add a slip at a value."""
        mark = node.start_mark
        self.slips.add(self.path, said, line=mark.line + 1, column=mark.column + 1)

    def mapping(
        self,
        node: yaml.Node | None,
        name: str,
        keys: Collection[str] | None = None,
        required: Collection[str] = (),
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by key.

        Parameters
        ----------
        node : yaml.Node or None
            None is a mapping without keys.
        name : str
            What the mapping is called in slips.
        keys : collection of str, optional
            Those that it may have; by default any.
        required : collection of str
            Those that it must have.
        """
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            shown = "; write `key: value` below it" if _is_null(node) else ", not `key: value`"
            self.slip(node, f"{name} is {_kind(node)}{shown}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            word = key.value if isinstance(key, yaml.ScalarNode) else None
            if word is None:
                self.slip(key, f"{name}: a key must be a word, not {_kind(key)}")
            elif word in found:
                line = found[word].start_mark.line + 1
                self.slip(key, f"{name}: {word} is there twice, first in line {line}; keep one")
            elif keys is not None and word not in keys:
                self.slip(key, f"{name} has no key {word!r}{instead(word, keys)}")
            else:
                found[word] = value
        for key in required:
            if key not in found:
                self.slip(node, f"{name} has no {key}; write `{key}: ...`")
        return found

    def items(self, node: yaml.Node | None, name: str, *, may_be_empty: bool = False) -> list:
        """Return the nodes of a list."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            words = "..., ..."
            if isinstance(node, yaml.ScalarNode) and not _is_null(node):
                words = node.value
            self.slip(node, f"{name} is {_kind(node)}, not a list; write [{words}]")
            return []
        if not node.value and not may_be_empty:
            self.slip(node, f"{name} is an empty list; name at least one, or remove {name}")
        return list(node.value)

    def texts(
        self, node: yaml.Node | None, name: str, *, may_be_empty: bool = False
    ) -> dict[str, yaml.Node]:
        """Return the texts of a list, whose case does not count, with their nodes."""
        found: dict[str, yaml.Node] = {}
        folded: dict[str, int] = {}
        for item in self.items(node, name, may_be_empty=may_be_empty):
            text = self.text(item, name)
            if text is None:
                continue
            line = folded.setdefault(text.lower(), item.start_mark.line + 1)
            if len(folded) == len(found):
                self.slip(item, f"{name}: {text!r} is there twice, first in line {line}; keep one")
            else:
                found[text] = item
        return found

    def text(self, node: yaml.Node | None, name: str) -> str | None:
        """Return a text as it is written."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or _is_null(node) or not node.value.strip():
            self.slip(node, f"{name} is {_kind(node)}, not a text; write one, or remove {name}")
            return None
        return node.value

    def choice(self, node: yaml.Node | None, name: str, among: Collection[str]) -> str | None:
        """Return a text that is one of several."""
        text = self.text(node, name)
        if node is not None and text is not None and text not in among:
            self.slip(node, f"{name}: {text!r} is unknown{instead(text, among)}")
            return None
        return text

    def number(
        self, node: yaml.Node | None, name: str, low: float = -math.inf, high: float = math.inf
    ) -> float | None:
        """Return a number between two limits, both excluded."""
        text = self.text(node, name)
        if node is None or text is None:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low < number < high:
            limits = "" if math.isinf(low) else f" greater than {low:g}"
            limits += "" if math.isinf(high) else f"{' and' if limits else ''} less than {high:g}"
            self.slip(node, f"{name}: {text!r} is no number{limits}; write one such as 0.05")
            return None
        return number

    def whole(self, node: yaml.Node | None, name: str, least: int | None = None) -> int | None:
        """Return a whole number."""
        text = self.text(node, name)
        if node is None or text is None:
            return None
        try:
            number = int(text.replace("_", "x"))
        except ValueError:
            number = None
        if number is None or abs(number) >= 2**63 or (least is not None and number < least):
            limit = "" if least is None else f" from {least} on"
            self.slip(node, f"{name}: {text!r} is no whole number{limit}; write digits alone")
            return None
        return number

    def flag(self, node: yaml.Node | None, name: str) -> bool:
        """Return true or false; false if there is no value."""
        text = self.text(node, name)
        if node is None or text is None:
            return False
        if text.lower() not in _FLAGS:
            self.slip(node, f"{name}: {text!r} is neither true nor false; write one of them")
        return _FLAGS.get(text.lower(), False)

    def day(self, node: yaml.Node | None, name: str) -> date | None:
        """Return a day."""
        text = self.text(node, name)
        if node is None or text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.slip(node, f"{name}: {text!r} is no day; write year-month-day, such as 2024-06-30")
            return None

    def _is_tab(self, mark: yaml.Mark | None) -> bool:
        """Whether a tab is where reading stopped."""
        if mark is None:
            return False
        line = b"".join(self.path.read_bytes().splitlines()[mark.line : mark.line + 1])
        return b"\t" in line[: len(line) - len(line.lstrip())]

    def _not_yaml(self, error: yaml.YAMLError) -> None:
        said = "is not YAML"
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None)
        if reason:
            said += f" ({reason})"
        if "\\t" in str(reason) or "tab char" in str(reason) or self._is_tab(mark):
            said += "; indent with blanks instead of tabs"
        elif isinstance(error, yaml.reader.ReaderError) and mark is None:
            said += "; save it as text in UTF-8"
        else:
            said += "; check the indentation, the quotes and the brackets here and just before"
        if mark is None:
            self.slips.add(self.path, said)
        else:
            self.slips.add(self.path, said, line=mark.line + 1, column=mark.column + 1)


def _is_null(node: yaml.Node) -> bool:
    return node.tag == _NULL and isinstance(node, yaml.ScalarNode)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return repr(node.value) if node.value.strip() else "empty"
