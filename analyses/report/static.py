"""The figures of the report as files for a paper: SVG, PDF and PNG, drawn by a headless browser."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from analyses.common.files import replace_file
from analyses.figures.theme import FAINT_INK, INK
from analyses.report.blocks import Chart, blocks_of
from loader.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import plotly.graph_objects as go

    from analyses.report.document import Report

FORMATS: Final = ("svg", "pdf", "png")
WIDTHS: Final = {1: 720, 2: 440, 3: 360}
"""Pixels of a figure (96 per inch), by how many stand side by side."""

PNG_SCALE: Final = 3.125
"""300 dots per inch."""

_SECONDS: Final = 60
"""For one figure."""


@dataclass(frozen=True)
class StaticFigure:
    """A figure on its own.

    Attributes
    ----------
    name : str
        Of its files, without ending.
    width, height : int
        Pixels.
    """

    name: str
    figure: go.Figure
    width: int
    height: int


def static_figures(report: Report) -> Iterator[StaticFigure]:
    """Yield every figure of a report; on synthetic data each says so."""
    for block in blocks_of(report.sections):
        if not isinstance(block, Chart):
            continue
        for place, figure in enumerate(block.figures):
            one = deepcopy(figure)
            suffix = f"-{(block.names or range(1, 99))[place]}" if len(block.figures) > 1 else ""
            if report.is_synthetic:
                one.add_annotation(
                    text="<b>synthetic data</b>", x=1, y=1, xref="paper", yref="paper",
                    xanchor="right", yanchor="top", showarrow=False, bgcolor="#f0e442",
                    font={"size": 11, "color": INK}, bordercolor=FAINT_INK,
                )  # fmt: skip
            name = f"{block.name}{suffix}".replace("_", "-")
            yield StaticFigure(name, one, WIDTHS[block.across], int(one.layout.height))


def write_figures(report: Report, folder: Path, formats: Collection[str]) -> list[Path]:
    """Write the figures of a report.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.
    formats : collection of str
        Some of `FORMATS`.

    Returns
    -------
    list of Path
        The files, in the order of the report.

    Raises
    ------
    ReportError
        When there is no browser, or it fails.
    WarehouseError
        When a file cannot be written.
    """
    with _browser_errors(f"figures as {', '.join(formats)}", "html and latex"):
        return asyncio.run(_write(report, folder, formats))


def draw_picture(figure: dict[str, Any], width: int) -> bytes:
    """Draw one figure as a PNG, two pixels per pixel of its width.

    The first call starts a browser, in about two seconds, which is kept until Python ends.

    Parameters
    ----------
    figure : dict
        A figure in Plotly's JSON form.
    width : int
        Pixels.

    Raises
    ------
    ReportError
        When there is no browser, or it fails.
    """
    import kaleido

    opts = {"format": "png", "scale": 2, "width": width, "height": figure["layout"]["height"]}
    with _browser_errors("pictures", "Plotly's own figures"):
        _keep_browser()
        drawn: bytes = kaleido.calc_fig_sync(figure, opts=opts)
    return drawn


@cache
def _keep_browser() -> None:
    """Start the browser that draws all pictures."""
    import kaleido

    # It would be waited for without end if it failed: so another one draws something first.
    kaleido.calc_fig_sync({"data": []}, opts={"format": "png"}, kopts=_options(1))
    kaleido.start_sync_server(silence_warnings=True, **_options(1))


@contextmanager
def _browser_errors(what: str, others: str) -> Iterator[None]:
    """Say in one line why the browser draws nothing."""
    from kaleido import errors  # a fifth of a second that html need not wait

    for name in ("kaleido", "choreographer"):  # what they would print, the error below says
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    except errors.ChromeNotFoundError as error:
        named = os.environ.get("BROWSER_PATH")
        found = f"{named} (BROWSER_PATH) is not one" if named else "no Chromium or Chrome was found"
        raise ReportError(
            f"{what} are drawn by a browser, and {found}; install one (Debian, Ubuntu: apt-get"
            f" install chromium), or name yours in BROWSER_PATH; {others} need none"
        ) from error
    except (errors.BrowserFailedError, errors.BrowserClosedError, errors.KaleidoError,
            TimeoutError) as error:  # fmt: skip
        said = error.args[0] if error.args else "it did not answer"
        said = said[0] if isinstance(said, tuple) else said  # several lines of advice
        raise ReportError(
            f"the browser that draws figures failed: {said} Name another in BROWSER_PATH."
        ) from error


def _options(n_tabs: int) -> dict[str, Any]:
    """Return kaleido's options.

    Without MathJax, which would come from the net. Only root, for whom Chromium has no sandbox,
    goes without it: kaleido would leave it away always.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"n": n_tabs, "mathjax": False, "timeout": _SECONDS, "enable_sandbox": not is_root}


async def _write(report: Report, folder: Path, formats: Collection[str]) -> list[Path]:
    from kaleido import Kaleido

    written = []
    async with Kaleido(**_options(len(formats))) as browser:  # a tab per format
        for one in static_figures(report):
            size = {"width": one.width, "height": one.height}
            drawn = await asyncio.gather(
                *(
                    browser.calc_fig(
                        one.figure,
                        opts={**size, "format": kind, "scale": PNG_SCALE if kind == "png" else 1},
                    )
                    for kind in formats
                )
            )
            for kind, content in zip(formats, drawn, strict=True):
                path = folder / f"{one.name}.{kind}"
                replace_file(path, content, "folder with --figures")
                written.append(path)
    return written
