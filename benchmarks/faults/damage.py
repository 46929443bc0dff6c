"""Damaged files: each gives the same tables, or one clear error; never fewer rows in silence."""

from __future__ import annotations

import hashlib
import re
import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import loader
from benchmarks.faults import dumps, oracle
from loader import table
from loader.dump import files as dump_files
from loader.errors import StackstudyError
from loader.parse import chunks, splits, workers
from loader.schemas import BY_ROOT, FIRST_FABRICATED_POST_ID
from loader.store import verify

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE: Final = 120
_ROW_START: Final = re.compile(rb"<row(?=[\s/>]|\Z)")
_NAME: Final = re.compile(r'\s([A-Za-z]+)="')
_DATE: Final = re.compile(r'"(\d{4}-\d\d-\d\dT[\d:.]+)"')
_QUOTE: Final = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ODD_DATES: Final = (
    "0000-01-01T00:00:00",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
    "9999-12-31T23:59:59.999",
    "2019-02-30T00:00:00",
)


class ViolationError(Exception):
    """Something that must never happen did."""


def damaged_xml(work: Path, tables: dict[str, list[str]], rng: random.Random) -> str:
    """Damage a byte of a plain file; with a whole XML left, expat says what the table must be."""
    root = rng.choice([name for name, found in tables.items() if found])
    written = dumps.pick(tables[root], rng.randrange(1, 60), rng)
    encoding = rng.choice(dumps.ENCODINGS)
    text = dumps.text_of(root, written, rng, quotes=rng.random() < 0.5)
    whole = text.encode(encoding)
    if rng.random() < 0.2:
        bad, at, what = _miswritten(text, encoding, rng)
    else:
        bad, at, what = _damaged(whole, rng)
    on_error = rng.choice(["stop", "quarantine"])
    kind = BY_ROOT[root]
    about = f"{root}, {encoding}, {what} at byte {at:,} of {len(whole):,}, --on-error {on_error}"
    if not _loads(_write(work, root, bad), work / "data", about, rng, on_error):
        return f"xml {what}: error"
    found = oracle.loaded(work / "data", kind.name, dumps.SITE)
    columns = frozenset(kind.attributes)
    try:
        right = oracle.expected(bad, columns)
    except oracle.NotReadableError as error:
        if on_error == "stop":
            raise ViolationError(f"{about}: loaded, but expat says: {error}") from None
        if _is_in_quote(text, len(whole[:at].decode(encoding, "ignore"))):
            return f"xml {what}: a comment damaged"  # what it quotes may be rows now
        right = oracle.expected(whole, columns)
        return _all_but_one(about, found, right, what)
    if on_error == "quarantine" and len(found) < len(right):
        return _all_but_one(about, found, right, what)
    _same(about, found, right)
    return f"xml {what}: as expat reads it"


