"""Writing files so that a reader finds the old one or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from loader.errors import WarehouseError


def replace_file(path: Path, content: bytes, cure: str = "file with --output") -> None:
    """Write beside the file, then put it in its place in one step; leave nothing else behind.

    Parameters
    ----------
    path : Path
    content : bytes
    cure : str
        What of the command line names another place.

    Raises
    ------
    WarehouseError
        When it cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "wb", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"{path}: the report cannot be written: {error.strerror or error}; name another {cure}"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
