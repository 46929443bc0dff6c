"""The database that is being built: aside, and in its place only when it is whole."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

from analyses.warehouse.database import DATABASE, database_path
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE: Final = "dbt"
"""Folder in the data folder where dbt keeps its state and its log."""

ASIDE: Final = f"{STATE}/building/"
"""Folder in the data folder where a database is built. The file has its final name there already:
DuckDB names a database after its file, and the views in it say that name."""


@contextmanager
def built_aside(data: Path) -> Iterator[int]:
    """Give a build the data folder to itself, and put its database in place when it is whole.

    Parameters
    ----------
    data : Path
        The data folder.

    Yields
    ------
    int
        A file that holds the folder; a program that inherits it holds the folder as well, so that
        a build whose parent was killed is not disturbed by the next.

    Raises
    ------
    WarehouseError
        When the folder cannot be written, or another build runs in it.
    """
    folder = data / ASIDE
    try:
        (data / STATE).mkdir(parents=True, exist_ok=True)
        lock = (data / STATE / "lock").open("w")
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
                (data / STATE / "run_results.json").unlink(missing_ok=True)
            except OSError as error:
                raise _not_writable(data, error) from error
            yield lock.fileno()
            _put_in_place(data)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(data: Path) -> None:
    path = database_path(data)
    try:
        # The log of a database that was never closed: it must not be played into its successor.
        path.with_name(f"{DATABASE}.wal").unlink(missing_ok=True)
        (data / ASIDE / DATABASE).replace(path)
    except OSError as error:
        raise _not_writable(data, error) from error


def _not_writable(data: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{data}: cannot be written ({error.strerror}); change the permissions of the folder and"
        f" of {STATE} in it, or name another folder with --data DIR"
    )
