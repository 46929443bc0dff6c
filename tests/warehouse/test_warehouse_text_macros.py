"""The text macros by property: against html, html.parser and str of the standard library."""

from __future__ import annotations

import html
from datetime import timedelta
from html.entities import html5, name2codepoint

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rules_in_python import SEPARATING, occurs, plain_text

# what an XML 1.0 dump can hold: no control characters but tab and line ends, no surrogates
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\t\n"
)
TEXTS = st.text(CHARACTERS, max_size=20)
INLINE = ["a", "b", "code", "em", "strong", "kbd", "span"]
BLOCK = ["p", "pre", "li", "blockquote", "h2", "div"]
TREES = st.recursive(
    TEXTS.map(lambda text: ("text", text))
    | st.sampled_from([("void", "br"), ("void", "hr"), ("comment", " a > b ")]),
    lambda inner: st.tuples(
        st.sampled_from(INLINE + BLOCK),
        st.sampled_from(["", ' class="lang-py"', ' href="https://example.org/?a=1&amp;b=2"']),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
CODE = st.sampled_from(["kept", "blocks_dropped", "all_dropped"])


def markup(tree):
    match tree:
        case ("text", text):
            return html.escape(text)
        case ("void", name):
            return f"<{name}>"
        case ("comment", text):
            return f"<!--{text}-->"
        case (name, attributes, inner):
            return f"<{name}{attributes}>{''.join(map(markup, inner))}</{name}>"


def kept_text(tree):
    """The text of a tree when all code is kept: no parser needed."""
    match tree:
        case ("text", text):
            return text
        case ("void", _):
            return " "
        case ("comment", _):
            return ""
        case (name, _, inner):
            gap = " " if name in SEPARATING else ""
            return gap + "".join(map(kept_text, inner)) + gap


def nests_code(tree, within=()):
    """Whether a pre stands in a pre or a code in a code, as no post of Stack Exchange has it."""
    if len(tree) < 3:
        return False
    name, _, inner = tree
    if name in within:
        return True
    within = (*within, name) if name in {"pre", "code"} else within
    return any(nests_code(each, within) for each in inner)


@pytest.fixture(scope="module")
def query():
    connection = duckdb.connect()

    def run(expression, **values):
        columns = ", ".join(f"${name} as {name}" for name in values)
        return connection.execute(
            f"select {expression} from (select {columns})", values
        ).fetchone()[0]

    return run


@given(trees=st.lists(TREES, max_size=3))
def test_markup_goes_and_text_stays(trees, query, text_macros):
    body = "".join(map(markup, trees))
    found = query(text_macros.plain_text("body", "kept"), body=body)
    assert found == "".join(map(kept_text, trees))


@given(trees=st.lists(TREES, max_size=3), code=CODE)
def test_code_goes_as_asked(trees, code, query, text_macros):
    assume(not any(nests_code(tree) for tree in trees))
    body = "".join(map(markup, trees))
    found = query(text_macros.plain_text("body", code), body=body)
    assert found.split() == plain_text(body, code).split()


@given(text=st.text(CHARACTERS))
def test_escaped_text_comes_back(text, query, text_macros):
    assert query(text_macros.decode_entities("text"), text=html.escape(text)) == text


@given(
    pieces=st.lists(
        st.sampled_from(sorted(name2codepoint)).map("&{};".format)
        | st.integers(160, 0x10FFFF).map("&#{};".format)
        | st.integers(160, 0x10FFFF).map("&#x{:x};".format)
        | st.sampled_from(["&", ";", "a", " ", "&amp;lt;", "&#0;", "&#xD800;", "&;", "&#;", "é"])
    )
)
def test_entities_are_those_of_the_standard_library(pieces, query, text_macros):
    text = "".join(pieces)
    assert query(text_macros.decode_entities("text"), text=text) == "".join(
        # html.unescape drops what Unicode calls a noncharacter, the macro keeps it; and HTML 5
        # knows names without a semicolon, which no dump writes
        chr(number) if (number := _number(piece)) is not None else html.unescape(piece)
        for piece in _split(text)
    )


def _split(text):
    pieces, rest = [], text
    while rest:
        end = rest.find(";")
        if rest[0] == "&" and end > 0 and rest[1:end].lstrip("#").isalnum():
            pieces.append(rest[: end + 1])
            rest = rest[end + 1 :]
        else:
            pieces.append(rest[0])
            rest = rest[1:]
    return pieces


def _number(piece):
    if not piece.startswith("&#") or not piece[2:3].isalnum():
        return None
    number = int(piece[3:-1], 16) if piece[2] in "xX" else int(piece[2:-1])
    return number if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else None


def test_every_name_of_html_4_is_decoded(query, text_macros):
    for name in name2codepoint:
        assert query(text_macros.decode_entities("text"), text=f"&{name};") == html5[f"{name};"]
    assert query(text_macros.decode_entities("text"), text="&apos;&nosuchname;") == "'&nosuchname;"


WORDS = st.text(st.sampled_from("abé_1 +.-\t\u00a0\u2028\u0301ß#"), max_size=12)


@given(text=WORDS, term=WORDS.filter(str.strip), match=st.sampled_from(["word", "substring"]))
def test_words_and_substrings(text, term, match, query, text_macros):
    expression = text_macros.term_occurs("text", "term", "match")
    assert query(expression, text=text, term=term, match=match) == occurs(text, term, match)


@given(text=st.text(max_size=20), data=st.data())
def test_tokens_are_those_of_split(text, data, query, text_macros):
    text = text.replace("\x00", "")
    tokens = text.split()
    term = data.draw(st.sampled_from(tokens) if tokens else st.just("a")) + data.draw(
        st.sampled_from(["", "", "x"])
    )
    expression = text_macros.term_occurs("text", "term", "match")
    assert query(expression, text=text, term=term, match="token") == (term in tokens)


@given(time=st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_seconds_are_those_of_timedelta(time, query, durations):
    milliseconds = time // timedelta(milliseconds=1)
    expected = timedelta(milliseconds=milliseconds).seconds
    assert query(durations.seconds_of_day("elapsed"), elapsed=milliseconds) == expected
