"""Writing a file of the report: in its place only when it is whole, and a word on what hinders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loader.errors import WarehouseError
from loader.files import written_whole

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, content: bytes, cure: str) -> None:
    """Write a file; its folder is made where it is not there.

    Parameters
    ----------
    path : Path
    content : bytes
    cure : str
        What of the command line names another place, as "file with --output".

    Raises
    ------
    WarehouseError
        When it cannot be written; what was there before stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as staged:
            staged.write_bytes(content)
    except OSError as error:
        raise WarehouseError(
            f"{path}: cannot be written: {error.strerror or error}; name another {cure}"
        ) from error
