"""Writing files and folders whole or not at all, and onto the disk."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a temporary path that replaces the target when the block ends.

    The block writes a file or a folder there. When the block raises, the temporary path is removed,
    and the target stays as it was. What a process that was killed left beside the target is put
    right first.

    Parameters
    ----------
    target : Path
        A file or a folder, in a folder that exists.

    Yields
    ------
    Path
        A hidden name beside the target's, with the same suffix. Nothing is there yet.
    """
    staged = target.with_name(f".{os.getpid()}-{target.name}")
    old = target.with_name(f".{os.getpid()}.old-{target.name}")
    try:
        _put_right(target)
        remove(staged)
        yield staged
        sync(staged)
        if target.is_dir():  # a folder cannot be renamed over another
            target.rename(old)
        try:
            staged.replace(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        remove(staged)
        remove(old)


def _put_right(target: Path) -> None:
    """Remove what a killed process left beside a target, or give back the target that it moved."""
    left = re.compile(rf"\.([0-9]+)(\.old)?-{re.escape(target.name)}")
    with suppress(OSError):  # a folder that can be written, but not listed
        for path in list(target.parent.iterdir()):
            found = left.fullmatch(path.name)
            if found is None or _is_running(int(found[1])):
                continue
            if found[2] and not target.exists():
                path.rename(target)
            else:
                remove(path)


def _is_running(process: int) -> bool:
    if os.name == "nt":  # to ask would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole or not at all; it is on disk on return."""
    with written_whole(path) as staged:
        text = json.dumps(content, indent=2, ensure_ascii=False)
        staged.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read JSON; return None where the file is absent or unreadable."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return
    with suppress(FileNotFoundError):
        path.unlink()


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
