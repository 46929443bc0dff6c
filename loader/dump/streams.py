"""Members of a .7z decoded in place, on all cores: what py7zr would do on one.

py7zr reads the archive's header. A packed stream of one common coder is then decoded here, straight
out of the archive; any other archive (several coders a stream, encrypted, odd) is left to py7zr.
"""

from __future__ import annotations

import lzma
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import py7zr

from loader.cores import n_cores
from loader.dump import bzip2
from loader.parse.chunks import pieces_between

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COPY, _LZMA, _LZMA2, _BZIP2 = b"\x00", b"\x03\x01\x01", b"\x21", b"\x04\x02\x02"
_PIECE_BYTES: Final = 1 << 20
_FILTERS: Final = {_LZMA: lzma.FILTER_LZMA1, _LZMA2: lzma.FILTER_LZMA2}


class PackedError(Exception):
    """A packed stream is not what the archive's header says."""


class ChecksumError(PackedError):
    """What came out is not what was packed."""


@dataclass(frozen=True)
class PackedMember:
    """A file in a stream: its name, its size, and its checksum (None where it has none)."""

    name: str
    n_bytes: int
    crc: int | None


@dataclass(frozen=True)
class Stream:
    """A packed stream of an archive: its coder, where it lies, and the files in it, in order."""

    method: bytes
    properties: bytes | None
    begin: int
    end: int
    members: tuple[PackedMember, ...]

    def pieces(self, path: Path) -> Iterator[bytes]:
        """Decode it.

        Raises
        ------
        PackedError
            When it is damaged.
        """
        packed = pieces_between(path, self.begin, self.end)
        if self.method == _COPY:
            yield from packed
        elif self.method == _BZIP2:
            yield from _bzip2(packed)
        else:
            yield from self._lzma(packed)

    def _lzma(self, packed: Iterator[bytes]) -> Iterator[bytes]:
        try:
            # py7zr reads the properties with the same function, for want of a public one.
            properties = lzma._decode_filter_properties(  # type: ignore[attr-defined]  # noqa: SLF001
                _FILTERS[self.method], self.properties or b""
            )
            decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties])
            for piece in packed:
                held = piece
                while not decoder.eof:
                    content = decoder.decompress(held, _PIECE_BYTES)
                    held = b""
                    if content:
                        yield content
                    elif decoder.needs_input:
                        break
        except lzma.LZMAError as error:
            raise PackedError(str(error) or "its LZMA stream is damaged") from error


def _bzip2(packed: Iterator[bytes]) -> Iterator[bytes]:
    workers = n_cores()
    executor = ThreadPoolExecutor(workers, "bzip2")
    try:
        yield from bzip2.decode(packed, executor, workers + 2)
    except bzip2.DamagedError as error:
        raise PackedError(str(error)) from error
    finally:
        executor.shutdown(cancel_futures=True)


def streams_of(path: Path, wanted: frozenset[str]) -> list[Stream] | None:
    """Return the streams that hold members, or None where py7zr is to decode them.

    Raises
    ------
    Exception
        Whatever py7zr raises for a header that it cannot read.
    """
    with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
        header = archive.header.main_streams
        if header is None or archive.needs_password() or header.packinfo.packpos:
            return None
        folders = header.unpackinfo.folders
        positions = [archive.afterheader + one for one in header.packinfo.packpositions]
        found, n_packed = [], 0
        for folder in folders:
            begin, n_packed = n_packed, n_packed + len(folder.packed_indices)
            files = [one for one in folder.files or () if not one.emptystream]
            members = tuple(
                PackedMember(one.filename, one.uncompressed, one.crc32) for one in files
            )
            if not wanted.intersection(one.name for one in members):
                continue
            (coder, *more) = folder.coders
            if more or coder["method"] not in (_COPY, _BZIP2, *_FILTERS):
                return None
            if sum(one.n_bytes for one in members) != folder.get_unpack_size():
                return None
            # The last member decides how much is decoded: what follows it is not looked at.
            last = max(i for i, one in enumerate(members) if one.name in wanted)
            found.append(
                Stream(
                    coder["method"],
                    coder["properties"],
                    positions[begin],
                    positions[begin + 1],
                    members[: last + 1],
                )
            )
    if found and found[-1].end > os.path.getsize(path):  # noqa: PTH202
        raise PackedError("a stream of it ends behind its end")
    return found


def members_of(stream: Stream, path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Decode a stream and cut it into its members.

    The pieces of a member end only when its checksum was right; they must be read before the next
    member is asked for.

    Raises
    ------
    PackedError
        While reading, when the stream is damaged.
    """
    decoded = stream.pieces(path)
    held = b""

    def content(member: PackedMember) -> Iterator[bytes]:
        nonlocal held
        crc, n_left = 0, member.n_bytes
        while n_left:
            if not held:
                held = next(decoded, b"")
                if not held:
                    raise PackedError(f"{member.name} is cut off")
            piece, held = held[:n_left], held[n_left:]
            n_left -= len(piece)
            crc = zlib.crc32(piece, crc)
            yield piece
        if member.crc is not None and crc != member.crc:
            raise ChecksumError(member.name)

    try:
        for member in stream.members:
            yield member.name, content(member)
    finally:
        decoded.close()  # type: ignore[attr-defined]
