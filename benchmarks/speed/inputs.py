"""What the contests are run on: large tables of real rows, or of sampled ones, that vary.

The rows are fewer than what is asked for, so they come again and again; but zstd, BZip2 and LZMA2
would find them again, as they find nothing in a dump. So in each round 30% of the words of each row
are exchanged for others of the same rows, by chance with a seed, and the posts of a round have ids
of their own, which its answers name. Packed, that is much like a dump:
4.5 to 4.7 to 1, where the archives of Stack Overflow are 5 to 5.5 to 1.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = ROOT.parent / "shared" / "data"
LARGEST_DICTIONARY: Final = "8m"
"""Smaller than a round of the real rows: LZMA2 must not find the round before."""

EXCHANGED: Final = 0.3
"""Share of the words of a row that are others in each round."""

_SEED: Final = 20190831
_WORD: Final = re.compile(rb"(?<![&#<;/\w])([A-Za-z]{3,})(?![\w;=])")
_ROW: Final = re.compile(rb"^\s*<row .*?/>\r?\n", re.MULTILINE)
_POST_IDS: Final = re.compile(rb'(?<= )((?:Id|ParentId|AcceptedAnswerId)=")(\d+)')
_ABSENT: Final = 2_000_000_000
"""Numbers from here on are of posts that are not there."""
_DATE: Final = re.compile(rb'(CreationDate=")[^"]*(")')
_FIRST_DATE: Final = datetime(2009, 1, 1)  # noqa: DTZ001 - UTC, which a dump does not say
_MINUTES_APART: Final = 5
_SAMPLE_QUESTIONS: Final = 20_000


@dataclass(frozen=True)
class Inputs:
    """Files on disk.

    Attributes
    ----------
    posts, votes : Path
        Plain tables.
    packed : Path
        Posts to be packed.
    origin : str
        Where their rows are from.
    """

    posts: Path
    votes: Path
    packed: Path
    origin: str


def make(folder: Path, posts_bytes: int, votes_bytes: int, packed_bytes: int) -> Inputs:
    """Write the plain tables, or find them as an earlier run wrote them."""
    origin = "real rows" if SHARED.is_dir() else "sampled rows (stackstudy sample)"
    return Inputs(
        make_table(folder, "Posts", posts_bytes),
        make_table(folder, "Votes", votes_bytes),
        make_table(folder, "Posts", packed_bytes),
        f"{origin}, {EXCHANGED:.0%} of their words exchanged",
    )


def make_table(folder: Path, name: str, n_bytes: int, *, is_real: bool | None = None) -> Path:
    """Write a table of a size, or find it; its rows are real where there are such."""
    folder.mkdir(parents=True, exist_ok=True)
    is_real = SHARED.is_dir() if is_real is None else is_real
    path = folder / f"{name}-varied-{n_bytes // 1_000_000}{'' if is_real else '-sample'}.xml"
    if not path.exists():
        rows = list(_real_rows(name) if is_real else _sampled_rows(folder, name))
        _write(path, name.lower(), rows, n_bytes)
    return path


def make_long(folder: Path, n_bytes: int) -> Path:
    """Write a table whose one post is so long."""
    path = folder / "Posts-long.xml"
    text = b"&lt;p&gt;long "
    body = text * (n_bytes // len(text))
    row = b'<row Id="1" PostTypeId="1" CreationDate="2019-01-01T00:00:00.000" Body="%b" />' % body
    path.write_bytes(b"<posts>\n%b\n</posts>" % row)
    return path


def pack(path: Path, method: str) -> Path:
    """Pack a table as .7z with 7zz."""
    packed = path.with_name(f"{path.stem}-{method}.7z")
    if not packed.exists():
        dictionary = f":d={LARGEST_DICTIONARY}" if method == "LZMA2" else ""
        unfinished = packed.with_suffix(".tmp")
        unfinished.unlink(missing_ok=True)
        command = [seven_zip(), "a", "-t7z", "-mx=5", f"-m0={method}{dictionary}"]
        subprocess.run([*command, unfinished, path], check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(packed)
    return packed


def seven_zip() -> str:
    """Return the path of 7zz.

    Raises
    ------
    SystemExit
        When it is not installed.
    """
    found = shutil.which("7zz")
    if found is None:
        raise SystemExit("bench: 7zz not found; install it (Debian: apt-get install 7zip)")
    return found


def _real_rows(name: str) -> Iterator[bytes]:
    files = sorted(SHARED.glob(f"sites/*/{name}.xml"))
    if name == "Posts":
        files.append(SHARED / "fse2020" / "Posts.xml")
    n_rows = 0
    for file in files:
        rows = list(_rows(file))
        yield from _numbered(rows, n_rows)
        n_rows += len(rows)


def _numbered(rows: list[bytes], n_before: int) -> Iterator[bytes]:
    """Return the rows of a file, numbered on from those before, wherever one names another."""
    ids = (_POST_IDS.search(row) for row in rows)
    numbers = {found[2]: n for n, found in enumerate(ids, n_before + 1) if found is not None}

    def number(found: re.Match[bytes]) -> bytes:
        return b"%b%d" % (found[1], numbers.get(found[2], _ABSENT))

    return (_POST_IDS.sub(number, row) for row in rows)


def _sampled_rows(folder: Path, name: str) -> Iterator[bytes]:
    dump = folder / "sample.stackstudy"
    if not dump.exists():
        command = [sys.executable, "-m", "stackstudy", "sample", str(dump)]
        subprocess.run([*command, "--questions", str(_SAMPLE_QUESTIONS)], check=True, cwd=ROOT)
    yield from _numbered(list(_rows(dump / f"{name}.xml")), 0)


def _rows(file: Path) -> Iterator[bytes]:
    for found in _ROW.finditer(file.read_bytes()):
        yield found[0].strip()


def _write(path: Path, root: str, rows: list[bytes], n_bytes: int) -> None:
    """Write the rows again and again, with ids that go on and words that vary."""
    unfinished = path.with_suffix(".tmp")
    n_written = n_rows = 0
    rng = random.Random(_SEED)
    cut = [_WORD.split(row) for row in rows]
    words = [word for row in cut for word in row[1::2]]
    with unfinished.open("wb") as file:
        file.write(
            b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<%b>\r\n' % root.encode()
        )
        while n_written < n_bytes:
            lines = []
            for n, parts in enumerate(cut, n_rows + 1):
                row = _later(b"".join(_varied(parts, words, rng)), n_rows)
                if root == "posts":  # in a dump dates ascend with the ids
                    date = _FIRST_DATE + timedelta(minutes=_MINUTES_APART * n)
                    text = date.isoformat(timespec="milliseconds").encode()
                    row = _DATE.sub(rb"\g<1>%b\g<2>" % text, row, count=1)
                lines.append(b"  %b\r\n" % row)
            n_written += file.write(b"".join(lines))
            n_rows += len(lines)
        file.write(b"</%b>" % root.encode())
    unfinished.rename(path)


def _later(row: bytes, n_rows: int) -> bytes:
    """Raise the numbers of posts in a row by so many."""
    return _POST_IDS.sub(
        lambda found: b"%b%d" % (found[1], min(int(found[2]) + n_rows, _ABSENT)), row
    )


def _varied(parts: list[bytes], words: list[bytes], rng: random.Random) -> list[bytes]:
    """Exchange some words of a row, which are every second of its parts."""
    n_words = len(parts) // 2
    n = round(EXCHANGED * n_words)
    varied = parts.copy()
    for place, word in zip(rng.sample(range(n_words), n), rng.choices(words, k=n), strict=True):
        varied[2 * place + 1] = word
    return varied
