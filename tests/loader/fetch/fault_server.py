"""A server on loopback that serves as it should or as it is told to, and notes what is asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Fault = Callable[["Handler", "Served"], None]


@dataclass
class Served:
    """A file: its bytes, its headers, and the faults that answer the next requests, one each."""

    body: bytes
    etag: str | None = '"one"'
    modified: str | None = formatdate(1_712_000_000, usegmt=True)
    kind: str = "application/x-7z-compressed"
    head_length: str | None = None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("Range")

    @property
    def if_range(self) -> str | None:
        return self.headers.get("If-Range")


class Handler(BaseHTTPRequestHandler):
    """Serves ranges as RFC 9110 says."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    server: Server

    def do_GET(self) -> None:
        self._serve(self.server.owner)

    do_HEAD = do_GET  # noqa: N815 - the name that the base class looks for

    def _serve(self, owner: FaultServer) -> None:
        owner.asked.append(Asked(self.command, self.path, dict(self.headers)))
        served = owner.files.get(self.path.partition("?")[0])
        if served is None:
            self.reply(404, b"no such file", {"Content-Type": "text/plain"})
        elif served.faults and self.command == "GET":
            served.faults.pop(0)(self, served)
        else:
            self.honest(served)

    def wanted_range(self, served: Served) -> int | None:
        """Where the range begins that is asked for, when If-Range lets it count."""
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if asked is None or (condition and condition not in {served.etag, served.modified}):
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def validators(self, served: Served) -> dict[str, str]:
        pairs = {"ETag": served.etag, "Last-Modified": served.modified}
        return {name: value for name, value in pairs.items() if value is not None}

    def honest(self, served: Served) -> None:
        start = self.wanted_range(served)
        headers = {"Content-Type": served.kind, **self.validators(served)}
        if self.command == "HEAD" and served.head_length is not None:
            self.reply(200, b"", {**headers, "Content-Length": served.head_length})
        elif start is None:
            self.reply(200, served.body, headers)
        elif start >= len(served.body):
            self.reply(416, b"", {"Content-Range": f"bytes */{len(served.body)}"})
        else:
            span = f"bytes {start}-{len(served.body) - 1}/{len(served.body)}"
            self.reply(206, served.body[start:], {**headers, "Content-Range": span})

    def reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.head(code, {"Content-Length": str(len(body)), **headers})
        if self.command != "HEAD":
            self.wfile.write(body)

    def head(self, code: int, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def hang_up(self, *, rudely: bool = False) -> None:
        """Close the connection; rudely: with a reset, as a server that dies does."""
        self.wfile.flush()
        if rudely:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: FaultServer

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that hangs up is part of the game


CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Key and certificate of 127.0.0.1, which nobody but a test that is told so trusts."""


class FaultServer:
    """Runs in a thread until it is closed."""

    def __init__(self, *, is_encrypted: bool = False) -> None:
        self.files: dict[str, Served] = {}
        self.asked: list[Asked] = []
        self.is_closed = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.owner = self
        self._scheme = "https" if is_encrypted else "http"
        if is_encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def serve(self, path: str, body: bytes, *faults: Fault, **headers: str | None) -> str:
        """Serve a file, and return its address."""
        self.files[path] = Served(body, faults=list(faults), **headers)
        return self.address + path

    def page(self, path: str, text: str, kind: str = "text/html; charset=utf-8") -> str:
        return self.serve(path, text.encode(), kind=kind, etag=None, modified=None)

    def gets(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path == path and one.method == "GET"]

    def close(self) -> None:
        self.is_closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def break_after(n_bytes: int, *, rudely: bool = False) -> Fault:
    """Promise all, send so many bytes, hang up."""

    def fault(handler: Handler, served: Served) -> None:
        start = handler.wanted_range(served) or 0
        rest = served.body[start:]
        headers = {"Content-Length": str(len(rest)), **handler.validators(served)}
        code = 200
        if start:
            code = 206
            headers["Content-Range"] = f"bytes {start}-{len(served.body) - 1}/{len(served.body)}"
        handler.head(code, headers)
        handler.wfile.write(rest[:n_bytes])
        handler.hang_up(rudely=rudely)

    return fault


def chunked(n_bytes: int | None = None, extra: bytes = b"") -> Fault:
    """Send without a length; break off after so many bytes, or add more than there is."""

    def fault(handler: Handler, served: Served) -> None:
        handler.head(200, {"Transfer-Encoding": "chunked", **handler.validators(served)})
        body = (served.body + extra)[:n_bytes]
        for at in range(0, len(body), 50_000):
            piece = body[at : at + 50_000]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if n_bytes is None:
            handler.wfile.write(b"0\r\n\r\n")
        else:
            handler.hang_up()

    return fault


def until_close(n_bytes: int | None = None) -> Fault:
    """Send without any length at all, and hang up: whole, or after so many bytes."""

    def fault(handler: Handler, served: Served) -> None:
        handler.head(200, {"Connection": "close", **handler.validators(served)})
        handler.wfile.write(served.body[:n_bytes])
        handler.hang_up()

    return fault


def answer(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with a status; underscores in names of headers are hyphens."""

    def fault(handler: Handler, served: Served) -> None:
        handler.reply(
            code, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    return fault


def ignore_range(handler: Handler, served: Served) -> None:
    """Send all with 200, whatever part was asked for."""
    handler.reply(200, served.body, handler.validators(served))


def ignore_range_and_break(n_bytes: int) -> Fault:
    """Begin to send all with 200, whatever part was asked for, and hang up."""

    def fault(handler: Handler, served: Served) -> None:
        handler.head(200, {"Content-Length": str(len(served.body)), **handler.validators(served)})
        handler.wfile.write(served.body[:n_bytes])
        handler.hang_up()

    return fault


def shift_range(handler: Handler, served: Served) -> None:
    """Send 206 with another part than was asked for."""
    start = max(0, (handler.wanted_range(served) or 0) - 1000)
    span = f"bytes {start}-{len(served.body) - 1}/{len(served.body)}"
    headers = {"Content-Range": span, **handler.validators(served)}
    handler.reply(206, served.body[start:], headers)


def say_range(text: str | None) -> Fault:
    """Send the right part with 206, and say something else about it."""

    def fault(handler: Handler, served: Served) -> None:
        start = handler.wanted_range(served) or 0
        said = (
            {} if text is None else {"Content-Range": text.format(start=start, n=len(served.body))}
        )
        handler.reply(206, served.body[start:], {**said, **handler.validators(served)})

    return fault


def change_to(body: bytes, etag: str = '"two"', *, honour: bool = True) -> Fault:
    """From this request on serve another file; `honour` If-Range, or send a part of the new one."""

    def fault(handler: Handler, served: Served) -> None:
        old, served.body, served.etag = served.etag, body, etag
        served.modified = formatdate(1_713_000_000, usegmt=True)
        if not honour and handler.headers.get("If-Range") == old:
            handler.headers.replace_header("If-Range", etag)
        handler.honest(served)

    return fault


def stall(after: int, event: threading.Event) -> Fault:
    """Send so many bytes, then nothing until the event."""

    def fault(handler: Handler, served: Served) -> None:
        start = handler.wanted_range(served) or 0
        headers = {"Content-Length": str(len(served.body) - start), **handler.validators(served)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(served.body) - 1}/{len(served.body)}"
        handler.head(206 if start else 200, headers)
        handler.wfile.write(served.body[start : start + after])
        handler.wfile.flush()
        event.wait(15)
        handler.hang_up()

    return fault


def drip(pieces: Iterable[bytes], seconds: float = 0, *, ok: bool = True) -> Fault:
    """Write pieces as they are, headers and all, with a wait after each, while anybody listens."""

    def fault(handler: Handler, served: Served) -> None:
        if ok:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            if handler.server.owner.is_closed.wait(seconds):
                break
        handler.hang_up()

    return fault
