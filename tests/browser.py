"""A headless Chromium with one page, and with an eye on what that page does."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Any

import choreographer
from choreographer.browsers import Chromium

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def find_browser() -> str | None:
    """Path of a Chromium or Chrome, as kaleido finds it."""
    return Chromium.find_browser(skip_local=False)


class Browser:
    """One browser with one page; what the page does (requests, messages, errors) is kept."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.events: list[dict[str, Any]] = []
        self._browser = self._wait(self._open())
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    async def _open(self) -> choreographer.Browser:
        browser = await choreographer.Browser(headless=True)
        self._tab = await browser.create_tab("about:blank", window=True)
        self._tab.subscribe("*", self._keep)
        return browser

    async def _keep(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    def _wait(self, coming: Any) -> Any:
        return self._loop.run_until_complete(asyncio.wait_for(coming, 60))

    def close(self) -> None:
        """End the browser."""
        self._wait(self._browser.close())
        self._loop.close()

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send one command of the DevTools protocol and wait for its answer."""
        sender = self._browser if method.startswith("Browser.") else self._tab
        answer = self._wait(sender.send_command(method, params=params))
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def run(self, expression: str) -> Any:
        """Run JavaScript and return its value, that of a promise when it is there."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(
        self, path: Path | str, width: int = 1280, *, is_drawn: bool = True, **media: str
    ) -> None:
        """Open a file or an address in a window of that width, with media features."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        features = [{"name": k.replace("_", "-"), "value": v} for k, v in media.items()]
        self.call("Emulation.setEmulatedMedia", media="", features=features)
        self.events.clear()
        self.call("Page.navigate", url=path if isinstance(path, str) else path.as_uri())
        self.wait_for(
            lambda: any(one["method"] == "Page.loadEventFired" for one in self.events), "the page"
        )
        if is_drawn:
            self.wait_for(
                lambda: (
                    not self.run("document.querySelectorAll('.chart:not([data-drawn])').length")
                ),
                "every chart",
            )
            self.run("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}"
            self._wait(asyncio.sleep(0.05))

    def requests(self) -> list[str]:
        """Addresses that the page asked for since it was opened."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, and exceptions that nobody caught."""
        found = []
        for event in self.events:
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(params["exceptionDetails"]))
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in {
                "error",
                "warning",
                "assert",
            }:
                found.append(json.dumps(params["args"]))
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(json.dumps(params["entry"]))
        return found

    def press(self, *keys: str) -> None:
        """Press keys one after the other: characters, or names such as Enter."""
        codes = {"Enter": 13, "Escape": 27}
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            more = {"windowsVirtualKeyCode": codes[key]} if key in codes else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, **more)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **more)

    def picture(self, path: Path) -> None:
        """Save the whole page as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Save the page as it prints."""
        paper = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        path.write_bytes(base64.b64decode(paper["data"]))
