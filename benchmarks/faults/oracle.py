"""What a table should hold, read by others than the loader: the standard library's expat and types.

Parquet is read back by DuckDB, so that neither lxml nor Arrow's parsers judge themselves.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

DATES: Final = frozenset(
    [
        "CreationDate",
        "DeletionDate",
        "LastEditDate",
        "LastActivityDate",
        "ClosedDate",
        "CommunityOwnedDate",
        "LastAccessDate",
        "Date",
    ]
)
TEXTS: Final = frozenset(
    [
        "Body",
        "OwnerDisplayName",
        "LastEditorDisplayName",
        "Title",
        "ContentLicense",
        "DisplayName",
        "WebsiteUrl",
        "Location",
        "AboutMe",
        "ProfileImageUrl",
        "EmailHash",
        "Text",
        "UserDisplayName",
        "Name",
        "RevisionGUID",
        "Comment",
        "TagName",
    ]
)
FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}
FLAG_COLUMNS: Final = frozenset({"TagBased", "IsModeratorOnly", "IsRequired"})
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
OTHER: Final = "OtherAttributes"

_FORBIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROW_START: Final = re.compile(r"<row(?=[\s/>])")
_ROW_END: Final = re.compile(r"/>|</row\s*>")
_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d(:\d\d(:\d\d([.]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?", re.ASCII
)
"""Python's own reader takes more: ``2012-04-18T09.720`` for nine o'clock and a fraction, weeks."""
_REFERENCE: Final = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_NAME_START: Final = re.compile(
    "[\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)
_NAME_LATER: Final = re.compile("[\xb7\u0300-\u036f\u203f\u2040]")
"""What may stand in a name beside ASCII, first and later: XML 1.0, fifth edition, section 2.3."""
_VALUE_OR_ODD: Final = re.compile("<!--.*?-->|<[?].*?[?]>|\"[^\"]*\"|'[^']*'|[^\0-\x7f]", re.DOTALL)

Row = dict[str, object]


class NotReadableError(Exception):
    """The independent reader refuses the file, too."""


def expected(data: bytes, columns: frozenset[str]) -> list[Row]:
    """Rows of a file with what each column should hold; what is null is left out.

    Raises
    ------
    NotReadableError
        When expat takes it for no XML, or a value is of no type.
    """
    rows: list[dict[str, str]] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            rows.append(attributes)

    parser.StartElementHandler = start
    try:
        parser.Parse(_for_expat(_decoded(data)), True)  # noqa: FBT003
        return [_typed(row, columns) for row in rows]
    except (expat.ExpatError, ValueError) as error:
        raise NotReadableError(str(error)) from error


@dataclass(frozen=True)
class Account:
    """What a second reader finds in a file without comments, row by row.

    Attributes
    ----------
    rows : list of Row
        The rows that expat reads, each by itself, and whose values are of their types.
    n_bad : int
        Where a row begins that is none, or that holds a value of no type.
    n_odd : int
        Places behind rows, or before the first, with something that is no row.
    """

    rows: list[Row]
    n_bad: int
    n_odd: int

    @property
    def n_starts(self) -> int:
        """Where rows begin."""
        return len(self.rows) + self.n_bad


def account(data: bytes, root: str, columns: frozenset[str]) -> Account:
    """Read what is left of a damaged file: each row ends where the next one begins, or before.

    Raises
    ------
    NotReadableError
        When its bytes are no text at all, or its table does not begin or end.
    """
    try:
        text = _decoded(data)
    except ValueError as error:
        raise NotReadableError(str(error)) from error
    opening = re.search(rf"<{root}[^<>]*>", text)
    closing = re.search(rf"</{root}\s*>\s*\Z", text)
    if opening is None or closing is None:
        raise NotReadableError("it has no beginning, or no end")
    text = text[opening.end() : closing.start()]
    starts = [found.start() for found in _ROW_START.finditer(text)]
    rows: list[Row] = []
    n_bad, n_odd = 0, bool(text[: starts[0] if starts else None].strip())
    for begin, end in itertools.pairwise([*starts, len(text)]):
        length, row = _first_row(text[begin:end])
        n_odd += row is not None and bool(text[begin + length : end].strip())
        try:
            rows.append(_typed(_known_or_raise(row), columns))
        except ValueError:
            n_bad += 1
    return Account(rows, n_bad, n_odd)


def _first_row(text: str) -> tuple[int, dict[str, str] | None]:
    """Return how long the row is with which a text begins, and the row; None where it is none."""
    for end in _ROW_END.finditer(text):
        found: list[dict[str, str]] = []
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = lambda _, attributes, found=found: found.append(attributes)
        try:
            parser.Parse(_for_expat(text[: end.end()]), True)  # noqa: FBT003
        except (expat.ExpatError, ValueError):
            continue
        return end.end(), found[0] if len(found) == 1 else None
    return 0, None


def _known_or_raise(row: dict[str, str] | None) -> dict[str, str]:
    if row is None or not row.get("Id") or any(":" in n or n == "xmlns" for n in row):
        raise ValueError(row)
    return row


def rejected(data: Path, table: str, site: str) -> list[bytes]:
    """Return the bytes of what was set aside."""
    parts = sorted((data / table / f"site={site}" / "_rejected").glob("*"))
    return [
        xml
        for part in parts
        for (xml,) in duckdb.sql(f"select xml from read_parquet('{part}')").fetchall()
    ]


def loaded(data: Path, table: str, site: str) -> list[Row]:
    """Rows of a loaded table in the order of its parts, in the form of `expected`."""
    parts = sorted((data / table / f"site={site}").glob("*.parquet"))
    found: list[Row] = []
    with duckdb.connect() as connection:
        for part in parts:
            source = "read_parquet(?, hive_partitioning = false)"
            kinds = connection.execute(f"describe from {source}", [str(part)]).fetchall()
            columns = ", ".join(
                f'epoch_ms("{name}") as "{name}"' if kind.startswith("TIMESTAMP") else f'"{name}"'
                for name, kind, *_ in kinds
            )
            result = connection.execute(f"select {columns} from {source}", [str(part)])
            names = [column[0] for column in result.description]
            found += [_comparable(zip(names, row, strict=True)) for row in result.fetchall()]
    return found


def _comparable(row: zip) -> Row:
    held: Row = {}
    for name, value in row:
        if value is None:
            continue
        if name == OTHER:
            held |= {_in_ascii(other): text for other, text in value.items()}
        elif name == "Tags":
            held[name] = "".join(value)
        else:
            held[name] = value
    return held


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "surrogatepass")
    # What is no UTF-8 becomes what no XML holds, so that only its row is bad.
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _for_expat(text: str) -> bytes:
    """Replace references to what XML forbids by U+FFFD, as the loader promises."""
    text = _REFERENCE.sub(_allowed, text)
    # expat knows the names of XML's fourth edition, and lxml those of the fifth.
    return _VALUE_OR_ODD.sub(lambda found: _in_ascii(found[0]), text).encode()


def _in_ascii(text: str) -> str:
    if text[0] in "\"'<":
        return text
    named = _NAME_START.sub(lambda one: f"U{ord(one[0]):X}", text)
    return _NAME_LATER.sub(lambda one: f"-{ord(one[0]):X}", named)


def _allowed(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_allowed = code <= 0x10FFFF and not _FORBIDDEN.match(chr(code))
    return reference[0] if is_allowed else "\ufffd"


def _typed(row: dict[str, str], columns: frozenset[str]) -> Row:
    typed = {name: _value(name, text, name in columns) for name, text in row.items()}
    return {name: value for name, value in typed.items() if value is not None}


def _value(name: str, text: str, is_known: bool) -> object:  # noqa: FBT001
    if not is_known or name in TEXTS:
        return text
    if name == "Tags":
        return re.sub(r"\s*[<>|][<>|\s]*", "", text)
    if not text:
        return None
    if name in DATES:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
        return since // timedelta(milliseconds=1)
    if name in FLAG_COLUMNS:
        if text.lower() not in FLAGS:
            raise ValueError(text)
        return FLAGS[text.lower()]
    return int(text)
