"""A headless Chromium, driven over its debugging pipe: no driver and no package beside it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from loader.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

VARIABLE = "STACKSTUDY_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS = 60
FLAGS = (
    "--headless",
    "--no-sandbox",  # in a container and as root there is none to be had; only own pages are shown
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

# The browser reads its pipe at 3 and writes it at 4, whatever the numbers are here.
_AT_3_AND_4 = """
import fcntl, os, sys
high = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for here, there in zip(high, (3, 4)):
    os.dup2(here, there)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_browser() -> str | None:
    """Path of a Chromium or Chrome: that of ``STACKSTUDY_BROWSER``, else one on the path."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page, to be used in a ``with`` statement or closed.

    Parameters
    ----------
    program : str
        Path of the browser.
    profile : Path
        An empty folder for what it keeps.

    Raises
    ------
    ReportError
        When the browser does not start or does not answer.
    """

    def __init__(self, program: str, profile: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        ends, starter = (str(to_browser), str(from_browser)), (sys.executable, "-c", _AT_3_AND_4)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, a browser of the user
            [*starter, *ends, program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._program = program
        self._buffer = b""
        self._last_id = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            self.call("Page.enable")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send one command and wait for its answer; events that come before it are kept."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self._session
        try:
            self._send(json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise ReportError(f"{self._program}: ended before {method}") from error
        return self._until(lambda one: one.get("id") == self._last_id, method)

    def go_to(self, path: Path) -> None:
        """Open a file, and wait until it is loaded."""
        self.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        self._until(lambda one: one.get("method") == "Page.loadEventFired", "load")

    def run(self, script: str) -> Any:
        """Value of an expression in the page; a promise is awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            said = details.get("exception", {}).get("description", details["text"])
            raise ReportError(f"{self._program}: {said.splitlines()[0]}")
        return answer["result"].get("value")

    def close(self) -> None:
        """End the browser."""
        try:
            if self._process.poll() is None:
                self.call("Browser.close")
                self._process.wait(timeout=10)
        except (OSError, ReportError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._write)
            os.close(self._read)

    def _send(self, message: bytes) -> None:
        """Write all of a message, as a pipe takes it."""
        rest = memoryview(message)
        while rest:
            rest = rest[os.write(self._write, rest) :]

    def _until(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        for event in self.events:
            if wanted(event):
                return event
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            while b"\0" in self._buffer:
                text, self._buffer = self._buffer.split(b"\0", 1)
                message = json.loads(text)
                if "id" not in message:
                    self.events.append(message)
                if wanted(message):
                    if "error" in message:
                        raise ReportError(f"{self._program}: {what}: {message['error']['message']}")
                    return message.get("result", message)
            if select.select([self._read], [], [], 1)[0]:
                read = os.read(self._read, 1 << 16)
                if not read:
                    raise ReportError(f"{self._program}: ended before it answered {what}")
                self._buffer += read
        raise ReportError(f"{self._program}: did not answer {what} in {SECONDS} s")
