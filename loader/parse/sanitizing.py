"""Bytes of a dump file to UTF-8: decoding, and replacing references that XML 1.0 forbids.

Dumps hold character references that no XML parser accepts (``&#x0;``, ``&#x1F;``): text of users
from a writer that does not check. A parser in recovery mode would silently drop the attribute, or
the rest of the file. Here each becomes U+FFFD before parsing, and is counted. A raw forbidden
character is damage: no writer of dumps makes one.
"""

from __future__ import annotations

import codecs
import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from loader.errors import NotADumpError, RowError, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPLACEMENT: Final = "\ufffd".encode()

_BAD_HEX: Final = (
    rb"x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]"
    rb"|1[1-9a-fA-F][0-9a-fA-F]{4}|[2-9a-fA-F][0-9a-fA-F]{5}|[1-9a-fA-F][0-9a-fA-F]{6,});"
)
_BAD_DECIMAL: Final = (
    rb"0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}"
    rb"|573[0-3][0-9]|5734[0-3]|6553[45]|111411[2-9]|11141[2-9][0-9]|1114[2-9][0-9]{2}"
    rb"|111[5-9][0-9]{3}|11[2-9][0-9]{4}|1[2-9][0-9]{5}|[2-9][0-9]{6}|[1-9][0-9]{7,});"
)
_REFERENCE: Final = re.compile(rb"&#(?:" + _BAD_HEX + rb"|" + _BAD_DECIMAL + rb")")
_FORBIDDEN: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]"
)
_BLOCK_BYTES: Final = 1 << 20

_DECLARED: Final = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_HEAD: Final = 512
_MARKS: Final = {
    codecs.BOM_UTF8: None,
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}


def sanitize(text: bytes) -> tuple[bytes, int]:
    """Replace character references that XML 1.0 forbids by U+FFFD.

    Parameters
    ----------
    text : bytes
        UTF-8 that does not end within a reference.

    Returns
    -------
    (bytes, int)
        The text without them, and their number.
    """
    if b"&#" not in text:
        return text, 0
    # By blocks: replacements are listed first, and there may be millions.
    parts, begin, n_replaced = [], 0, 0
    while begin < len(text):
        end = text.find(b"&", begin + _BLOCK_BYTES)  # no reference goes on where one may begin
        end = len(text) if end < 0 else end
        part, n = _REFERENCE.subn(REPLACEMENT, text[begin:end])
        parts.append(part)
        n_replaced += n
        begin = end
    return (b"".join(parts), n_replaced) if n_replaced else (text, 0)


def forbidden_at(text: bytes, begin: int, end: int) -> int | None:
    """Return the place of the first raw character that XML 1.0 forbids, or None."""
    found = _FORBIDDEN.search(text, begin, end)
    return found and found.start()


def utf8_pieces(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Decode pieces of a file to UTF-8 without a byte order mark.

    Parameters
    ----------
    pieces : iterable of bytes
        The file, cut anywhere.
    name : str
        The file, for messages.

    Yields
    ------
    bytes
        UTF-8. Files in UTF-8 are passed on unchanged: the parser checks them.

    Raises
    ------
    NotADumpError
        When the file declares an unknown encoding.
    RowError, TruncatedError
        When bytes do not fit the encoding, or the last character is cut off.
    """
    rest = iter(pieces)
    head = b""
    for piece in rest:
        head += piece
        if len(head) >= _HEAD:
            break
    encoding, skip = encoding_of(head, name)
    if encoding is None:
        yield head[skip:]
        yield from rest
        return
    decoder = codecs.getincrementaldecoder(encoding)(
        "surrogatepass" if "16" in encoding else "strict"
    )
    n_bytes = 0
    try:
        for piece in chain((head[skip:],), rest):
            yield decoder.decode(piece).encode("utf-8", "surrogatepass")
            n_bytes += len(piece)
    except UnicodeDecodeError as error:
        raise RowError(
            f"{name}: not {encoding} from byte {n_bytes:,} on: {error.reason};"
            " the file is damaged: get it again"
        ) from error
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise TruncatedError(
            f"{name}: ends in the middle of a character; the file is cut off: get it again"
        ) from error


def encoding_of(head: bytes, name: str) -> tuple[str | None, int]:
    """Return the encoding to decode (None for UTF-8), and the length of the byte order mark."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding, 0 if mark in (b"<\x00", b"\x00<") else len(mark)
    declared = _DECLARED.match(head)
    if declared is None:
        return None, 0
    written = declared[1].decode("ascii")
    try:
        encoding = codecs.lookup(written).name
    except LookupError:
        encoding = ""
    if encoding in {"utf-8", "ascii"} or encoding.startswith("utf-16"):
        # A file that declares UTF-16 and is not in it was recoded without its declaration.
        return None, 0
    if encoding.startswith(("iso8859", "cp125")):
        return encoding, 0
    raise NotADumpError(
        f"{name}: declares the encoding {written}, which no dump has; recode it to UTF-8"
    )
