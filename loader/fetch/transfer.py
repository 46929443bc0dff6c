"""One file from a server to its ``.part``, over as many requests as it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from loader.errors import FetchError
from loader.fetch.part import Note, write_all
from loader.fetch.patience import Interrupted
from loader.fetch.remote import human
from loader.fetch.web import host, pieces, status

if TYPE_CHECKING:
    import requests

    from loader.fetch.part import Part
    from loader.fetch.remote import RemoteFile
    from loader.fetch.reporter import FetchReporter
    from loader.fetch.web import Web

_RANGE: Final = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.IGNORECASE)
_NONE_OF: Final = re.compile(r"bytes\s+\*/(\d{1,18})", re.IGNORECASE)
PROGRESS_BYTES: Final = 256 << 10
"""What a try must bring to count as progress: less, and a server can keep us for ever."""


class Transfer:
    """Brings a file.

    Parameters
    ----------
    file : RemoteFile
        Where it is, and what its source publishes about it.
    part : Part
        Where it goes.
    web : Web
        Asks the server.
    reporter : FetchReporter
        Hears how it goes on.

    Attributes
    ----------
    n_bytes : int or None
        Size of the file: published by the source, or said by its server.
    is_resumed : bool
        Whether the part was put together from several goes, or is from an earlier fetch.
    """

    def __init__(self, file: RemoteFile, part: Part, web: Web, reporter: FetchReporter) -> None:
        self._file = file
        self._part = part
        self._web = web
        self._reporter = reporter
        self._serves_ranges = True
        self._most = part.n_bytes
        self._published = ":".join(file.strongest) if file.strongest else None
        self.n_bytes = file.n_bytes
        self.is_resumed = part.n_bytes > 0

    def run(self) -> None:
        """Bring the file, whole.

        Raises
        ------
        FetchError
            When its server does not have it, sends another size than published, or breaks off
            too often; or when the disk is full.
        KeyboardInterrupt
            When the user stops it: it says what becomes of what came.
        """
        self._reporter.begin(self._file, self.n_bytes, self._part.n_bytes)
        try:
            self._web.patience.run(self._try, self._reporter.wait, self._part.prospect)
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(self._part.prospect()) from stop

    def _try(self) -> None:
        """Ask for what is missing, once."""
        there = self._part.n_bytes
        if self.n_bytes is not None and there > self.n_bytes:
            self._begin_anew("what came is longer than the file")
            there = 0
        if there and there == self.n_bytes:
            return
        note = self._part.note
        headers = {"Accept-Encoding": "identity"}
        if there and self._serves_ranges and note is not None:
            if self._is_hash_known(note):
                headers["Range"] = f"bytes={there}-"
            elif note.validator is not None and self._may_be_of(note):
                headers |= {"Range": f"bytes={there}-", "If-Range": note.validator}
        with self._web.open(self._file.url, headers) as answer:
            self._refuse(answer)
            if answer.status_code == 416:
                self._take_nothing(answer, there)
            elif answer.status_code == 206:
                self._go_on(answer, there, note)
            else:
                self._begin(answer, there, note)

    def _is_hash_known(self, note: Note) -> bool:
        """Whether the source publishes the same hash as when the part began.

        Then the hash tells in the end whether the rest fits, and no header needs to: the servers
        of one source may name one file by different ETags, and nothing is lost to that.
        """
        return self._published is not None and note.published == self._published

    def _may_be_of(self, note: Note) -> bool:
        """Whether nothing says that the part is of another file."""
        return note.url == self._file.url and None in {note.published, self._published}

    def _refuse(self, answer: requests.Response) -> None:
        """Refuse answers that no further try makes better."""
        code = answer.status_code
        name = f"{self._file.url}: {status(answer)}"
        if code in {401, 403, 451}:
            raise FetchError(f"{name}: not public there; choose another --source")
        if code in {404, 410}:
            raise FetchError(f"{name}: no such file; `stackstudy fetch --list` shows what there is")
        if code not in {200, 206, 416}:
            raise FetchError(f"{name}: not an answer that brings a file; choose another --source")
        kind = answer.headers.get("Content-Type", "")
        if code != 416 and kind.lower().startswith("text/html"):
            raise FetchError(
                f"{self._file.url}: sends a page ({kind}) and not the file, as portals do, and"
                " sites under repair; what came is kept: try again later"
            )
        packed = answer.headers.get("Content-Encoding", "identity").lower()
        if packed != "identity":
            raise FetchError(
                f"{self._file.url}: comes packed once more (Content-Encoding: {packed}); choose"
                " another --source"
            )

    def _take_nothing(self, answer: requests.Response, there: int) -> None:
        """Read an answer that says that there is nothing after what came."""
        said = _NONE_OF.fullmatch(answer.headers.get("Content-Range", ""))
        if said is not None and int(said[1]) == there and self.n_bytes in {None, there}:
            self.n_bytes = there
            return
        self._ask_otherwise("has another size now")

    def _go_on(self, answer: requests.Response, there: int, note: Note | None) -> None:
        """Take the rest of the file."""
        said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None or note is None or int(said[1]) != there:
            self._ask_otherwise("sends another range than was asked for")
        total = int(said[2]) + 1 if said[3] == "*" else int(said[3])
        if total <= there or int(said[2]) >= total or self.n_bytes not in {None, total}:
            self._ask_otherwise("has another size now")
        etag = answer.headers.get("ETag", note.etag)
        changed = answer.headers.get("Last-Modified", note.last_modified)
        # One ETag is one file, whatever its date; without it there is the date only.
        is_same = etag == note.etag and (etag is not None or changed == note.last_modified)
        if not is_same and not self._is_hash_known(note):
            self._ask_otherwise("has another file now")
        self.n_bytes = total
        self.is_resumed = True
        self._reporter.learn(total)
        self._take(answer, note)

    def _begin(self, answer: requests.Response, there: int, note: Note | None) -> None:
        """Take an answer that begins at the beginning, whether that was asked for or not."""
        length = answer.headers.get("Content-Length", "")
        size = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
        if size is not None:
            self._check_size(size, answer)
        if self._file.n_bytes is None:
            self.n_bytes = size
        if self.n_bytes is not None:
            self._reporter.learn(self.n_bytes)
        if note is not None and 0 < there <= (self.n_bytes or 0) and self._is_of(answer, note):
            self.is_resumed = True
            self._take(answer, note, n_known=there)
            return
        if there:
            self._begin_anew("has another file now, or does not say which")
        self._take(answer, self._noted(answer))

    def _is_of(self, answer: requests.Response, note: Note) -> bool:
        """Whether an answer brings from its beginning the file that the part is of."""
        if self._is_hash_known(note):
            return True
        etag = answer.headers.get("ETag")
        return etag is not None and etag == note.etag == note.validator and self._may_be_of(note)

    def _check_size(self, size: int, answer: requests.Response) -> None:
        """Refuse another size than published; what came before is not to blame, and stays."""
        if self._file.n_bytes is not None and size != self._file.n_bytes:
            kind = answer.headers.get("Content-Type", "no type")
            raise FetchError(
                f"{self._file.url}: has {size:,} bytes ({kind}), and {self._file.n_bytes:,} are"
                " published: not the file; try again later, or choose another --source"
            )

    def _take(self, answer: requests.Response, note: Note, n_known: int = 0) -> None:
        """Write a body to the part as it comes, passing over the bytes that came before."""
        there = self._part.n_bytes
        try:
            with self._part.writing(note) as file:
                for piece in pieces(answer):
                    new = piece[n_known:]
                    n_known -= len(piece) - len(new)
                    there += len(new)
                    if self.n_bytes is not None and there > self.n_bytes:
                        break
                    write_all(file, new)
                    self._reporter.advance(len(new))
        except Interrupted as stop:
            raise Interrupted(f"{self._file.name}: {stop}", made_progress=self._got_on()) from stop
        if self.n_bytes is not None and there > self.n_bytes:
            self._part.discard()
            raise FetchError(
                f"{self._file.url}: sends more than the {self.n_bytes:,} bytes it should have: not"
                " the file; try again later, or choose another --source"
            )
        if self.n_bytes is not None and there < self.n_bytes:
            raise Interrupted(
                f"{self._file.name}: {host(answer.url)}: ended at {human(there)} of"
                f" {human(self.n_bytes)}",
                made_progress=self._got_on(),
            )

    def _got_on(self) -> bool:
        """Whether more came than ever before."""
        there, before = self._part.n_bytes, self._most
        self._most = max(there, before)
        return there - before >= PROGRESS_BYTES

    def _noted(self, answer: requests.Response) -> Note:
        etag, changed = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        return Note(self._file.url, etag, changed, self.n_bytes, self._published)

    def _begin_anew(self, why: str) -> None:
        self._part.discard()
        self.is_resumed = False
        self._reporter.restart(f"{host(self._file.url)} {why}")

    def _ask_otherwise(self, why: str) -> NoReturn:
        """Trust the server's ranges no more, and ask for all: that answer judges what came."""
        self._serves_ranges = False
        raise Interrupted(f"{self._file.name}: {host(self._file.url)} {why}")
