"""Plain rows to strings: the fast parser, and the proof that it loses nothing.

xml2arrow reads a chunk of rows several times as fast as lxml, in one call, without the
interpreter's lock. But it silently ignores what its configuration does not name, and accepts some
XML that is not well-formed. So its rows are used only when counts of bytes prove that the chunk
holds nothing else. Any other chunk goes to lxml (`loader.parse.reference_parser`).
docs/decisions/loader-parser.md has the figures.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from loader import schemas
from loader.parse.markup import ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from loader.schemas import Table

try:
    from xml2arrow import XmlToArrowParser
except ImportError:  # no wheel for this machine: lxml reads everything
    XmlToArrowParser = None  # type: ignore[assignment, misc]

_QUOTE, _SPACE, _SLASH, _GREATER = (ord(one) for one in '" />')
_BLANK: Final = tuple(ord(one) for one in " \t\r\n")
_WIDEST_GAP: Final = 16
_ATTRIBUTE_BYTES: Final = len(" =")
_BLOCK: Final = 1 << 18  # fits into the processor's cache


class FastParser:
    """Reads chunks of plain rows of one table. Threads may share it.

    Parameters
    ----------
    table : Table
        Says which attributes there are.

    Attributes
    ----------
    before : bytes
        Bytes that must stand before the rows.
    """

    def __init__(self, table: Table) -> None:
        self.before = f"<{table.root}>".encode()
        self._behind = f"</{table.root}>".encode()
        self._parser = _make_parser(table)
        self._name_bytes = np.array([len(name) + _ATTRIBUTE_BYTES for name in table.attributes])
        self._texts = [
            index
            for index, name in enumerate(table.attributes)
            if table.schema.field(name).type in {schemas.TEXT, schemas.TAGS}
        ]

    def parse(self, framed: bytearray) -> pa.RecordBatch | None:
        """Read a chunk.

        Parameters
        ----------
        framed : bytearray
            `before`, then whole rows as UTF-8 and white space. It is changed in place and restored
            on return: a copy would take a tenth of the time.

        Returns
        -------
        pyarrow.RecordBatch or None
            The known attributes as strings, null where a row lacks one. None where it is not
            proved that the reference parser reads the same.
        """
        n_before = len(self.before)
        if self._parser is None or framed[n_before : n_before + len(ROW)] != ROW:
            return None
        shape = _shape(np.frombuffer(framed, np.uint8, offset=n_before))
        if shape is None:
            return None
        framed += self._behind
        try:
            batch = self._parser.parse(framed)["rows"]
        except Exception:  # noqa: BLE001 - whatever it dislikes, lxml says what is wrong with it
            return None
        finally:
            del framed[len(framed) - len(self._behind) :]
        return batch if self._is_all(batch, *shape) else None

    def _is_all(self, batch: pa.RecordBatch, n_rows: int, n_values: int, n_bytes: int) -> bool:
        """Whether the tags hold these values in the shortest form, and no other byte.

        Each value needs at least a blank, its name, an equals sign and two quotes. When there are
        two quotes per value, and just as many bytes outside of them as this makes, the text holds
        no unknown, doubled, prefixed or single-quoted attribute, and nothing else. A character that
        XML forbids can then come only from a reference, or be in a value.
        """
        counts = np.array([batch.num_rows - column.null_count for column in batch.columns])
        return (
            batch.num_rows == n_rows
            and int(counts.sum()) == n_values
            and int(counts @ self._name_bytes) == n_bytes
            and not any(_has_forbidden(batch.column(index)) for index in self._texts)
        )


def _shape(octets: NDArray[np.uint8]) -> tuple[int, int, int] | None:
    """Count the rows, the values and the bytes of names in a text that looks plain.

    That is: after every closing quote comes a blank or the end of the tag; between two tags are
    only blanks; no `<` or `>` is anywhere else.
    """
    quotes = _places(octets, _QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing) or not len(closing) or closing[-1] + 3 > len(octets):
        return None
    first, second = octets[closing + 1], octets[closing + 2]
    is_spaced = first == _SPACE
    is_end = (first == _SLASH) | (is_spaced & (second == _SLASH))
    if not (is_spaced | is_end).all() or not is_end[-1]:
        return None
    last = np.flatnonzero(is_end)  # value of each row
    starts = _starts(octets, closing[last] + 2 + is_spaced[last])
    if starts is None or _n_brackets(octets) != 2 * len(last):
        return None
    # Between quotes, except after a row's last value and for `<row`, are names, each with a blank
    # before and an equals sign after it.
    n_names = int((opening[1:] - closing[:-1] - 1).sum()) + int(opening[0])
    n_names -= int((starts[1:] - closing[last[:-1]] - 1).sum()) + len(starts) * len(ROW)
    return len(last), len(opening), n_names


def _starts(octets: NDArray[np.uint8], ends: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return where the rows start whose tags end at some places; None where other text starts."""
    if ends[-1] >= len(octets) or (octets[ends] != _GREATER).any():
        return None
    behind = bytes(octets[ends[-1] + 1 :][: _WIDEST_GAP + 1])
    starts = _after_blanks(octets, ends[:-1] + 1)
    if len(behind) > _WIDEST_GAP or behind.strip(b" \t\r\n") or starts is None:
        return None
    starts = np.append(0, starts)
    is_row = [(octets[starts + i] == one).all() for i, one in enumerate(ROW + b" ")]
    return starts if all(is_row) else None


def _after_blanks(octets: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return the places after runs of blanks; None where a run is too long."""
    for _ in range(_WIDEST_GAP):
        found = octets[places]
        is_blank = found == _BLANK[0]
        for blank in _BLANK[1:]:
            is_blank |= found == blank
        if not is_blank.any():
            return places
        places = places + is_blank
    return None


def _blocks(octets: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    for at in range(0, len(octets), _BLOCK):
        yield at, octets[at : at + _BLOCK]


def _places(octets: NDArray[np.uint8], one: int) -> NDArray[np.int64]:
    """Return the places of an octet."""
    return np.concatenate([np.flatnonzero(block == one) + at for at, block in _blocks(octets)])


def _n_brackets(octets: NDArray[np.uint8]) -> int:
    """Count `<` and `>`, which differ in one bit."""
    return sum(int(np.count_nonzero((block | 2) == _GREATER)) for _, block in _blocks(octets))


def _has_forbidden(strings: pa.StringArray) -> bool:
    """Whether a value, with references resolved, holds a character that XML forbids."""
    values = strings.buffers()[2]
    if values is None or not values.size:
        return False
    octets = np.frombuffer(values, np.uint8)
    for at, block in _blocks(octets):
        n_low = np.count_nonzero(block < 0x20)
        for blank in b"\n\r\t":
            n_low -= n_low and np.count_nonzero(block == blank)
        if n_low:
            return True
        if block.max() >= 0xEF:  # perhaps U+FFFE or U+FFFF
            marks = np.flatnonzero(block == 0xEF) + at
            if ((octets[marks + 1] == 0xBF) & (octets[marks + 2] >= 0xBE)).any():
                return True
    return False


def _make_parser(table: Table) -> XmlToArrowParser | None:
    """Make the fast parser; it needs its configuration as a file (JSON is YAML)."""
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
