"""Bytes of a dump file → clean UTF-8: decoding, and replacing what XML 1.0 forbids.

Dumps hold character references that no XML parser accepts (``&#x0;``, ``&#x1F;``): the text of
users, written by a writer that does not check. A parser in recovery mode would drop the attribute,
or the rest of the file, without a word; here each becomes U+FFFD before the parser sees it, and is
counted.
"""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING, Final

from loader.errors import NotADumpError, RowError, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPLACEMENT: Final = "\ufffd".encode()

_CONTROLS: Final = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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
_NON_CHARACTER: Final = re.compile(rb"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
_FORBIDDEN: Final = re.compile(
    b"|".join(one.pattern for one in (_REFERENCE, _CONTROL, _NON_CHARACTER))
)
_UNFINISHED: Final = re.compile(rb"(?:&(?:#(?:x?[0-9a-fA-F]*)?)?|\xef\xbf?|\xed[\xa0-\xbf]?)\Z")
_LONGEST_REFERENCE: Final = 4096
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


class Scrubber:
    """Replaces characters and references that XML 1.0 forbids by U+FFFD.

    Parameters
    ----------
    keeps : bool
        Whether `raw` will be asked: it remembers what was replaced, until it may `forget` it.

    Attributes
    ----------
    n_replaced : int
        How many were replaced so far, without those that `raw` gave back.
    """

    def __init__(self, *, keeps: bool = False) -> None:
        self.n_replaced = 0
        self._held = b""
        self._keeps = keeps
        self._n_clean = 0
        self._places = array("Q")
        self._originals: list[bytes] = []
        self._known: dict[bytes, bytes] = {}  # there may be millions, and but a few kinds of them

    def raw(self, begin: int, text: bytes) -> bytes:
        """Return what was replaced in a clean text, which begins at a byte of all that was fed.

        It is then not counted any more: who asks sets the text aside.
        """
        first = bisect_left(self._places, begin)
        last = bisect_left(self._places, begin + len(text))
        parts, position = [], 0
        for place, original in zip(
            self._places[first:last], self._originals[first:last], strict=True
        ):
            parts += [text[position : place - begin], original]
            position = place - begin + len(REPLACEMENT)
        self.n_replaced -= last - first
        return b"".join([*parts, text[position:]])

    def forget(self, before: int) -> None:
        """Forget what was replaced before a byte of the clean text."""
        n_before = bisect_left(self._places, before)
        del self._places[:n_before], self._originals[:n_before]

    def feed(self, piece: bytes) -> bytes:
        """Clean one piece; what may begin something forbidden is held back for the next."""
        if len(piece) <= _BLOCK_BYTES:
            return self._feed(piece)
        # By blocks: what is replaced is listed first, and there may be millions of it.
        blocks = range(0, len(piece), _BLOCK_BYTES)
        return b"".join([self._feed(piece[at : at + _BLOCK_BYTES]) for at in blocks])

    def _feed(self, piece: bytes) -> bytes:
        piece = self._held + piece
        held = _UNFINISHED.search(piece, max(0, len(piece) - _LONGEST_REFERENCE))
        cut = held.start() if held else len(piece)
        self._held = piece[cut:]
        return self._clean(piece[:cut])

    def finish(self) -> bytes:
        """Return what was held back."""
        rest, self._held = self._held, b""
        return self._clean(rest)

    def _clean(self, piece: bytes) -> bytes:
        has_references = b"&#" in piece
        has_controls = len(piece.translate(None, _CONTROLS)) != len(piece)
        has_marks = b"\xef\xbf" in piece or b"\xed" in piece
        if self._keeps:
            if has_references or has_controls or has_marks:
                piece = self._replace_and_keep(piece)
            self._n_clean += len(piece)
            return piece
        if has_references:
            piece = self._replace(_REFERENCE, piece)
        if has_controls:
            piece = self._replace(_CONTROL, piece)
        if has_marks:
            piece = self._replace(_NON_CHARACTER, piece)
        return piece

    def _replace_and_keep(self, piece: bytes) -> bytes:
        parts, position, n_clean = [], 0, self._n_clean
        for found in _FORBIDDEN.finditer(piece):
            parts += [piece[position : found.start()], REPLACEMENT]
            n_clean += found.start() - position
            position = found.end()
            self._places.append(n_clean)
            self._originals.append(self._known.setdefault(found[0], found[0]))
            n_clean += len(REPLACEMENT)
            self.n_replaced += 1
        return b"".join([*parts, piece[position:]])

    def _replace(self, pattern: re.Pattern[bytes], piece: bytes) -> bytes:
        piece, n = pattern.subn(REPLACEMENT, piece)
        self.n_replaced += n
        return piece


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
        UTF-8. Files in UTF-8 pass through as they are: the parser checks them.

    Raises
    ------
    NotADumpError
        When the file declares an encoding that nobody knows.
    RowError, TruncatedError
        When bytes are not of the encoding, or the last character is cut off.
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
            " the file is damaged: get it anew"
        ) from error
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise TruncatedError(
            f"{name}: ends in the middle of a character; the file is cut off: get it anew"
        ) from error


def encoding_of(head: bytes, name: str) -> tuple[str | None, int]:
    """Return the encoding to be decoded here (None for UTF-8), and the length of the mark."""
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
        # A file that says UTF-16 and plainly is not was recoded, and its declaration left behind.
        return None, 0
    if encoding.startswith(("iso8859", "cp125")):
        return encoding, 0
    raise NotADumpError(
        f"{name}: declares the encoding {written}, which no dump has; recode it to UTF-8"
    )
