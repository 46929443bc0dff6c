"""HTTP requests with bounds on time and size, and one line for each failure."""

from __future__ import annotations

import json
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from queue import Empty
from socket import gaierror
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError
from urllib3.util.retry import Retry

from loader.ahead import Ahead
from loader.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

T = TypeVar("T")

_TEMPORARY: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_MOST_REDIRECTS: Final = 20
_PIECE_BYTES: Final = 1 << 20
_PIECES_AHEAD: Final = 8


@dataclass(frozen=True)
class Limits:
    """Bounds on a server's answers: seconds of waiting, and bytes."""

    connect: float = 30
    answer: float = 60  # for an answer's headers, connection included
    period: float = 60  # in each of which a body must bring
    least_bytes: int = 64 << 10  # so much
    page: float = 120  # for all of a list
    page_bytes: int = 16 << 20
    tries: int = 8  # fruitless ones in a row, for a file
    page_tries: int = 3
    backoff: float = 1  # before the second fruitless try; doubled with each, to two minutes
    longest_wait: float = 3600  # if a server asks for more, the user comes back later


class Interrupted(Exception):  # noqa: N818 - not an error yet: it is tried again
    """A try failed, and a retry may succeed."""

    def __init__(self, why: str, wait: str | None = None, *, got_on: bool = False) -> None:
        super().__init__(why)
        self.wait = wait  # the server's Retry-After: seconds or a date
        self.got_on = got_on  # whether this try brought new bytes


