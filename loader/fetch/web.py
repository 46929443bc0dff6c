"""HTTP: one session, and every way a request can fail said in one line."""

from __future__ import annotations

import errno
import json
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from requests import exceptions as failures

from loader.errors import FetchError
from loader.fetch.patience import Interrupted, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

TEMPORARY: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_TIMEOUTS: Final = (30.0, 60.0)
_LARGEST_PAGE: Final = 64 << 20
_PIECE_BYTES: Final = 1 << 20


class Web:
    """Asks servers; use as a context manager.

    Parameters
    ----------
    patience : Patience, optional
        For transfers of files.
    look_up : Patience, optional
        For lists and records, where a user waits for the answer.
    on_wait : callable, optional
        Hears what went wrong with a list or a record, and for how many seconds it waits.
    timeouts : tuple of float
        Seconds to wait for a connection, and for more bytes.
    """

    def __init__(
        self,
        patience: Patience | None = None,
        look_up: Patience | None = None,
        on_wait: Callable[[Interrupted, float], None] | None = None,
        timeouts: tuple[float, float] = _TIMEOUTS,
    ) -> None:
        self.patience = patience or Patience()
        self.look_up = look_up or Patience(tries=3)
        self.on_wait = on_wait or (lambda *_: None)
        self._timeouts = timeouts
        self._session = requests.Session()
        self._session.headers["User-Agent"] = _user_agent()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def open(
        self, url: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> requests.Response:
        """Ask once, and return the answer with its body still to come.

        Returns
        -------
        requests.Response
            With status 200, 206, 416, or one that says that the file is not to be had.

        Raises
        ------
        Interrupted
            When the server cannot be reached or is overloaded.
        FetchError
            When no further try can mend it.
        """
        try:
            response = self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                stream=True,
                timeout=self._timeouts,
                allow_redirects=True,
            )
        except (failures.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise _failure(url, error) from error
        if response.status_code in TEMPORARY:
            response.close()
            raise Interrupted(
                f"{host(url)}: answers {status(response)}", response.headers.get("Retry-After")
            )
        return response

    def page(self, url: str, params: Mapping[str, Any] | None = None) -> Page:
        """Fetch a small answer whole, with a few tries.

        Raises
        ------
        FetchError
            When it cannot be had.
        """
        asked = url if params is None else f"{url}?{urlencode(params, doseq=True)}"

        def attempt() -> Page:
            with self.open(asked) as response:
                body = bytearray()
                for piece in pieces(response):
                    body += piece
                    if len(body) > _LARGEST_PAGE:
                        raise FetchError(f"{asked}: no list of files: it is too large")
                encoding = response.encoding or "utf-8"
                kind = response.headers.get("Content-Type", "")
                return Page(response.url, response.status_code, kind, bytes(body), encoding)

        return self.look_up.run(attempt, self.on_wait)


class Page:
    """A small answer.

    Attributes
    ----------
    url : str
        Where it came from, after redirects.
    status : int
        HTTP status.
    kind : str
        Content type.
    body : bytes
        As it came.
    """

    def __init__(self, url: str, status: int, kind: str, body: bytes, encoding: str) -> None:
        self.url = url
        self.status = status
        self.kind = kind
        self.body = body
        self._encoding = encoding

    @property
    def text(self) -> str:
        """The body as text."""
        try:
            return self.body.decode(self._encoding, errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Read the body as JSON.

        Raises
        ------
        FetchError
            When it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise FetchError(
                f"{self.url}: answers with something else than JSON ({self.kind or 'no type'});"
                " try again later"
            ) from error


def pieces(response: requests.Response) -> Iterator[bytes]:
    """Read a body as it comes: what arrived before a break is not lost.

    Raises
    ------
    Interrupted
        When it breaks off.
    """
    unpack = "Content-Encoding" in response.headers
    try:
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=unpack):
            yield piece
    except (urllib3.exceptions.HTTPError, failures.RequestException, OSError) as error:
        raise Interrupted(f"{host(response.url)}: {_reason(error)}") from error


def host(url: str) -> str:
    """Name of a URL's server, for messages."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def status(response: requests.Response) -> str:
    """Return an answer's status in words: ``503 Service Unavailable``."""
    try:
        return f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
    except ValueError:
        return str(response.status_code)


def _failure(url: str, error: Exception) -> Exception:
    """Tell what another try may mend from what it cannot."""
    name = host(url)
    if isinstance(error, failures.SSLError):
        return FetchError(f"{name}: no safe connection: {_reason(error)}")
    if isinstance(error, failures.TooManyRedirects):
        return FetchError(f"{url}: leads from one address to the next without end")
    if isinstance(
        error, failures.ConnectionError | failures.Timeout | failures.ChunkedEncodingError
    ):
        return Interrupted(f"{name}: {_reason(error)}")
    return FetchError(f"{url}: cannot be asked for: {_one_line(error)}")


_REASONS: Final = (
    (urllib3.exceptions.NameResolutionError, "no such server, or no network"),
    (ConnectionRefusedError, "connection refused"),
    (urllib3.exceptions.ReadTimeoutError, "nothing more came"),
    (urllib3.exceptions.IncompleteRead, "broke off"),
    (ConnectionResetError, "broke off"),
    (BrokenPipeError, "broke off"),
)
"""What errors beneath a failed connection mean, the most telling first."""


def _reason(error: BaseException) -> str:
    """Say what lies beneath the layers of a failed connection."""
    chain = list(_beneath(error))
    for kind, words in _REASONS:
        if any(isinstance(one, kind) for one in chain):
            return words
    for one in chain:
        if isinstance(one, OSError) and one.errno in errno.errorcode and one.strerror:
            return one.strerror.lower()
    if any(isinstance(one, urllib3.exceptions.ConnectTimeoutError) for one in chain):
        return "cannot be reached: no answer"
    if isinstance(error, urllib3.exceptions.ProtocolError | failures.ConnectionError):
        return "broke off"
    return _one_line(chain[-1])


def _beneath(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    ahead: list[BaseException | None] = [error]
    while ahead:
        one = ahead.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        ahead += [arg for arg in (*one.args, getattr(one, "reason", None)) if _is_error(arg)]
        ahead += [one.__cause__, one.__context__]


def _is_error(thing: object) -> bool:
    return isinstance(thing, BaseException)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _user_agent() -> str:
    try:
        return f"stackstudy/{version('stackstudy')}"
    except PackageNotFoundError:
        return "stackstudy"
