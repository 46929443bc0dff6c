"""The rules of a study once more, with html.parser and str methods: a second opinion on the SQL.

Nothing here is taken from the models. Members are sets of (site, question id).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from html.parser import HTMLParser
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATING = {
    *("p", "pre", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "td", "th"),
}


class _Text(HTMLParser):
    """Text of a body; what code to leave out is decided tag by tag."""

    def __init__(self, code: str) -> None:
        super().__init__(convert_charrefs=True)
        self.code = code
        self.pieces: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.block: list[str] | None = None
        self.closing = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        bare = not attrs
        if self.block is not None:
            self._keep_reading_block(tag)
        elif (
            self.code == "blocks_dropped"
            and (tag, bare) == ("code", True)
            and self.open[-1:] == [("pre", True)]
            and self.at_start_of_pre
        ):
            self.block = []
        if tag in SEPARATING:
            self._add(" ")
        if tag not in {"br", "hr", "img"}:
            self.open.append((tag, bare))
        self.at_start_of_pre = (tag, bare) == ("pre", True)

    def _keep_reading_block(self, _: str) -> None:
        self.closing = False

    def handle_endtag(self, tag: str) -> None:
        self.at_start_of_pre = False
        while self.open and self.open.pop()[0] != tag:
            pass
        if self.block is not None:
            if tag == "pre" and self.closing:
                self.block = None
                self.pieces.append(" ")
                return
            self.closing = tag == "code"
        if tag in SEPARATING:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        self.at_start_of_pre = False
        self.closing = False
        if self.code == "all_dropped" and {tag for tag, _ in self.open} & {"pre", "code"}:
            self.pieces.append(" ")
            return
        self._add(data)

    def close(self) -> None:
        """Give back what looked like a block and never ended as one."""
        super().close()
        self.pieces += self.block or []

    at_start_of_pre = False

    def _add(self, text: str) -> None:
        (self.pieces if self.block is None else self.block).append(text)


def plain_text(body: str, code: str) -> str:
    """Text of a body without markup and without the code that a rule leaves out."""
    parser = _Text(code)
    parser.feed(body)
    parser.close()
    return "".join(parser.pieces)


def occurs(text: str, term: str, match: str) -> bool:
    """Whether a term is in a text as a substring, a word or a token; both in lower case."""
    if match == "substring" or term not in text:
        return term in text
    if match == "token":
        return term in text.split()
    sought, words = _words(term), _words(text)
    return any(
        words[start : start + len(sought)] == sought
        for start in range(len(words) - len(sought) + 1)
    )


def _words(text: str) -> list[str]:
    """Words, and every other character by itself."""
    return [
        piece
        for is_word, characters in groupby(text, _in_word)
        for piece in (["".join(characters)] if is_word else characters)
    ]


def _in_word(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in {"L", "M", "N"}


def rule_matches(
    posts: Iterable[dict[str, Any]], rules: Iterable[dict[str, Any]]
) -> set[tuple[str, str, str, int]]:
    """(question set, rule, site, question id) of every rule that matches a question."""
    questions = [post for post in posts if post["post_type_id"] == 1]
    rules = list(rules)
    tagged = defaultdict(set)
    for rule in rules:
        if rule["kind"] == "tag" and not rule["must_contain"]:
            tagged[rule["question_set"]] |= {
                (post["site"], post["post_id"])
                for post in questions
                if rule["value"] in (post["tags"] or [])
            }
    return {
        (rule["question_set"], rule["rule"], post["site"], post["post_id"])
        for post in questions
        for rule in rules
        if _matches(post, rule, tagged)
    }


def _matches(post: dict[str, Any], rule: dict[str, Any], tagged: dict[str, set]) -> bool:
    if rule["runs_over"] and (post["site"], post["post_id"]) not in tagged[rule["runs_over"]]:
        return False
    if rule["kind"] == "tag" and rule["value"] not in (post["tags"] or []):
        return False
    if rule["kind"] == "tag" and not rule["must_contain"]:
        return True
    text = post["title"] or ""
    if rule["scope"] == "title_body":
        text += " " + plain_text(post["body"] or "", rule["code"])
    terms = [rule["value"]] if rule["kind"] == "term" else []
    if rule["must_contain"]:
        terms.append(rule["must_contain"])
    return all(occurs(text.lower(), term.lower(), rule["match"]) for term in terms)
