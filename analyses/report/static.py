"""The figures of the report as files for a paper: SVG, PDF and PNG, drawn by a headless browser."""

from __future__ import annotations

import base64
import tempfile
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plotly.offline import get_plotlyjs

from analyses.figures.theme import FAINT_INK, at_width
from analyses.report.blocks import Chart, blocks_of
from analyses.report.chromium import VARIABLE, Chromium, find_browser
from analyses.report.files import replace_file
from loader.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import plotly.graph_objects as go

    from analyses.report.document import Report

FORMATS: Final = ("svg", "pdf", "png")
WIDTHS: Final = {1: 720, 2: 440, 3: 360}
"""Pixels of a figure (96 an inch), by how many stand side by side."""

PNG_SCALE: Final = 3.125
"""300 dots an inch."""

_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><style>body{margin:0}svg{display:block}</style>'
    '<div id="figure"></div><script>%s</script>'
)


@dataclass(frozen=True)
class StaticFigure:
    """A figure on its own.

    Attributes
    ----------
    name : str
        Of its files, without ending.
    figure : plotly.graph_objects.Figure
    width, height : int
        Pixels.
    """

    name: str
    figure: go.Figure
    width: int
    height: int


def static_figures(report: Report) -> Iterator[StaticFigure]:
    """Every figure of a report, one that says that its data are synthetic where they are."""
    for block in blocks_of(report.sections):
        if not isinstance(block, Chart):
            continue
        for place, figure in enumerate(block.figures):
            width = WIDTHS[block.across]
            one = at_width(deepcopy(figure), width)
            suffix = f"-{(block.names or range(1, 99))[place]}" if len(block.figures) > 1 else ""
            if report.is_synthetic:
                one.add_annotation(
                    text="<b>synthetic data</b>", x=1, y=1, xref="paper", yref="paper",
                    xanchor="right", yanchor="top", showarrow=False, bgcolor="#f0e442",
                    font={"size": 11, "color": "#1d232b"}, bordercolor=FAINT_INK,
                )  # fmt: skip
            yield StaticFigure(
                f"{block.name}{suffix}".replace("_", "-"),
                one,
                width,
                int(one.layout.height),
            )


def write_figures(report: Report, folder: Path, formats: Collection[str]) -> list[Path]:
    """Write the figures of a report.

    Parameters
    ----------
    report : Report
    folder : Path
        Is made where it is not there; files of the same names are replaced.
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
    program = find_browser()
    if program is None:
        raise ReportError(
            f"figures as {', '.join(formats)} are drawn by a browser, and neither Chromium nor"
            " Chrome was found; install one (Debian, Ubuntu: apt-get install chromium), or name"
            f" yours in {VARIABLE}; html and latex need none"
        )
    written = []
    with (
        tempfile.TemporaryDirectory(prefix="stackstudy-", ignore_cleanup_errors=True) as own,
        Chromium(program, Path(own) / "profile") as browser,
    ):
        page = Path(own) / "page.html"
        page.write_text(_PAGE % get_plotlyjs(), encoding="utf-8")
        browser.go_to(page)
        for one in static_figures(report):
            for kind in formats:
                path = folder / f"{one.name}.{kind}"
                replace_file(path, _drawn(browser, one, kind), "folder with --figures")
                written.append(path)
    return written


def _drawn(browser: Chromium, one: StaticFigure, kind: str) -> bytes:
    svg = _image(browser, one, "svg", 1)
    if kind == "svg":
        return svg
    if kind == "png":
        return _image(browser, one, "png", PNG_SCALE)
    encoded = base64.b64encode(svg).decode()
    browser.run(
        "document.getElementById('figure').innerHTML = new TextDecoder().decode("
        f"Uint8Array.from(atob('{encoded}'), c => c.charCodeAt(0)))"
    )
    paper: dict[str, Any] = browser.call(
        "Page.printToPDF",
        paperWidth=one.width / 96,
        paperHeight=(one.height + 1) / 96,  # a hair more, or rounding makes a second page
        printBackground=True,
        pageRanges="1",
        **{f"margin{side}": 0 for side in ("Top", "Bottom", "Left", "Right")},
    )
    return base64.b64decode(paper["data"])


def _image(browser: Chromium, one: StaticFigure, kind: str, scale: float) -> bytes:
    address = browser.run(
        f"Plotly.toImage({one.figure.to_json()}, {{format: '{kind}', width: {one.width},"
        f" height: {one.height}, scale: {scale}}})"
        " .then(address => fetch(address)).then(answer => answer.blob()).then(blob => new Promise("
        "done => { const reader = new FileReader(); reader.onload = () => done(reader.result);"
        " reader.readAsDataURL(blob); }))"
    )
    return base64.b64decode(address.split(",", 1)[1])
