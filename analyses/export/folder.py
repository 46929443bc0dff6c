"""The folder of an export: staged, and swapped in when it is whole."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader.errors import ExportError
from loader.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = "data_dictionary.csv"
"""The file by which a folder is known as an export; nothing else is ever replaced."""

_OTHER: Final = "name another folder with --output DIR"


@contextmanager
def export_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """Hand out a staging folder that takes the target's name when it is whole.

    Parameters
    ----------
    force : bool
        Whether an existing export is replaced.

    Raises
    ------
    ExportError
        When the target exists and may not be replaced, or cannot be written.
    """
    target = Path(target).absolute()
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ExportError(f"{target}: is not a folder; {_OTHER}")
    if target.exists() and any(target.iterdir()):
        if not (target / MARK).is_file():
            raise ExportError(f"{target}: holds something other than an export; {_OTHER}")
        if not force:
            raise ExportError(
                f"{target}: an export exists already; replace it with --force, or {_OTHER}"
            )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target) as staging:
            staging.mkdir()
            yield staging
    except OSError as error:
        raise ExportError(
            f"{target.parent}: cannot be written ({error.strerror}); change its permissions, or"
            f" {_OTHER}"
        ) from error
