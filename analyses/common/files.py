"""Writing a file so that a reader finds the old one or the new one, never a part."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from loader.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, content: bytes, cure: str) -> None:
    """Write beside the file, then put it in its place in one step; leave nothing else behind.

    Parameters
    ----------
    path : Path
        Its folder is made where it is not there.
    content : bytes
    cure : str
        What of the command line names another place, as "file with --output".

    Raises
    ------
    WarehouseError
        When it cannot be written.
    """
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staging.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"{path}: cannot be written: {error.strerror or error}; name another {cure}"
        ) from error
    finally:
        with suppress(OSError):
            staging.unlink(missing_ok=True)