def damaged_blocks(work: Path, tables: dict[str, list[str]], rng: random.Random) -> str:
    """Damage blocks of a plain file; a second reader accounts for every row that is left."""
    size = 1 << rng.choices(range(9, 21), weights=[8, 8, 8, 8, 6, 5, 4, 3, 2, 1, 1, 1])[0]
    size += rng.randrange(size)
    root = rng.choice([name for name, found in tables.items() if found])
    mean = sum(map(len, tables[root])) / len(tables[root])
    n_rows = int(rng.uniform(2, 5) * size / mean) + 3
    begin = rng.randrange(len(tables[root]))
    written = dumps.many(tables[root][begin:] + tables[root][:begin], n_rows)
    encoding = rng.choice(dumps.ENCODINGS)
    whole = dumps.text_of(root, written, rng).encode(encoding)
    bad, at, what = _blocks_damaged(whole, min(size, len(whole) // 2), rng)
    on_error = rng.choice(["stop", "quarantine", "quarantine"])
    kind = BY_ROOT[root]
    about = (
        f"{root}, {encoding}, {what} of {size:,} bytes at byte {at:,} of {len(whole):,},"
        f" --on-error {on_error}"
    )
    if not _loads(_write(work, root, bad), work / "data", about, rng, on_error):
        return f"xml {what}: error"
    account = oracle.account(bad, root, frozenset(kind.attributes))
    if on_error == "stop" and account.n_bad + account.n_odd:
        raise ViolationError(f"{about}: loaded, with {account.n_bad} bad rows in the file")
    right = [
        row
        for row in account.rows
        if int(row.get(kind.post_id_column or "", 0)) < FIRST_FABRICATED_POST_ID
    ]
    _same(about, oracle.loaded(work / "data", kind.name, dumps.SITE), right)
    rejected = oracle.rejected(work / "data", kind.name, dumps.SITE)
    n_rows_rejected = sum(bool(_ROW_START.match(xml)) for xml in rejected)
    if n_rows_rejected != account.n_bad:
        raise ViolationError(
            f"{about}: {n_rows_rejected} rows rejected, not {account.n_bad}: of"
            f" {account.n_starts} some are lost"
        )
    if account.n_odd and len(rejected) == n_rows_rejected:
        raise ViolationError(f"{about}: what stands between rows is lost")
    return f"xml {what}: every row accounted for"


def _write(work: Path, root: str, content: bytes) -> Path:
    path = work / dumps.SITE / f"{root}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _all_but_one(about: str, found: list[oracle.Row], right: list[oracle.Row], what: str) -> str:
    """Quarantine: one damaged place may cost one row, and changes no other."""
    if len(found) == len(right):  # the damaged row was readable
        n_other = sum(a != b for a, b in zip(found, right, strict=True))
        if n_other <= 1:
            return f"xml {what}: one row changed"
    for missing in range(len(right)):
        if found == right[:missing] + right[missing + 1 :]:
            return f"xml {what}: one row set aside"
    raise ViolationError(f"{about}: {len(found)} rows of {len(right)} after setting one row aside")


def damaged_archive(work: Path, tables: dict[str, list[str]], rng: random.Random) -> str:
    """Damage a solid archive; its checksums notice everything."""
    packing = rng.choice(list(dumps.PACKINGS))
    names = rng.sample([name for name, found in tables.items() if found], 3)
    picked = {name: dumps.pick(tables[name], rng.randrange(1, 40), rng) for name in names}
    files = {
        f"{name}.xml": dumps.text_of(name, written, rng, quotes=rng.random() < 0.3).encode()
        for name, written in picked.items()
    }
    path = work / f"{dumps.SITE}.7z"
    dumps.pack(path, files, packing)
    whole = path.read_bytes()
    if rng.random() < 0.3:
        size = min(1 << rng.randrange(9, 15), len(whole) // 2)
        bad, at, what = _blocks_damaged(whole, size, rng)
    else:
        bad, at, what = _damaged(whole, rng)
    path.write_bytes(bad)
    on_error = rng.choice(["stop", "quarantine"])
    about = f"{packing}, {what} at byte {at:,} of {len(whole):,}, --on-error {on_error}"
    if not _loads(path, work / "data", about, rng, on_error):
        return f"{packing} {what}: error"
    for name in names:
        kind = BY_ROOT[name]
        right = oracle.expected(files[f"{name}.xml"], frozenset(kind.attributes))
        _same(f"{about}: {name}", oracle.loaded(work / "data", kind.name, dumps.SITE), right)
    return f"{packing} {what}: same tables"


def _miswritten(text: str, encoding: str, rng: random.Random) -> tuple[bytes, int, str]:
    """Damage what XML allows and a row may not have: a name with a colon, a day that never was."""
    places = list(_NAME.finditer(text))
    dates = list(_DATE.finditer(text))
    if dates and rng.random() < 0.5:
        begin, end = rng.choice(dates).span(1)
        what, new = "odd date", rng.choice(_ODD_DATES)
    else:
        begin, end = rng.choice(places).span(1)
        begin = rng.randrange(begin, end)
        what, new, end = "colon in a name", ":", begin + rng.randrange(2)
    bad = text[:begin] + new + text[end:]
    return bad.encode(encoding), len(text[:begin].encode(encoding)), what


def _is_in_quote(text: str, position: int) -> bool:
    return any(one.start() <= position <= one.end() for one in _QUOTE.finditer(text))


def _damaged(whole: bytes, rng: random.Random) -> tuple[bytes, int, str]:
    at = rng.randrange(len(whole))
    how = rng.choice(["cut off", "bit flipped", "byte changed", "byte gone", "byte doubled"])
    bad = bytearray(whole)
    if how == "cut off":
        del bad[at:]
    elif how == "bit flipped":
        bad[at] ^= 1 << rng.randrange(8)
    elif how == "byte changed":
        bad[at] = (bad[at] + rng.randrange(1, 256)) % 256
    elif how == "byte gone":
        del bad[at]
    else:
        bad.insert(at, bad[at])
    return bytes(bad), at, how


def _blocks_damaged(whole: bytes, size: int, rng: random.Random) -> tuple[bytes, int, str]:
    """Damage as disks and broken copies do it: whole blocks."""
    at = rng.randrange(len(whole) - size)
    how = rng.choice(["hole", "hole", "run of equal bytes", "blocks swapped", "block doubled"])
    block = whole[at : at + size]
    if how == "hole":
        bad = whole[:at] + bytes(size) + whole[at + size :]
    elif how == "run of equal bytes":
        run = rng.choice([b"\xff", b"\x20", b"A", b"\x01", b"\x7f", b'"', b"<", b">", b"/"])
        bad = whole[:at] + run * size + whole[at + size :]
    elif how == "block doubled":
        bad = whole[: at + size] + block + whole[at + size :]
    else:
        other = rng.randrange(len(whole) - size)
        first, second = sorted((at, other))
        second = max(second, first + size)
        bad = (
            whole[:first]
            + whole[second : second + size]
            + whole[first + size : second]
            + whole[first : first + size]
            + whole[second + size :]
        )
        at = first
    return bad, at, how


def _loads(path: Path, data: Path, about: str, rng: random.Random, on_error: str) -> bool:
    """Whether a load ends well; an error must be one line with the file, and change nothing."""
    try:
        with _sizes(rng), _patience(about):
            loader.load([path], data, site=dumps.SITE, on_error=on_error)
    except StackstudyError as error:
        message = str(error)
        if "\n" in message or str(path) not in message:
            raise ViolationError(
                f"{about}: not one line that names the file: {message!r}"
            ) from error
        if visible(data):
            raise ViolationError(f"{about}: an error, and something in the store") from error
        return False
    except ViolationError:
        raise
    except Exception as error:
        raise ViolationError(f"{about}: {type(error).__name__}: {error}") from error
    wrong = verify(data, deep=True)
    if wrong:
        raise ViolationError(f"{about}: the store is not what its manifests say: {wrong[0]}")
    return True


def visible(data: Path) -> dict[str, str]:
    """Hash of every file that readers of a store see."""
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file() and ".loading" not in path.parts
    }


def _same(about: str, found: list[oracle.Row], right: list[oracle.Row]) -> None:
    if found == right:
        return
    if len(found) != len(right):
        raise ViolationError(f"{about}: {len(found)} rows, not {len(right)}")
    index, (one, other) = next(
        (i, pair) for i, pair in enumerate(zip(found, right, strict=True)) if pair[0] != pair[1]
    )
    differing = {
        name: (one.get(name), other.get(name))
        for name in one | other
        if one.get(name) != other.get(name)
    }
    raise ViolationError(f"{about}: row {index}: {str(differing)[:500]}")


@contextmanager
def _sizes(rng: random.Random) -> Iterator[None]:
    """Cut files into pieces and batches of random sizes, so that every seam is met."""
    with ExitStack() as stack:
        limits = {
            (dump_files, "PIECE_BYTES"): rng.choice([64, 1000, 128 << 10]),
            (chunks, "CHUNK_BYTES"): rng.choice([100, 3_000, 4 << 20]),
            (splits, "LEAST_BYTES"): rng.choice([500, 2_000, 16 << 20]),
            (workers, "PART_BYTES"): rng.choice([1_000, 512 << 20]),
            (table, "SMALL_BYTES"): rng.choice([0, 64 << 20]),
        }
        for (module, name), limit in limits.items():
            stack.enter_context(patch.object(module, name, limit))
        yield


@contextmanager
def _patience(about: str) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise ViolationError(f"{about}: no end after {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
