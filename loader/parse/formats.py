"""Recognition of files that are no tables of a dump, by name and first bytes, with the cure."""

from __future__ import annotations

import re
from typing import Final

BEGINNING_BYTES: Final = 512
"""Bytes of a file that suffice to recognize it."""

_SPLIT: Final = re.compile(
    r"(?P<whole>.*\.(?:7z|zip|gz|bz2|xz|zst|tar|xml))\.\d{2,3}", re.IGNORECASE | re.DOTALL
)
_UNFINISHED: Final = (".part", ".crdownload", ".download", ".partial")
_PACKED: Final = (".zip", ".gz", ".bz2", ".xz", ".zst", ".rar", ".tar", ".tgz")
_SUFFIXES: Final = {
    ".csv": "CSV, as the Data Explorer gives it",
    ".tsv": "TSV",
    ".json": "JSON",
    ".jsonl": "JSON",
    ".ndjson": "JSON",
    ".parquet": "Parquet",
    ".sql": "SQL",
    ".db": "a database",
    ".sqlite": "an SQLite database",
    ".xlsx": "a spreadsheet",
}
_SIGNATURES: Final = {
    b"version https://git-lfs": "is a git-lfs pointer, not the file itself; run `git lfs pull`",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive under another name; rename it to end in .7z",
    b"PK\x03\x04": "is a zip archive; unpack it first",
    b"\x1f\x8b": "is packed with gzip; unpack it first",
    b"BZh": "is packed with bzip2; unpack it first",
    b"\xfd7zXZ": "is packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; unpack it first",
    b"Rar!": "is a rar archive; unpack it first",
}
_FORMS: Final = {b"PAR1": "Parquet", b"SQLite format 3\0": "an SQLite database"}
_FIELD: Final = rb"\s*\"?[A-Za-z][\w ]*\"?\s*"
_HEADER: Final = re.compile(rb"(?:%b[,;])+%b(?:\r?\n|\Z)|(?:%b\t)+%b(?:\r?\n|\Z)" % ((_FIELD,) * 4))


def form_named(name: str) -> str | None:
    """Say by its name what an unsupported file is, and the cure.

    Returns
    -------
    str or None
        The text after the file's name in a message; None where the name tells nothing.
    """
    lower = name.lower()
    if (part := _part(name)) is not None:
        return part
    if lower.endswith(_PACKED):
        return "is packed; unpack it first"
    return next((_not_read(form) for end, form in _SUFFIXES.items() if lower.endswith(end)), None)


def form_signed(beginning: bytes) -> str | None:
    """Say by its first bytes what an unsupported file is, as `form_named` does."""
    for signature, reason in _SIGNATURES.items():
        if beginning.startswith(signature):
            return reason
    return next(
        (_not_read(form) for sign, form in _FORMS.items() if beginning.startswith(sign)), None
    )


def form_of(name: str, beginning: bytes) -> str | None:
    """Say what a file is that should be XML of a dump, as `form_named` does."""
    if (part := _part(name)) is not None:
        return part
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\0<")):
        return None
    found = form_signed(text) or form_named(name)
    if found is None and text.startswith((b"{", b"[")):
        return _not_read("JSON")
    if found is None and _HEADER.match(text):
        return _not_read("a table as text (CSV or TSV)")
    return found


def _part(name: str) -> str | None:
    """Say that a file is only a part of an archive."""
    if split := _SPLIT.fullmatch(name):
        whole = split["whole"].rsplit("/", 1)[-1]
        return f"is a part of a split archive; join the parts: cat {whole}.* > {whole}"
    if name.lower().endswith(_UNFINISHED):
        return "is not fetched to its end; `stackstudy fetch`, or what else began it, goes on"
    return None


def _not_read(form: str) -> str:
    return (
        f"is {form}, and what is read is the XML of a data dump; give its Posts.xml, or a site's"
        " .7z (`stackstudy fetch SITE` brings it)"
    )
