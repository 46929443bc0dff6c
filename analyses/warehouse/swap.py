"""The staging of a build: a database is built apart, and swapped in when it is whole."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from analyses.warehouse.database import database_path
from loader.errors import WarehouseError
from loader.locks import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE: Final = "dbt"
"""Folder in the data folder where dbt keeps its state and its log, in a folder per study."""

STAGING: Final = "building/"
"""Folder beside that state where a database is built. The file has its final name there already:
DuckDB names a database after its file, and the views in it say that name."""


def state_folder(data: Path, study: str) -> Path:
    """Return the folder of dbt's state for a study; a shared one would make dbt parse all again."""
    return data / STATE / study


@contextmanager
def staged(data: Path, study: str, *, is_copy: bool = False) -> Iterator[int]:
    """Give a build its staging folder, and swap its database in when it is whole.

    Parameters
    ----------
    study : str
        Name of the study that is built.
    is_copy : bool
        Whether the build begins with a copy of the last database.

    Yields
    ------
    int
        The file of the lock; a program that inherits it holds the lock as well, so that the next
        build does not disturb one whose parent was killed.

    Raises
    ------
    WarehouseError
        When the folder cannot be written, or another build of the study runs in it.
    """
    state = state_folder(data, study)
    folder = state / STAGING
    busy = WarehouseError(f"{data}: another build is running here; wait for it and try again")
    with ExitStack() as stack:
        try:
            state.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(locked(state / "lock", busy))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)  # of a build that was killed
            folder.mkdir()
            if is_copy:
                path = database_path(data, study)
                shutil.copyfile(path, folder / path.name)
        except OSError as error:
            raise _not_writable(data, error) from error
        yield lock
        path = database_path(data, study)
        try:
            # The log of a database that was never closed must not be replayed into its successor.
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            (folder / path.name).replace(path)
        except OSError as error:
            raise _not_writable(data, error) from error


def _not_writable(data: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{data}: cannot be written ({error.strerror}); change the permissions of the folder and"
        f" of {STATE} in it, or name another folder with --data DIR"
    )
