"""One table: its XML, from any source, to Parquet and manifest in a folder aside."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from loader.manifest import SYNTHETIC_MARK, Manifest, loader_version, now
from loader.parquet import TableWriter
from loader.prolog import read_prolog, unknown_table
from loader.rejects import Rejects, typed_or_rejected
from loader.rows import RowReader
from loader.text import Scrubber, utf8_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loader.archive import Source
    from loader.rejects import OnError
    from loader.reporter import Reporter
    from loader.schemas import Table
    from loader.source import SourceFile
    from loader.store import Store


class TableLoad:
    """The load of one table from one source.

    Until `run` it reads no further than the root element, so that the table is known before
    anything is written.

    Parameters
    ----------
    source : Source
        Where the table comes from.
    file : SourceFile
        The file that it is, or is in.
    pieces : iterator of bytes
        Its XML, as it is in the source.

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
        self._digest = hashlib.sha256() if source.member is None else None
        self._n_bytes = 0
        self._scrubber = Scrubber()
        self._text = self._clean()
        self._prolog = read_prolog(self._text, source.name)
        if self._prolog.table is None:
            raise unknown_table(source.name, self._prolog.root)
        self.table: Table = self._prolog.table

    def run(self, store: Store, reporter: Reporter, on_error: OnError = "stop") -> None:
        """Write the table aside in the store, whole; nothing is left there when it fails.

        Parameters
        ----------
        store : Store
            Where to.
        reporter : Reporter
            Hears how it goes on.
        on_error : {"stop", "quarantine"}
            Whether a bad row ends the load, or is set aside.

        Raises
        ------
        LoaderError
            When the source is cut off, or a row of it cannot be loaded.
        """
        folder = store.begin(self.table.name, self._source.site)
        try:
            self._write(folder, reporter, on_error).write(folder)
        except BaseException:
            store.discard(self.table.name, self._source.site)
            raise

    def _write(self, folder: Path, reporter: Reporter, on_error: OnError) -> Manifest:
        unknown: Counter[str] = Counter()
        n_told = 0
        with TableWriter(folder, self.table) as writer, Rejects(folder) as rejects:
            taker = rejects if on_error == "quarantine" else None
            reader = RowReader(self.table, self._prolog.root, self._source.name, taker)
            for batch in reader.batches(chain([self._prolog.text], self._text)):
                writer.write(typed_or_rejected(batch, self.table, unknown, taker))
                reporter.advance(self._n_bytes - n_told, len(batch.rows))
                n_told = self._n_bytes
        reporter.advance(self._n_bytes - n_told, 0)
        self._file.check()
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
            source_sha256=self._digest.hexdigest() if self._digest else self._file.sha256,
            source_comment=comment,
            xml_bytes=self._n_bytes,
            n_rejected_rows=rejects.n_rows,
            n_replaced_characters=self._scrubber.n_replaced,
            unknown_attributes=dict(sorted(unknown.items())),
            is_synthetic=SYNTHETIC_MARK in (comment or ""),
            loader_version=loader_version(),
            **writer.facts(),
        )

    def _clean(self) -> Iterator[bytes]:
        for piece in utf8_pieces(self._counted(), self._source.name):
            yield self._scrubber.feed(piece)
        yield self._scrubber.finish()

    def _counted(self) -> Iterator[bytes]:
        for piece in self._raw:
            self._n_bytes += len(piece)
            if self._digest is not None:
                self._digest.update(piece)
            yield piece


def write_absent(store: Store, table: Table, site: str) -> None:
    """Write the empty partition of a table that a dump lacks, aside in the store."""
    started_at = now()
    folder = store.begin(table.name, site)
    with TableWriter(folder, table) as writer:
        pass
    manifest = Manifest(
        site=site,
        table=table.name,
        state="absent",
        started_at=started_at,
        finished_at=now(),
        loader_version=loader_version(),
        **writer.facts(),
    )
    manifest.write(folder)
