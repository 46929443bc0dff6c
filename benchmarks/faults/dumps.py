"""Small dumps to damage: the first rows of real tables where they are, else of the sample's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import py7zr

from loader.schemas import BY_ROOT

if TYPE_CHECKING:
    import random

SITE: Final = "faults.example.com"
REAL: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "sites"
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16")
PACKINGS: Final = {
    "BZip2": [{"id": py7zr.FILTER_BZIP2}],
    "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 1}],
    "stored": [{"id": py7zr.FILTER_COPY}],
}
_ROW: Final = re.compile(r"<row\s[^<]*?/>")


def tables(scratch: Path) -> dict[str, list[str]]:
    """Rows of the eight tables, as written, by the table's root element."""
    found: dict[str, list[str]] = {root: [] for root in BY_ROOT}
    folders = [folder for folder in sorted(REAL.glob("*")) if (folder / "Badges.xml").is_file()]
    if not folders:
        from analyses.sample.writer import write_sample  # noqa: PLC0415 - only without real data

        folders = [scratch / "sample.stackstudy"]
        write_sample(folders[0], n_questions=300)
    for folder in folders:
        for path in folder.glob("*.xml"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                found[path.stem.lower()] += _ROW.findall(file.read(400_000))
    return found


def text_of(root: str, rows: list[str], rng: random.Random, *, quotes: bool = False) -> str:
    """Lay a table out in one of the official writer's forms.

    With `quotes` there are comments and processing instructions between the rows, which quote rows.
    """
    end = rng.choice(["\n", "\r\n"])
    comment = rng.choice(["", f"<!-- all of it, 2024 -->{end}"])
    attribute = ""
    if quotes:
        comment += rng.choice(["", "", "<?of 2024?>" * 40])
        attribute = rng.choice(["", "", ' of="2024"'])
    head = f'<?xml version="1.0" encoding="utf-8"?>{end}{comment}<{root}{attribute}>{end}'
    between = (_quoting(rows, rng) if quotes and rng.random() < 0.3 else "" for _ in rows)
    lines = (f"  {row}{end}{quote}" for row, quote in zip(rows, between, strict=True))
    return head + "".join(lines) + f"</{root}>"


def _quoting(rows: list[str], rng: random.Random) -> str:
    quoted = "\n".join(rng.choices(rows, k=rng.randrange(3)))
    if rng.random() < 0.3:
        return f"<?old {quoted.replace('?>', '')} ?>\n"
    return f"<!-- withdrawn: {re.sub('-(?=-)', '- ', quoted)} -->\n"


def pick(rows: list[str], n_rows: int, rng: random.Random) -> list[str]:
    """Take some neighbouring rows."""
    begin = rng.randrange(max(len(rows) - n_rows, 0) + 1)
    return rows[begin : begin + n_rows]


def pack(path: Path, files: dict[str, bytes], packing: str) -> None:
    """Write a solid archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with py7zr.SevenZipFile(path, "w", filters=PACKINGS[packing]) as archive:
        for name, content in files.items():
            archive.writestr(content, name)


def many(rows: list[str], n_rows: int) -> list[str]:
    """So many rows, each with an Id of its own."""
    numbered = (
        re.sub(r'\sId="-?\d+"', f' Id="{number}"', rows[number % len(rows)], count=1)
        for number in range(1, n_rows + 1)
    )
    return list(numbered)
