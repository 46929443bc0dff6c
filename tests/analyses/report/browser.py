"""The report's own headless Chromium, with an eye on what a page does."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING

from analyses.report.chromium import Chromium

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Browser(Chromium):
    """One browser with one page; what the page does (requests, messages, errors) is kept."""

    def __init__(self, program: str, profile: Path) -> None:
        super().__init__(program, profile)
        for domain in ("Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def open(self, path: Path, width: int = 1280, *, is_drawn: bool = True, **media: str) -> None:
        """Open a file in a window of that width, with media features as `prefers_color_scheme`."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        features = [{"name": k.replace("_", "-"), "value": v} for k, v in media.items()]
        self.call("Emulation.setEmulatedMedia", media="", features=features)
        self.go_to(path)
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
            time.sleep(0.05)

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
