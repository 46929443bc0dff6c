"""What a load reports while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loader.dump.sources import Dump, Source
    from loader.manifest import Manifest


class Reporter:
    """Is told of a load's progress. This one ignores it; others override the methods they need."""

    def find(self, dump: Dump) -> None:
        """Take note of what there is to load, and what is left out."""

    def leave_out(self, line: str) -> None:
        """Take note that a file is not loaded, and why."""

    def keep(self, source: Source, manifest: Manifest) -> None:
        """Take note that a table was loaded before and its source has not changed."""

    def unpack(self, name: str, n_bytes: int) -> None:
        """Take note that an archive inside of an archive will be unpacked."""

    def compare(self, source: Source) -> None:
        """Take note that a file will be hashed: its place or date differs from the last load's."""

    def prepare(self, n_bytes: int) -> None:
        """Take note of bytes that were unpacked or hashed since the last call."""

    def resume(self, n_bytes: int, n_rows: int) -> None:
        """Take note of what an interrupted load has left of a table, and is not read again."""

    def begin(self, source: Source, table: str) -> None:
        """Take note that a table will be read."""

    def advance(self, n_bytes: int, n_rows: int) -> None:
        """Take note of bytes and rows that were read since the last call."""

    def end(self, source: Source, table: str) -> None:
        """Take note that the table is whole."""

    def replace(self, tables: list[tuple[Manifest, Manifest]]) -> None:
        """Take note of tables (old, new) that are replaced by those of another source."""

    def stay(self, manifests: list[Manifest]) -> None:
        """Take note of the site's tables that stay, since the dump lacks them."""
