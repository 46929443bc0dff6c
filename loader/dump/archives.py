"""Members of a .7z archive as streams: decoded in a thread, never unpacked to disk.

py7zr reads the archive's header, and decodes uncommon compressions. BZip2, LZMA and LZMA2 are
decoded here, straight from the archive, BZip2 on all cores. They are decoded piece by piece, so
that memory does not grow with the unpacked size.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import zlib
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import indexed_bzip2
import py7zr
import py7zr.exceptions

from loader.ahead import Ahead
from loader.cores import n_cores
from loader.errors import ArchiveError
from loader.parse.chunks import pieces_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SIGNATURE: Final = b"7z\xbc\xaf\x27\x1c"

_COPY, _BZIP2, _PPMD = b"\x00", b"\x04\x02\x02", b"\x03\x04\x01"
_LZMA: Final = {b"\x03\x01\x01": lzma.FILTER_LZMA1, b"\x21": lzma.FILTER_LZMA2}
_PIECE_BYTES: Final = 1 << 20
_PIECES_AHEAD: Final = 16
_UNPACKED_BY_PACKED: Final = 40
"""Highest compression at which BZip2 is decoded on all cores; dumps are packed 4 to 7 to 1. A block
may unpack to 46 MB, and the parallel decoder holds some ten; denser streams are decoded on one
core."""


@dataclass(frozen=True)
class Member:
    """A file, folder or link in an archive.

    Attributes
    ----------
    name : str
        Its name in the archive.
    n_bytes : int
        Its size when unpacked.
    kind : {"file", "folder", "link"}
        Its kind.
    crc : int or None
        Its checksum, or None.
    """

    name: str
    n_bytes: int
    kind: str = "file"
    crc: int | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Its folders' names and its own, without the empty ones and dots of ``./a//b``."""
        names = self.name.replace("\\", "/").split("/")
        return tuple(one for one in names if one not in {"", "."})

    @property
    def is_hidden(self) -> bool:
        """Whether a part of its name begins with a dot."""
        return any(part.startswith(".") for part in self.parts)


def is_archive(path: Path) -> bool:
    """Whether a file begins with the signature of a .7z."""
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def members(path: Path) -> list[Member]:
    """List the members of an archive, in its order.

    Raises
    ------
    ArchiveError
        When it is damaged, encrypted, or holds a name that climbs out of its folder.
    """
    try:
        with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
            is_encrypted = archive.needs_password()
            found = [_member(one) for one in archive.files]
    except Exception as error:
        raise _damaged(path, error) from error
    if is_encrypted:
        raise _encrypted(path)
    for member in found:
        if member.name.startswith(("/", "\\")) or ".." in member.parts:
            raise ArchiveError(
                f"{path}: {member.name}: a name that climbs out of its folder;"
                " give an archive of a data dump"
            )
    for name, n_times in Counter(one.name for one in found if one.kind != "folder").items():
        if n_times > 1:
            raise ArchiveError(
                f"{path}: {name}: twice in the archive; unpack it, and load one of them"
            )
    return found


@contextmanager
def streams(path: Path, wanted: Sequence[str]) -> Iterator[Iterator[tuple[str, Iterator[bytes]]]]:
    """Decode members of an archive, in its order.

    Parameters
    ----------
    path : Path
        The archive.
    wanted : sequence of str
        Names of members.

    Yields
    ------
    iterator of (str, iterator of bytes)
        Name and pieces of each member. The pieces end only when the member's checksum is right.
        Read all pieces of a member before asking for the next.

    Raises
    ------
    ArchiveError
        While reading, when the archive is damaged.
    """
    with Ahead(_decode(path, frozenset(wanted)), _PIECES_AHEAD, "7z") as items:

        def each() -> Iterator[tuple[str, Iterator[bytes]]]:
            for item in items:
                assert isinstance(item, Member), "the member before was not read to its end"
                yield item.name, pieces()

        def pieces() -> Iterator[bytes]:
            while isinstance(piece := next(items, None), bytes):
                yield piece

        yield each()


def _member(file: py7zr.py7zr.ArchiveFile) -> Member:
    is_link = file.is_symlink or file.is_junction or file.is_socket
    kind = "folder" if file.is_directory else "link" if is_link else "file"
    return Member(file.filename, file.uncompressed, kind, file.crc32)


def _decode(path: Path, wanted: frozenset[str]) -> Iterator[Member | bytes | None]:
    """Yield each wanted member: itself, its pieces, and None."""
    try:
        with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
            packed = _packed(archive, path)
            full = {one.name for stream in packed for one in stream.members}
            for member in map(_member, archive.files):
                if member.name in wanted - full:
                    yield member
                    yield None
            for stream in packed:
                yield from stream.decode(wanted)
    except Exception as error:
        raise _damaged(path, error) from error


def _packed(archive: py7zr.SevenZipFile, path: Path) -> list[_Packed]:
    """Return the packed streams of an archive."""
    header = archive.header.main_streams
    found: list[_Packed] = []
    if header is None:
        return found
    begin = archive.afterheader + header.packinfo.packpos
    positions = [begin + one for one in header.packinfo.packpositions]
    n_before = 0
    for folder in header.unpackinfo.folders:
        files = [one for one in folder.files or () if not one.emptystream]
        begin, end = positions[n_before], positions[n_before + 1]
        n_before += len(folder.packed_indices)
        members = tuple(map(_member, files))
        found.append(_Packed(path, begin, end, folder.get_unpack_size(), members, folder))
    if positions[-1] > os.path.getsize(path):  # noqa: PTH202 - no more is read of it
        raise _PackedError("a stream of it ends behind its end")
    return found


