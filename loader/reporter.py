"""How a load tells what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loader.dump.sources import Dump, Source
    from loader.manifest import Manifest


class Reporter:
    """Hears how a load goes on. This one keeps quiet; others override what they want to know."""

    def find(self, dump: Dump) -> None:
        """Hear what there is to load, and what is left out."""

    def leave_out(self, line: str) -> None:
        """Hear that a file is not loaded, and why."""

    def keep(self, source: Source, manifest: Manifest) -> None:
        """Hear that a table was loaded before and its source has not changed."""

    def unpack(self, name: str, n_bytes: int) -> None:
        """Hear that an archive inside of an archive is unpacked, before what is in it is found."""

    def compare(self, source: Source) -> None:
        """Hear that a file's hash is computed: it has another place or date than when loaded."""

    def prepare(self, n_bytes: int) -> None:
        """Hear how much was unpacked, or read to be compared, since the last time."""

    def resume(self, n_bytes: int, n_rows: int) -> None:
        """Hear what of the table an earlier load has left, which is not read again."""

    def begin(self, source: Source, table: str) -> None:
        """Hear that a table is being read."""

    def advance(self, n_bytes: int, n_rows: int) -> None:
        """Hear how much was read of it since the last time."""

    def end(self, source: Source, table: str) -> None:
        """Hear that the table is whole."""

    def replace(self, tables: list[tuple[Manifest, Manifest]]) -> None:
        """Hear which tables (old, new) are replaced by those of another source."""

    def stay(self, manifests: list[Manifest]) -> None:
        """Hear which tables of the site stay as they were: they are not in the dump."""
