"""From dumps to the store: find tables, load what is new, swap it in when all is whole."""

from __future__ import annotations

import errno
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.dump import archives, folders
from loader.dump.files import SourceFile, pieces_of
from loader.dump.nested import unpacked
from loader.errors import LoaderError, NotADumpError, StoreError
from loader.parts import plan_in
from loader.reporter import Reporter
from loader.store import Store
from loader.table import TableLoad, write_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loader.dump.sources import Source
    from loader.manifest import Manifest
    from loader.parse.quarantine import OnError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PIECES_AFTER_AN_ERROR: Final = 256


def load(  # noqa: PLR0913 - each is an option of the command
    paths: Sequence[Path | str],
    data: Path | str,
    *,
    site: str | None = None,
    force: bool = False,
    on_error: OnError = "stop",
    reporter: Reporter | None = None,
) -> list[Manifest]:
    """Load dumps into the Parquet store.

    Parameters
    ----------
    paths : sequence of Path
        Folders, .xml files and .7z archives.
    data : Path
        The data folder.
    site : str, optional
        Site of the dump, where its name does not say it.
    force : bool
        Load again what is loaded and unchanged.
    on_error : {"stop", "quarantine"}
        Whether a bad row ends the load, or is counted and kept beside the Parquet while the rest is
        loaded. A file that is cut off or is no table is an error in any case.
    reporter : Reporter, optional
        Is told of the progress.

    Returns
    -------
    list of Manifest
        The eight tables of each site of the dumps, as they are in the store now.

    Raises
    ------
    StackstudyError
        When something cannot be loaded. The store then holds what it held of that site before.
    """
    reporter = reporter or Reporter()
    dump = folders.find([Path(path) for path in paths], site)
    store = Store(Path(data).resolve())
    try:
        with store.writing(), unpacked(dump, store.nested, reporter) as dump:
            reporter.find(dump)
            for one in dump.sites:
                sources = [source for source in dump.sources if source.site == one]
                _SiteLoad(store, one, sources, reporter, on_error, force=force).run()
    except OSError as error:
        raise _unwritable(store, error) from error
    return [manifest for one in dump.sites for manifest in store.manifests(one)]


def _unwritable(store: Store, error: OSError) -> StoreError:
    reason = " ".join((error.strerror or str(error)).split())
    kept = store.n_staged_bytes()
    if error.errno not in _FULL or not kept:
        return StoreError(
            f"{error.filename or store.data}: cannot be written: {reason}; see that it has room and"
            " is yours to write, and load again"
        )
    return StoreError(
        f"{store.data}: cannot be written: {reason}; {kept:,} bytes are kept in its"
        " folder .loading: make room, and the same command goes on from there (with --force, or the"
        " load of another dump of the site, it begins by removing them)"
    )


class _SiteLoad:
    """The load of all sources of one site."""

    def __init__(  # noqa: PLR0913
        self,
        store: Store,
        site: str,
        sources: list[Source],
        reporter: Reporter,
        on_error: OnError,
        *,
        force: bool,
    ) -> None:
        self._store = store
        self._site = site
        self._sources = sources
        self._reporter = reporter
        self._on_error = on_error
        self._force = force
        self._files = {one.path: SourceFile.look(one.file) for one in sources}
        self._taken: dict[str, Source] = {}

    def run(self) -> None:
        self._check_others()
        new = [source for source in self._sources if self._force or not self._keep(source)]
        for name in schemas.TABLES:
            is_begun = name not in self._taken and self._is_begun(name, new)
            if self._force or not (name in self._taken or is_begun):
                self._store.discard(name, self._site)
        try:
            self._load(new)
        finally:
            for file in self._files.values():
                file.end_hash()
        if not self._taken:
            files = ", ".join(str(source.file) for source in self._sources)
            raise NotADumpError(f"{files}: no table of a dump in it; give a site's archive")
        for table in schemas.TABLES.values():
            if table.name not in self._taken and not self._store.holds(table.name, self._site):
                write_absent(self._store, table, self._site)
        self._tell_what_changes()
        self._store.commit(self._site)

    def _tell_what_changes(self) -> None:
        """Report which tables are replaced, and which stay from another dump."""
        replaced, staying = [], []
        for table in schemas.TABLES:
            old = self._store.manifest(table, self._site)
            if old is None or old.state != "finished":
                continue
            new = self._store.staged_manifest(table, self._site)
            if new is None and table not in self._taken:
                staying.append(old)
            elif new is not None and new.source_sha256 != old.source_sha256:
                replaced.append((old, new))
        if replaced:
            self._reporter.replace(replaced)
        if staying and self._taken:
            self._reporter.stay(staying)

    def _check_others(self) -> None:
        """Refuse to add tables to a site whose other tables cannot be read."""
        given = {source.table for source in self._sources}
        for table in schemas.TABLES if None not in given else ():
            if table not in given:
                self._store.holds(table, self._site)

    def _is_begun(self, table: str, new: list[Source]) -> bool:
        """Whether a load of one of these sources was broken off in the middle of a table."""
        plan = plan_in(self._store.staging(table, self._site)) or {}
        begun = (plan.get("source_file"), plan.get("source_member"))
        return begun in {(str(source.file), source.member) for source in new}

    def _load(self, new: list[Source]) -> None:
        for source in new:
            if source.member is None:
                self._load_source(source, pieces_of(source.path))
        for path in dict.fromkeys(source.path for source in new if source.member is not None):
            members = {
                source.packed_name or source.member or "": source
                for source in new
                if source.path == path
            }
            with archives.streams(path, list(members)) as streams:
                for name, pieces in streams:
                    self._load_source(members[name], pieces)
                    for _ in pieces:  # of a member that is left out
                        pass

    def _load_source(self, source: Source, pieces: Iterator[bytes]) -> None:
        try:
            load = TableLoad(source, self._files[source.path], pieces)
            self._take(load.table.name, source)
            self._reporter.begin(source, load.table.name)
            load.run(self._store, self._reporter, self._on_error)
            self._reporter.end(source, load.table.name)
        except LoaderError as error:
            # A damaged archive is reported as such, and not by the row that it damages.
            for _ in islice(pieces, _PIECES_AFTER_AN_ERROR):
                pass
            if source.is_claimed or not isinstance(error, NotADumpError):
                raise
            self._reporter.leave_out(str(error))

    def _keep(self, source: Source) -> bool:
        """Whether the store holds the table already, from this source."""
        for table in schemas.TABLES if source.table is None else (source.table,):
            staged = self._store.staged_manifest(table, self._site)
            for manifest in (staged, self._store.manifest(table, self._site)):
                if manifest is not None and self._is_of(manifest, source):
                    if manifest is not staged:
                        self._store.discard(table, self._site)
                    self._take(table, source)
                    self._reporter.keep(source, manifest)
                    return True
        return False

    def _is_of(self, manifest: Manifest, source: Source) -> bool:
        file = self._files[source.path]
        if manifest.source_member != source.member or manifest.source_bytes != file.n_bytes:
            return False
        if (manifest.source_file, manifest.source_modified_at) == (
            str(file.path),
            file.modified_at,
        ):
            return True
        self._reporter.compare(source)
        return file.compare(manifest.source_sha256, self._reporter.prepare)

    def _take(self, table: str, source: Source) -> None:
        source = replace(source, table=table)
        folders.check_twice(source, self._taken.setdefault(table, source))