class _PackedError(Exception):
    """A packed stream differs from the archive's header."""


class _ChecksumError(_PackedError):
    """The unpacked bytes differ from the packed ones."""


@dataclass(frozen=True)
class _Packed:
    """A packed stream: its place, unpacked size, files in order, and coders."""

    path: Path
    begin: int
    end: int
    n_bytes: int
    members: tuple[Member, ...]
    folder: Any

    def decode(self, wanted: frozenset[str]) -> Iterator[Member | bytes | None]:
        """Decode it up to the last wanted member."""
        left = [one for one in self.members if one.name in wanted]
        held = b""
        with closing(self._pieces()) as pieces:  # type: ignore[type-var]
            for member in self.members if left else ():
                if member is left[0]:
                    yield member
                crc, n_left = 0, member.n_bytes
                while n_left:
                    held = held or next(pieces, b"")
                    if not held:
                        raise _PackedError(f"{member.name} is cut off")
                    piece, held = held[:n_left], held[n_left:]
                    n_left -= len(piece)
                    crc = zlib.crc32(piece, crc)
                    if member is left[0]:
                        yield piece
                if member.crc is not None and crc != member.crc:
                    raise _ChecksumError(member.name)
                if member is left[0]:
                    yield None
                    del left[0]
                if not left:
                    return

    def _pieces(self) -> Iterator[bytes]:
        if any(coder["method"] == _PPMD for coder in self.folder.coders):
            # A damaged stream of it ends the process: https://codeberg.org/miurahr/pyppmd
            raise py7zr.exceptions.UnsupportedCompressionMethodError(None, "PPMd")
        coder, *more = self.folder.coders
        method = None if more else coder["method"]
        packed = pieces_between(self.path, self.begin, self.end)
        if method == _COPY:
            return packed
        if method == _BZIP2:
            ratio = self.n_bytes / max(self.end - self.begin, 1)
            if n_cores() == 1 or ratio > _UNPACKED_BY_PACKED:
                return _unpacked(packed, bz2.BZ2Decompressor())
            return self._bzip2()
        if method in _LZMA:
            # py7zr reads the properties with the same function; there is no public one.
            properties = lzma._decode_filter_properties(  # type: ignore[attr-defined]  # noqa: SLF001
                _LZMA[method], coder["properties"] or b""
            )
            return _unpacked(packed, lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties]))
        return self._otherwise()

    def _bzip2(self) -> Iterator[bytes]:
        """Decode BZip2 on all cores. A reader that is left open would abort the process."""
        with _Window(self.path, self.begin, self.end) as window:
            reader = indexed_bzip2.open(window, parallelization=n_cores())
            try:
                while piece := reader.read(_PIECE_BYTES):
                    yield piece
            finally:
                reader.close()

    def _otherwise(self) -> Iterator[bytes]:
        """Decode an uncommon compression with py7zr."""
        with self.path.open("rb") as file:
            file.seek(self.begin)
            decoder = self.folder.get_decompressor(self.end - self.begin, reset=True)
            n_left = self.n_bytes
            while n_left:
                at = file.tell()
                piece = decoder.decompress(file, min(n_left, _PIECE_BYTES))
                if not piece and file.tell() == at:
                    return
                n_left -= len(piece)
                yield bytes(piece)


def _unpacked(packed: Iterator[bytes], decoder: Any) -> Iterator[bytes]:
    """Decode with the standard library, which holds only the piece that is taken."""
    for piece in packed:
        held = piece
        while not decoder.eof:
            content = decoder.decompress(held, _PIECE_BYTES)
            held = b""
            if content:
                yield content
            elif decoder.needs_input:
                break


class _Window(io.RawIOBase):
    """A stretch of a file, as a file."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._begin = begin
        self._n_bytes = end - begin
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._n_bytes}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._begin + self._at)
        n_read = self._file.readinto(memoryview(buffer)[: max(self._n_bytes - self._at, 0)])
        self._at += n_read
        return n_read

    def close(self) -> None:
        self._file.close()
        super().close()


def _encrypted(path: Path) -> ArchiveError:
    return ArchiveError(f"{path}: is encrypted, which no dump is; unpack it first")


def _damaged(path: Path, error: Exception) -> ArchiveError:
    """Say in one line what is wrong with an archive.

    For a damaged one py7zr raises its own errors, those of its decoders, and any error that its
    header reader meets by trusting the counts it finds: no list of them would be complete.
    """
    if isinstance(error, py7zr.exceptions.PasswordRequired):
        return _encrypted(path)
    if isinstance(error, _ChecksumError):
        return ArchiveError(f"{path}: {error}: wrong checksum; it is damaged: get it again")
    if isinstance(error, py7zr.exceptions.UnsupportedCompressionMethodError):
        return ArchiveError(
            f"{path}: is packed in a way that is not read; unpack it with 7-Zip first"
        )
    reason = " ".join(str(error).split()) or type(error).__name__
    return ArchiveError(
        f"{path}: cannot be read as a 7z archive ({reason}); it is damaged or cut off: get it again"
    )
