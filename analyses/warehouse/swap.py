"""The staging of a build: a database is built apart, and swapped in when it is whole."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

from analyses.warehouse.database import database_path
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE: Final = "dbt"
"""Folder in the data folder where dbt keeps its state and its log, in a folder per study."""

STAGING: Final = "building/"
"""Folder beside that state where a database is built. The file has its final name there already:
DuckDB names a database after its file, and the views in it say that name."""


def state_folder(data: Path, study: str) -> Path:
    """Folder of dbt's state for a study: a change of study would make dbt read all files anew."""
    return data / STATE / study


@contextmanager
def staged(data: Path, study: str) -> Iterator[int]:
    """Give a build its staging folder, and swap its database in when it is whole.

    Parameters
    ----------
    data : Path
        The data folder.
    study : str
        Name of the study that is built.

    Yields
    ------
    int
        A file that holds the study's state; a program that inherits it holds it as well, so that
        a build whose parent was killed is not disturbed by the next.

    Raises
    ------
    WarehouseError
        When the folder cannot be written, or another build of the study runs in it.
    """
    state = state_folder(data, study)
    folder = state / STAGING
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("w")
    except OSError as error:
        raise _not_writable(data, error) from error
    with lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise WarehouseError(
                    f"{data}: another build is running here; wait for it and try again"
                ) from error
        try:
            try:
                shutil.rmtree(folder, ignore_errors=True)  # of a build that was killed
                folder.mkdir()
                (state / "run_results.json").unlink(missing_ok=True)
            except OSError as error:
                raise _not_writable(data, error) from error
            yield lock.fileno()
            _swap_in(data, study, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _swap_in(data: Path, study: str, folder: Path) -> None:
    path = database_path(data, study)
    try:
        # The log of a database that was never closed: it must not be played into its successor.
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        (folder / path.name).replace(path)
    except OSError as error:
        raise _not_writable(data, error) from error


def _not_writable(data: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{data}: cannot be written ({error.strerror}); change the permissions of the folder and"
        f" of {STATE} in it, or name another folder with --data DIR"
    )
