"""Writing files: those of the report whole or not at all, and CSV for programs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from loader.errors import WarehouseError
from loader.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def write_records(path: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV for programs: UTF-8, a line feed at the end of each line, None as empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def replace_file(path: Path, content: bytes, cure: str) -> None:
    """Write a file whole or not at all, and make its folder if there is none.

    Parameters
    ----------
    cure : str
        The option that names another place, such as "file with --output".

    Raises
    ------
    WarehouseError
        When the file cannot be written; the previous one stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as staged:
            staged.write_bytes(content)
    except OSError as error:
        raise WarehouseError(
            f"{path}: cannot be written: {error.strerror or error}; name another {cure}"
        ) from error
