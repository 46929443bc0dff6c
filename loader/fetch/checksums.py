"""Lists of hashes, as ``sha256sum`` and its like write them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from loader.errors import FetchError
from loader.fetch.remote import STRENGTH, RemoteFile, Source

if TYPE_CHECKING:
    from pathlib import Path

    from loader.fetch.names import Wanted

_LENGTHS: Final = {
    hashlib.new(name, usedforsecurity=False).digest_size * 2: name for name in STRENGTH
}
_LINE: Final = re.compile(r"\\?([0-9a-fA-F]{32,128})(?:\s+\*?(\S(?:.*\S)?))?\s*")


def checksums(text: str) -> dict[str, dict[str, str]]:
    """Read a list of hashes as ``sha256sum`` and its like write it.

    Parameters
    ----------
    text : str
        Lines of digits and a name; a line of digits alone counts for the name ``""``.

    Returns
    -------
    dict
        Name of a file, without folders; algorithm (told by the number of digits); digits.
    """
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        parts = _LINE.fullmatch(line)
        if parts is None or len(parts[1]) not in _LENGTHS:
            continue
        name = re.split(r"[/\\]", parts[2] or "")[-1]
        found.setdefault(name, {})[_LENGTHS[len(parts[1])]] = parts[1].lower()
    return found


class WithChecksums:
    """A source whose files are also checked by hashes from elsewhere.

    Parameters
    ----------
    source : Source
        Where the files are.
    path : Path
        A list of hashes.

    Raises
    ------
    FetchError
        When there is no hash in it.
    """

    def __init__(self, source: Source, path: Path) -> None:
        self._source = source
        self._path = path
        try:
            self._sums = checksums(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise FetchError(f"{path}: cannot be read as a list of hashes: {error}") from error
        if not self._sums:
            raise FetchError(f"{path}: no hash in it; its lines are digits and a name")

    @property
    def label(self) -> str:
        """A name fit for a folder."""
        return self._source.label

    @property
    def title(self) -> str:
        """What messages call it."""
        return self._source.title

    def files(self) -> list[RemoteFile]:
        """List the archives, with the hashes there are for them."""
        return [self._with_hashes(file) for file in self._source.files()]

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the archives that make up what is wanted; each must have a hash in the list."""
        files = [self._with_hashes(file) for file in self._source.find(wanted)]
        for file in files:
            if file.name not in self._sums:
                raise FetchError(f"{self._path}: has no hash of {file.name}; leave out --checksums")
        return files

    def _with_hashes(self, file: RemoteFile) -> RemoteFile:
        return replace(file, hashes={**file.hashes, **self._sums.get(file.name, {})})
