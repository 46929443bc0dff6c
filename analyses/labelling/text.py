"""Posts as text that a person can read in a cell: code, lists, quotes and links as in Markdown."""

from __future__ import annotations

import re
from typing import Any, Final

from bs4 import BeautifulSoup, Comment
from markdownify import MarkdownConverter

from analyses.common.spreadsheets import clean_text

_BLANKS: Final = re.compile(r"[ \t\r\n\f\v]+")
_MARKED_SECTION: Final = re.compile(r"<!\[.*?(>|$)", re.DOTALL)
"""``<![CDATA[…]]>`` and the like: markup that HTML does not have, and Python's parser refuses."""


def html_to_text(html: str | None) -> str:
    """Turn the HTML of a post into text.

    Parameters
    ----------
    html : str or None
        Body of a post as the dump has it; None and '' give ''.

    Returns
    -------
    str
        Paragraphs separated by an empty line; blocks of code verbatim between lines of three
        backticks, inline code between single ones; list items with ``-`` or their number,
        quotes with ``>``; the address of a link or an image behind its text, where they differ.
    """
    # Not lxml, which silently drops what is nested deeper than 256 levels.
    soup = BeautifulSoup(_MARKED_SECTION.sub("", clean_text(html or "")), "html.parser")
    for text in soup.find_all(string=True):
        if not isinstance(text, Comment) and text.find_parent("pre") is None:
            text.replace_with(_BLANKS.sub(" ", text))
    try:
        converted = _CONVERTER.convert_soup(soup)
    except RecursionError:  # hundreds of levels, which no site shows: keep at least the words
        converted = soup.get_text()
    return clean_text(converted).strip("\n").rstrip()


class _Converter(MarkdownConverter):
    """Markdown without emphasis and escapes, which make text hard to read in a cell."""

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Write a link as its text, with its address behind it."""
        del parent_tags
        address = (el.get("href") or "").strip()
        is_said = "://" not in address or address.rstrip("/") == text.strip().rstrip("/")
        return text if is_said else f"{text} <{address}>"

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Write an image as its description and its address."""
        del text, parent_tags
        described = (" ".join((el.get(name) or "").split()) for name in ("alt", "src"))
        return f"[image: {' '.join(filter(None, described))}]"

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """Write a line break as one."""
        del el, text, parent_tags
        return "\n"


_CONVERTER: Final = _Converter(
    heading_style="ATX",
    bullets="-",
    strip=["b", "strong", "i", "em", "del", "s", "strike", "sub", "sup", "kbd"],
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)
