"""Archives inside of archives: the inner one is unpacked to the data folder for the load.

A 7z archive lists its members at its end, so an inner one cannot be read as a stream. The file is
no larger than the outer archive says, is written only where there is room, and is removed at the
end of the load. An archive inside of an inner one is left out: no dump has that.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from loader.dump import archives, folders
from loader.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loader.dump.sources import Dump, Source
    from loader.reporter import Reporter


@contextmanager
def unpacked(dump: Dump, folder: Path, reporter: Reporter) -> Iterator[Dump]:
    """Unpack the archives inside of a dump's archives until the block ends.

    Parameters
    ----------
    dump : Dump
        The dump.
    folder : Path
        Where to unpack to; removed at the end, and at the beginning after a killed load.
    reporter : Reporter
        Is told of the progress.

    Yields
    ------
    Dump
        The dump with the inner archives' tables as sources.

    Raises
    ------
    LoaderError
        When an inner archive is damaged or no dump, there is no room for it, or it holds a table
        that is there already.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if not dump.nested:
        yield dump
        return
    whole = replace(dump, sources=list(dump.sources), left_out=list(dump.left_out), nested=[])
    try:
        folder.mkdir(parents=True)
        for number, nested in enumerate(dump.nested):
            _add(whole, nested, _place(folder, number), reporter)
        folders.check_tables(whole)
        yield whole
    except LoaderError as error:
        message = str(error)
        for number, nested in enumerate(dump.nested):
            message = message.replace(str(_place(folder, number)), nested.name)
        raise type(error)(message) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.7z"


def _add(dump: Dump, nested: Source, place: Path, reporter: Reporter) -> None:
    room = shutil.disk_usage(place.parent).free
    if room < nested.n_bytes:
        raise LoaderError(
            f"{nested.name}: an archive inside of an archive, for which the data folder lacks room"
            f" ({nested.n_bytes:,} bytes, and {room:,} are free); make room, or unpack it elsewhere"
        )
    reporter.unpack(nested.name, nested.n_bytes)
    with archives.streams(nested.path, [str(nested.member)]) as streams, place.open("wb") as file:
        for _, pieces in streams:
            for piece in pieces:
                file.write(piece)
                reporter.prepare(len(piece))
    inner = replace(dump, sources=[])
    folders.add_members(inner, place, nested.site, archives.members(place))
    dump.sources += [
        replace(
            source,
            origin=nested.path,
            member=f"{nested.member}/{source.member}",
            packed_name=source.member,
        )
        for source in inner.sources
    ]
