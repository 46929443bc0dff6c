"""Posts as a dump file in the form of the official writer: BOM, CRLF, one ``<row … />`` a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"} | {
    chr(code): f"&#x{code:X};" for code in range(32)
}
_ESCAPED: Final = re.compile('[&<>"\x00-\x1f]')


def write_posts(path: Path, posts: Iterable[Mapping[str, str]], *, comment: str) -> None:
    """Write a ``Posts.xml``, row by row.

    Parameters
    ----------
    path : Path
        The file; it is overwritten.
    posts : iterable of mapping of str to str
        The attributes of each row, in the order in which they are to stand.
    comment : str
        Where the rows come from, without ``--``: a comment before the root element.
    """
    # surrogatepass: half a surrogate pair is for the loader to replace and to count
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\r\n") as file:
        file.write('\ufeff<?xml version="1.0" encoding="utf-8"?>\n')
        file.write(f"<!-- {comment} -->\n<posts>\n")
        for post in posts:
            file.write(f"  <row {' '.join(map(_attribute, post.items()))} />\n")
        file.write("</posts>")


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    return f'{name}="{_ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)}"'
