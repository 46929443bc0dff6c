"""The folder of an export: written in staging, and in its place only when it is whole."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = "data_dictionary.csv"
"""The file by which a folder is known as an export; nothing else is ever replaced."""

_OTHER: Final = "name another folder with --output DIR"


@contextmanager
def written_whole(target: Path, *, force: bool) -> Iterator[Path]:
    """Hand out a staging folder that takes the target's name when it is whole.

    Parameters
    ----------
    target : Path
    force : bool
        Whether an export that is there already is replaced.

    Raises
    ------
    ExportError
        When there is something of that name that may not be replaced, or the folder cannot be
        written.
    """
    target = Path(target).absolute()
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ExportError(f"{target}: is no folder; {_OTHER}")
    if target.exists() and any(target.iterdir()):
        if not (target / MARK).is_file():
            raise ExportError(f"{target}: holds something that is no export; {_OTHER}")
        if not force:
            raise ExportError(
                f"{target}: an export is there already; replace it with --force, or {_OTHER}"
            )
    staging = target.with_name(f".{target.name}-{os.getpid()}")
    old = target.with_name(f"{staging.name}-old")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            staging.mkdir()
        except OSError as error:  # with the folder's name, not that of the staging folder
            raise ExportError(
                f"{target.parent}: cannot be written ({error.strerror}); change its permissions, or"
                f" {_OTHER}"
            ) from error
        yield staging
        if target.exists():
            target.rename(old)
        try:
            staging.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
