"""Plain rows → strings at once: the quick parser, and the proof that it lost nothing.

xml2arrow reads a chunk of rows several times as fast as lxml, in one call, off the interpreter's
lock. But it passes over in silence what its configuration does not name, and takes some XML for
well-formed that is not. So its rows count only when plain bookkeeping proves that the chunk holds
nothing else, byte for byte; any other chunk goes to lxml, the reference
(`loader.parse.reference_parser`).
docs/decisions/loader-parser.md has the figures.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from loader.parse.markup import ROW

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from loader.schemas import Table

try:
    from xml2arrow import XmlToArrowParser
except ImportError:  # no wheel for this machine: lxml reads everything
    XmlToArrowParser = None  # type: ignore[assignment, misc]

_QUOTE, _SPACE, _SLASH, _LESS, _GREATER = (ord(one) for one in '" /<>')
_BLANK: Final = tuple(ord(one) for one in " \t\r\n")
_WIDEST_GAP: Final = 16
_ROW_BYTES: Final = len("<row/>")
_ATTRIBUTE_BYTES: Final = len(' =""')
_BLOCK: Final = 1 << 18
_MASK_BYTES: Final = 8 << 20


class FastParser:
    """Reads chunks of plain rows of one table. Threads may share it.

    Parameters
    ----------
    table : Table
        Says which attributes there are.
    """

    def __init__(self, table: Table) -> None:
        self._names = table.attributes
        self._begin = f"<{table.root}>".encode()
        self._end = f"</{table.root}>".encode()
        self._parser = _make_parser(table)

    def parse(self, text: bytes | memoryview) -> pa.RecordBatch | None:
        """Read a chunk.

        Parameters
        ----------
        text : bytes or memoryview
            Whole rows as UTF-8, from a row's start on, and white space.

        Returns
        -------
        pyarrow.RecordBatch or None
            The known attributes as strings, null where a row lacks one. None where it is not
            certain that a reference parser reads the same.
        """
        if self._parser is None or text[: len(ROW)] != ROW:
            return None
        octets = np.frombuffer(text, np.uint8)
        starts, ends = _places(octets, _LESS), _places(octets, _GREATER)
        if not _are_tags_alone(octets, starts, ends) or _has_control(octets):
            return None
        try:
            batch = self._parser.parse(b"".join((self._begin, text, self._end)))["rows"]
        except Exception:  # noqa: BLE001 - whatever it dislikes, lxml says what is wrong with it
            return None
        if batch.num_rows != len(starts) or not self._is_all(octets, starts, ends, batch):
            return None
        return None if _has_forbidden(batch) else batch

    def _is_all(
        self,
        octets: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        batch: pa.RecordBatch,
    ) -> bool:
        """Whether the tags hold these values, in the shortest form, and not one byte beside them.

        Each value that came out stands for at least a blank, its name, an equals sign and two
        quotes. When quotes are two a value, every closing quote is followed by a blank or the end,
        and the bytes of all tags are just as many as that makes, then there is no unknown, doubled,
        prefixed or single-quoted attribute, and nothing else.
        """
        counts = [batch.num_rows - column.null_count for column in batch.columns]
        quotes = _places(octets, _QUOTE)
        if len(quotes) != 2 * sum(counts):
            return False
        opening, closing = quotes[0::2], quotes[1::2]
        after = octets[closing + 1]
        if np.count_nonzero(after == _SPACE) + np.count_nonzero(after == _SLASH) != len(after):
            return False
        before_end = octets[ends - 2]
        n_spaced = np.count_nonzero(before_end == _SPACE)
        if n_spaced + np.count_nonzero(before_end == _QUOTE) != len(ends):
            return False
        n_least = len(starts) * _ROW_BYTES + n_spaced + int((closing - opening - 1).sum())
        for name, count in zip(self._names, counts, strict=True):
            n_least += count * (len(name) + _ATTRIBUTE_BYTES)
        return n_least == int((ends - starts + 1).sum())


def _are_tags_alone(
    octets: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> bool:
    """Whether there are empty-element tags, and only blanks between them."""
    if len(starts) != len(ends) or not len(starts):
        return False
    nexts = np.append(starts[1:], len(octets))
    gaps = nexts - ends - 1
    if (starts >= ends).any() or (gaps < 0).any() or gaps.max() > _WIDEST_GAP:
        return False
    if (octets[ends - 1] != _SLASH).any():
        return False
    for distance in range(int(gaps.max())):
        found = octets[ends[gaps > distance] + 1 + distance]
        if sum(np.count_nonzero(found == blank) for blank in _BLANK) != len(found):
            return False
    return True


def _places(octets: NDArray[np.uint8], one: int) -> NDArray[np.int64]:
    """Where an octet stands; block by block, so that a long row needs no mask of its length."""
    blocks = range(0, len(octets), _MASK_BYTES)
    found = [np.flatnonzero(octets[at : at + _MASK_BYTES] == one) + at for at in blocks]
    return found[0] if len(found) == 1 else np.concatenate(found)


def _has_control(octets: NDArray[np.uint8]) -> bool:
    """Whether there is a character below U+0020 that XML forbids."""
    for at in range(0, len(octets), _BLOCK):  # what fits into the cache is read but once
        block = octets[at : at + _BLOCK]
        low = block[block < 0x20]
        if len(low) and sum(np.count_nonzero(low == blank) for blank in _BLANK[1:]) != len(low):
            return True
    return False


def _has_forbidden(batch: pa.RecordBatch) -> bool:
    """Whether a value holds, after references were resolved, what XML forbids."""
    for column in batch.columns:
        values = column.buffers()[2]
        if values is None or not values.size:
            continue
        octets = np.frombuffer(values, np.uint8)
        if _has_control(octets):
            return True
        marks = _places(octets, 0xEF)
        if (
            len(marks) and ((octets[marks + 1] == 0xBF) & (octets[marks + 2] >= 0xBE)).any()
        ):  # U+FFFE, U+FFFF
            return True
    return False


def _make_parser(table: Table) -> XmlToArrowParser | None:
    """Make the quick parser; it wants its configuration as a file (JSON is YAML)."""
    if XmlToArrowParser is None:
        return None
    fields = [
        {
            "name": name,
            "xml_path": f"/{table.root}/row/@{name}",
            "data_type": "Utf8",
            "nullable": True,
        }
        for name in table.attributes
    ]
    tables = [{"name": "rows", "xml_path": f"/{table.root}", "levels": [], "fields": fields}]
    with tempfile.TemporaryDirectory(prefix="stackstudy-") as folder:
        path = Path(folder) / "rows.yaml"
        path.write_text(json.dumps({"tables": tables}), encoding="utf-8")
        return XmlToArrowParser(path)
