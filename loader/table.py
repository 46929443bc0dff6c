"""The load of one table: from XML in any source to Parquet and manifest in a staging folder."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from loader.errors import LoaderError
from loader.manifest import SYNTHETIC_MARK, Manifest, loader_version, now
from loader.parse import splits, workers
from loader.parse.chunk_parser import ChunkParser
from loader.parse.chunks import Place
from loader.parse.prolog import read_opening, read_prolog, unknown_table
from loader.parse.reference_parser import TableText
from loader.parse.sanitizing import encoding_of, utf8_pieces
from loader.parse.workers import Workers
from loader.parts import MOST_PARTS, Parts, plan_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from loader.dump.files import SourceFile
    from loader.dump.sources import Source
    from loader.parse.quarantine import OnError
    from loader.reporter import Reporter
    from loader.schemas import Table
    from loader.store import Store

PLAN_FORMAT: Final = 2
SMALL_BYTES: Final = 64 << 20
"""Smaller sources are not resumed within the table: loading them again takes a second."""

_HEAD_BYTES: Final = 512


class TableLoad:
    """The load of one table from one source.

    Until `run` it reads no further than the root element, so that the table is known before
    anything is written.

    Parameters
    ----------
    source : Source
        Where the table comes from.
    file : SourceFile
        The file of the table, or the archive that holds it.
    pieces : iterator of bytes
        Its XML, as in the source.

    Raises
    ------
    NotADumpError
        When the root element names no table.
    """

    def __init__(self, source: Source, file: SourceFile, pieces: Iterator[bytes]) -> None:
        self._started_at = now()
        self._source = source
        self._file = file
        self._raw = pieces
        self._raw_head = b""
        self._n_bytes = 0
        self._n_told = 0
        self._text = utf8_pieces(self._counted(), source.name)
        self._prolog = read_prolog(self._text, source.name)
        if self._prolog.table is None:
            raise unknown_table(source.name, self._prolog.root)
        self.table: Table = self._prolog.table

    def run(self, store: Store, reporter: Reporter, on_error: OnError = "stop") -> None:
        """Write the whole table into the store's staging folder.

        When the source is at fault, nothing is left there. When anything else stops the load, the
        finished parts stay, and the next load of the same source goes on after them.

        Parameters
        ----------
        store : Store
            The store.
        reporter : Reporter
            Is told of the progress.
        on_error : {"stop", "quarantine"}
            Whether a bad row ends the load, or is kept apart from the table.

        Raises
        ------
        LoaderError
            When the source is cut off, or a row of it cannot be loaded.
        """
        folder = store.staging(self.table.name, self._source.site)
        try:
            self._write(folder, reporter, on_error).write(folder)
        except BaseException as error:
            if isinstance(error, LoaderError) or plan_in(folder) is None:
                store.discard(self.table.name, self._source.site)
            raise

    def _write(self, folder: Path, reporter: Reporter, on_error: OnError) -> Manifest:
        if self._file.n_bytes > SMALL_BYTES:
            self._file.begin_hash()
        facts, xml_bytes = self._load(folder, reporter, on_error)
        reporter.advance(xml_bytes - self._n_told, 0)
        sha256 = self._file.sha256
        self._file.check()  # after hashing, too: the hash must be of the content that was loaded
        comment = self._prolog.comment
        return Manifest(
            site=self._source.site,
            table=self.table.name,
            state="finished",
            started_at=self._started_at,
            finished_at=now(),
            source_file=str(self._file.path),
            source_member=self._source.member,
            source_bytes=self._file.n_bytes,
            source_modified_at=self._file.modified_at,
            source_sha256=sha256,
            source_comment=comment,
            xml_bytes=xml_bytes,
            is_synthetic=SYNTHETIC_MARK in (comment or ""),
            loader_version=loader_version(),
            **facts,
        )

    def _load(
        self, folder: Path, reporter: Reporter, on_error: OnError
    ) -> tuple[dict[str, Any], int]:
        """Write the parts; return the manifest's facts about them, and the bytes of XML read."""
        opening, behind = read_opening(self._prolog, self._text, self._source.name)
        text = chain([behind], self._text)
        begin = Place().after(opening)
        encoding, shift = encoding_of(self._raw_head, self._source.name)
        about = TableText(
            self.table,
            self._prolog.root,
            self._source.name,
            quarantines=on_error == "quarantine",
            shift=shift if encoding is None else None,
        )
        parser = ChunkParser(about)
        plan = self._plan(on_error)
        if self._source.member is None and encoding is None:
            cut = splits.cut(self._file, begin, shift, knows_lines=on_error == "quarantine")
        else:
            cut = []
        if len(cut) > 1:
            cut = self._as_before(folder, plan, cut)
            plan["splits"] = splits.to_plan(cut)
            parts = Parts(folder, self.table, plan)
            for note in parts.notes.values():
                self._n_told += note.size[0]
                reporter.resume(*note.size)
            Workers(parser, parts, self._tell_bytes(reporter)).by_splits(
                self._file.path, cut, shift
            )
            return parts.facts(), self._file.n_bytes
        n_bytes = max(self._source.n_bytes, self._file.n_bytes)
        parts = Parts(folder, self.table, plan if n_bytes > SMALL_BYTES else None)
        done = parts.behind(begin)
        # Its bytes are read again: an archive can only be decoded from its beginning.
        reporter.resume(0, sum(note.n_rows_read for note in parts.notes.values()))
        tell = self._teller(reporter)
        pieces = self._skip(text, done.offset - begin.offset, tell)
        stream = parser.chunks(pieces, done, counts_lines=True)
        part_bytes = max(workers.PART_BYTES, n_bytes // (MOST_PARTS - 4))
        Workers(parser, parts, tell).in_order(stream, part_bytes)
        return parts.facts(), self._n_bytes

    def _plan(self, on_error: OnError) -> dict[str, Any]:
        """Return what must be equal for an earlier load's parts to be used."""
        return {
            "format": PLAN_FORMAT,
            "loader_version": loader_version(),
            "columns": self.table.schema.to_string(),
            "on_error": on_error,
            "source_file": str(self._file.path),
            "source_member": self._source.member,
            "source_bytes": self._file.n_bytes,
            "source_modified_at": self._file.modified_at,
        }

    @staticmethod
    def _as_before(
        folder: Path, plan: dict[str, Any], cut: list[workers.Split]
    ) -> list[workers.Split]:
        """Use the splits of the interrupted load, which may have had another number of cores."""
        before = plan_in(folder) or {}
        found = before.pop("splits", None)
        return splits.from_plan(found) if found and before == plan else cut

    def _skip(
        self, text: Iterator[bytes], n_bytes: int, tell: Callable[[int, int], None]
    ) -> Iterator[bytes]:
        """Skip the text of earlier parts."""
        for piece in text:
            if n_bytes >= len(piece):
                n_bytes -= len(piece)
                tell(0, 0)
            else:
                yield piece[n_bytes:]
                n_bytes = 0

    def _teller(self, reporter: Reporter) -> Callable[[int, int], None]:
        """Report rows, and the bytes that were read from the source meanwhile."""

        def tell(_n_bytes: int, n_rows: int) -> None:
            n_new, self._n_told = self._n_bytes - self._n_told, self._n_bytes
            reporter.advance(n_new, n_rows)

        return tell

    def _tell_bytes(self, reporter: Reporter) -> Callable[[int, int], None]:
        """Report rows, and the bytes of their text."""

        def tell(n_bytes: int, n_rows: int) -> None:
            self._n_told += n_bytes
            reporter.advance(n_bytes, n_rows)

        return tell

    def _counted(self) -> Iterator[bytes]:
        for piece in self._raw:
            self._n_bytes += len(piece)
            if len(self._raw_head) < _HEAD_BYTES:
                self._raw_head += piece
            yield piece


def write_absent(store: Store, table: Table, site: str) -> None:
    """Write the empty folder of a table that a dump lacks, in staging."""
    started_at = now()
    folder = store.begin(table.name, site)
    manifest = Manifest(
        site=site,
        table=table.name,
        state="absent",
        started_at=started_at,
        finished_at=now(),
        loader_version=loader_version(),
        **Parts(folder, table, None).facts(),
    )
    manifest.write(folder)
