"""The figures of the report as files for a paper: SVG, PDF and PNG, drawn by a headless browser.

Each is drawn as wide as one column of the ACM's template (`acmart`, `sigconf`) and as wide as two,
with every letter in 8 pt there.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import plotly.graph_objects as go

from analyses.common.files import replace_file
from analyses.figures.measures import place_names
from analyses.figures.theme import INK, thin_ticks
from analyses.report.blocks import Chart, blocks_of
from loader.errors import ReportError
from loader.progress import StepProgress

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from analyses.report.document import Report

FORMATS: Final = ("svg", "pdf", "png")
INCHES: Final = {"": 10 / 3, "-wide": 7.0}
"""Width of a figure in one column and in two, by the ending of its file's name."""

_SCALE: Final = 8 / 9
"""A pixel of the drawing, in pixels of the paper (96 per inch): letters of 12 are 8 pt there."""

_LETTERS: Final = 12
_FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_DOTS: Final = 300 / 96
"""Dots of a PNG per pixel of the paper: 300 per inch."""

_STRIP: Final = 16
"""Pixels of the margin, at the right, in which synthetic data are called so."""

_PICTURE: Final = 720
"""Pixels of a picture's width."""

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
        Pixels as it is drawn; the file is smaller by `_SCALE`.
    """

    name: str
    figure: go.Figure
    width: int
    height: int


def static_figures(report: Report) -> Iterator[StaticFigure]:
    """Yield every figure of a report in both widths; on synthetic data each says so."""
    for block in blocks_of(report.sections):
        if not isinstance(block, Chart):
            continue
        for place, figure in enumerate(block.figures):
            suffix = f"-{(block.names or range(1, 99))[place]}" if len(block.figures) > 1 else ""
            name = f"{block.name}{suffix}".replace("_", "-")
            for ending, inches in INCHES.items():
                yield _fitted(figure, f"{name}{ending}", round(96 * inches / _SCALE), report)


def _fitted(figure: go.Figure, name: str, width: int, report: Report) -> StaticFigure:
    """Lay a figure of the page out for a paper."""
    parts = deepcopy(figure.to_plotly_json())
    _set_letters(parts)
    one = go.Figure(parts)
    if one.layout.yaxis.showticklabels is not False:  # no rows, each of its own height
        one.layout.height = min(one.layout.height, max(300, width // 2))
    if one.layout.title.text and not one.layout.title.subtitle.text:
        one.layout.margin.t = min(one.layout.margin.t, 30)
    if report.is_synthetic:
        right = one.layout.margin.r
        one.layout.margin.r = right + _STRIP
        one.add_annotation(
            text="<b>synthetic data</b>", textangle=90, x=1, y=1, xref="paper", yref="paper",
            xanchor="left", yanchor="top", xshift=right, showarrow=False,
            borderpad=0, font={"size": _LETTERS, "color": INK},
        )  # fmt: skip
    place_names(one, width)
    thin_ticks(one, width)
    return StaticFigure(name, one, width, int(one.layout.height))


def _set_letters(part: Any) -> None:
    """Give every font in a part of a figure the size and the family of a paper."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name.endswith("font"):
                inner.update(size=_LETTERS, family=_FONT)
            else:
                _set_letters(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            _set_letters(inner)


def write_figures(
    report: Report,
    folder: Path,
    formats: Collection[str],
    progress: StepProgress | None = None,
) -> list[Path]:
    """Write the figures of a report.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.
    formats : collection of str
        Some of `FORMATS`.
    progress : StepProgress, optional
        Shows which figure is drawn.

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
        return asyncio.run(_write(report, folder, formats, progress or StepProgress("Drawing")))


def draw_picture(figure: dict[str, Any]) -> bytes:
    """Draw one figure of a notebook as a PNG, two pixels per pixel of its usual width.

    The first call starts a browser, in about two seconds, which is kept until Python ends.

    Parameters
    ----------
    figure : dict
        A figure in Plotly's JSON form.

    Raises
    ------
    ReportError
        When there is no browser, or it fails.
    """
    import kaleido

    opts = {"format": "png", "scale": 2, "width": _PICTURE, "height": figure["layout"]["height"]}
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

    Without MathJax, which would come from the net, and without the margin of 0.1 in with which
    kaleido's page would shrink and cut a PDF. Only root, for whom Chromium has no sandbox, goes
    without it: kaleido would leave it away always.
    """
    from kaleido import PageGenerator

    page = PageGenerator(mathjax=False)
    page.header += "<style>@page { margin: 0 } img { display: block }</style>"
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {
        "n": n_tabs, "page_generator": page, "timeout": _SECONDS, "enable_sandbox": not is_root
    }  # fmt: skip


async def _write(
    report: Report, folder: Path, formats: Collection[str], progress: StepProgress
) -> list[Path]:
    from kaleido import Kaleido

    written = []
    figures = {one.name: one for one in static_figures(report)}
    async with Kaleido(**_options(len(formats))) as browser:  # a tab per format
        for one in map(figures.__getitem__, progress.each(figures, "the figure {}")):
            size = {"width": one.width, "height": one.height}
            drawn = await asyncio.gather(
                *(
                    browser.calc_fig(
                        one.figure,
                        opts={
                            **size,
                            "format": kind,
                            "scale": _SCALE * (_DOTS if kind == "png" else 1),
                        },
                    )
                    for kind in formats
                )
            )
            for kind, content in zip(formats, drawn, strict=True):
                path = folder / f"{one.name}.{kind}"
                replace_file(path, content, "folder with --figures")
                written.append(path)
    return written