class Web:
    """Asks servers; `on_wait` is told of a failure, and of the seconds before the next try."""

    def __init__(
        self,
        on_wait: Callable[[Interrupted, float], None] = lambda *_: None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._on_wait = on_wait
        self._limits = limits or Limits()
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = "identity"
        with suppress(PackageNotFoundError):
            self._session.headers["User-Agent"] = f"stackstudy/{version('stackstudy')}"

    def ask(self, url: str, method: str = "GET", **headers: str) -> Answer:
        """Ask once, and return the answer before its body is read."""
        asked = url
        for _ in range(_MOST_REDIRECTS):
            answer = Answer(self._session, method, asked, headers, self._limits)
            if answer.status not in _TEMPORARY and answer.target is None:
                return answer
            answer.close()
            if answer.target is None:
                wait = answer.headers.get("Retry-After")
                raise Interrupted(f"{host(asked)}: answers {answer.reason}", wait)
            before, asked = asked, urljoin(asked, answer.target)
            if before.startswith("https:") and asked.startswith("http:"):
                raise FetchError(
                    f"{before}: leads to {asked}, which is not encrypted; choose another --source"
                )
        raise FetchError(f"{url}: leads from one address to the next without end")

    def head(self, url: str) -> Answer:
        """Ask about a file, with a few tries."""
        return self.retrying(lambda: self.ask(url, "HEAD"), tries=self._limits.page_tries)

    def page(self, url: str) -> Page:
        """Fetch a small answer whole, with a few tries."""

        def attempt() -> Page:
            end = time.monotonic() + self._limits.page
            body = bytearray()
            with self.ask(url) as answer:
                for piece in answer.pieces(end):
                    body += piece
                    if len(body) > self._limits.page_bytes:
                        raise FetchError(f"{url}: no list of files: it is too large")
                kind = answer.headers.get("Content-Type", "no type")
                return Page(answer.url, answer.status, kind, bytes(body))

        return self.retrying(attempt, tries=self._limits.page_tries)

    def retrying(
        self,
        attempt: Callable[[], T],
        cure: Callable[[], str] = lambda: "try again later",
        tries: int | None = None,
    ) -> T:
        """Try until it works, with exponential backoff, or after what a Retry-After asks for.

        Tries count from the last one with progress, so that a long transfer over a bad line goes on
        while it progresses. `cure` is the advice to the user after the last try.
        """
        limits = self._limits
        tries = tries or limits.tries
        fresh = retry = Retry(
            tries - 1,
            backoff_factor=limits.backoff,
            backoff_jitter=limits.backoff,
            retry_after_max=10**9,
        )
        while True:
            try:
                return attempt()
            except Interrupted as stop:
                try:
                    retry = (fresh if stop.got_on else retry).increment("GET", error=stop)
                except MaxRetryError:
                    raise FetchError(f"{stop}; gave up after {tries} tries; {cure()}") from stop
                seconds = max(limits.backoff, retry.get_backoff_time())
                if stop.wait is not None:
                    with suppress(InvalidHeader, ValueError, OverflowError):  # it cannot say when
                        seconds = retry.parse_retry_after(stop.wait)
                if seconds > limits.longest_wait:
                    hours = f"{seconds / 3600:,.1f} hours"
                    raise FetchError(f"{stop}; it asks to come back in {hours}; {cure()}") from stop
                self._on_wait(stop, seconds)
                self._sleep(seconds)


class Answer:
    """An answer: its `url`, `status`, `reason` ("404 Not Found"), `headers` and pieces.

    `target` is where a redirect leads to, `validator` what If-Range takes: a strong ETag, or a date
    where there is none (RFC 9110, 13.1.5).

    A thread reads it: a server may stall or trickle anywhere (in a look-up, a header, the length of
    a chunk), and no library's read can be given up in all of these places. The thread ends when the
    answer is closed, or with the headers.
    """

    def __init__(
        self,
        session: requests.Session,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limits: Limits,
    ) -> None:
        self.url = url
        self._limits = limits
        self._hang_up: Callable[[], None] = lambda: None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = session.prepare_request(requests.Request(method, url, named))
        items = self._read(session, request)
        self._items = Ahead(items, _PIECES_AHEAD, "answer", is_waited_for=False)
        response = self._next(limits.answer)
        if response is None:
            self.close()
            raise Interrupted(f"{host(url)}: no answer in {limits.answer:g} s")
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.target: str | None = session.get_redirect_target(response)
        etag = self.headers.get("ETag")
        is_weak = etag is not None and etag.startswith("W/")
        self.validator = None if is_weak else etag or self.headers.get("Last-Modified")
        self.reason = str(self.status)
        with suppress(ValueError):
            self.reason += f" {HTTPStatus(self.status).phrase}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading it."""
        self._items.close()
        with suppress(OSError, RuntimeError, ValueError):  # it came to its end
            self._hang_up()

    def pieces(self, until: float = float("inf")) -> Iterator[bytes]:
        """Return the body as it comes; bytes before an interruption are not lost."""
        seconds = self._limits.period
        end, n_bytes = min(time.monotonic() + seconds, until), 0
        while (piece := self._next(end - time.monotonic())) != b"":
            if piece is not None:
                n_bytes += len(piece)
                yield piece
            if (now := time.monotonic()) >= end:
                if n_bytes < self._limits.least_bytes or now >= until:
                    raise Interrupted(f"{host(self.url)}: only {n_bytes:,} bytes in {seconds:g} s")
                end, n_bytes = min(now + seconds, until), 0

    def _next(self, seconds: float) -> Any:
        """Return the next item; None where none comes within these seconds."""
        try:
            return self._items.next(max(seconds, 0))
        except Empty:
            return None
        except StopIteration:
            return b""
        except Exception as error:
            raise _failure(self.url, error) from error

    def _read(
        self, session: requests.Session, request: requests.PreparedRequest
    ) -> Iterator[requests.Response | bytes]:
        """Read, in the thread, the response and the pieces of its body.

        It asks the adapter, since the session would read the whole body of a redirect, however long
        it is.
        """
        timeouts = self._limits.connect, 3 * self._limits.period
        settings: Any = session.merge_environment_settings(
            self.url, {}, stream=True, verify=None, cert=None
        )
        adapter = session.get_adapter(self.url)
        with closing(adapter.send(request, timeout=timeouts, **settings)) as response:
            self._hang_up = response.raw.shutdown
            yield response
            while piece := response.raw.read1(_PIECE_BYTES):
                yield piece


@dataclass(frozen=True)
class Page:
    """A small answer: its URL, status, content type and body."""

    url: str
    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise FetchError(
                f"{self.url}: answers with something else than JSON ({self.kind}); try again later"
            ) from error


def host(url: str) -> str:
    """Return the name of a URL's server, for messages."""
    with suppress(ValueError):
        return urlsplit(url).netloc.rpartition("@")[2] or url
    return url


def _failure(url: str, error: Exception) -> Exception:
    """Say why a request failed, and whether a retry may succeed."""
    deepest: BaseException = error
    while (deeper := deepest.__cause__ or deepest.__context__) is not None:
        deepest = deeper
    said = " ".join(str(getattr(deepest, "strerror", None) or deepest).split())
    if isinstance(deepest, SSLCertVerificationError):
        return FetchError(f"{host(url)}: no safe connection: {deepest.verify_message}")
    if isinstance(error, ValueError):
        return FetchError(f"{url}: cannot be asked for: {said}")
    if not isinstance(error, OSError | HTTPError):
        return error
    if isinstance(deepest, gaierror):
        said = "no such server, or no network"
    elif isinstance(deepest, TimeoutError):
        said = "timed out"
    elif not isinstance(deepest, OSError) or deepest.errno is None:
        said = "broke off"
    return Interrupted(f"{host(url)}: {said.lower()}")
