"""The report in a real browser: it draws, complains and asks for nothing, fits, downloads."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from page import Page

from analyses.report.document import compose, read_results, write_report

if TYPE_CHECKING:
    from pathlib import Path

    from browser import Browser

PHONE, DESK = 390, 1280


@pytest.fixture(scope="module", params=["studied_data", "synthetic_data"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = request.getfixturevalue(request.param)
    target = tmp_path_factory.mktemp("report") / "report.html"
    return write_report(compose(read_results(data)), data, target)


@pytest.fixture(scope="module")
def synthetic_report(synthetic_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "report.html"
    return write_report(compose(read_results(synthetic_data)), synthetic_data, target)


LOOKS = [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_chart_draws_and_nothing_goes_wrong(
    browser: Browser, report: Path, width: int, scheme: str
) -> None:
    browser.open(report, width, prefers_color_scheme=scheme)
    charts = browser.run(
        "[...document.querySelectorAll('.chart')].map(chart => [chart.id,"
        " chart.querySelectorAll('.main-svg').length,"
        " chart.querySelectorAll('.barlayer path, .scatterlayer path,"
        " .boxlayer path, .heatmaplayer image').length,"
        " chart.getBoundingClientRect().width])"
    )
    assert len(charts) >= 12
    for name, drawings, marks, breadth in charts:
        assert drawings, f"{name} is not drawn"
        assert marks, f"{name} has no marks"
        assert 200 < breadth <= width
    assert browser.complaints() == []


def test_no_request_leaves_the_page(browser: Browser, report: Path) -> None:
    browser.open(report)
    schemes = {urlsplit(address).scheme for address in browser.requests()}
    assert schemes <= {"file", "data", "blob"}
    assert [one for one in browser.requests() if one.startswith("file")] == [report.as_uri()]


@pytest.mark.parametrize("width", [320, PHONE, 768, DESK])
def test_nothing_overflows(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width)
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    inner, content = browser.run("[innerWidth, document.documentElement.scrollWidth]")
    assert inner == width
    assert content <= inner
    beyond = browser.run(
        "[...document.querySelectorAll('main *')].filter(one =>"
        " one.getBoundingClientRect().right > innerWidth + 0.5"
        " && !one.closest('.scroll') && !one.closest('.chart') && !one.closest('pre > *')"
        " && getComputedStyle(one).display !== 'none').map(one => one.outerHTML.slice(0, 80))"
    )
    assert beyond == []


def test_no_text_of_a_chart_is_cut_off(browser: Browser, report: Path) -> None:
    for width in (PHONE, DESK):
        browser.open(report, width)
        cut = browser.run(
            "[...document.querySelectorAll('.chart')].flatMap(chart => {"
            " const edge = chart.getBoundingClientRect();"
            " return [...chart.querySelectorAll('text')].filter(text => {"
            "  const box = text.getBoundingClientRect();"
            "  return box.width && (box.left < edge.left - 1 || box.right > edge.right + 1"
            "   || box.top < edge.top - 1 || box.bottom > edge.bottom + 1);"
            " }).map(text => `${chart.id}: ${text.textContent}`) })"
        )
        assert cut == []


_TITLES_UNDER_LEGENDS = (
    "[...document.querySelectorAll('.chart')].filter(chart => {"
    " const [title, legend] = ['.g-gtitle text', '.legend'].map(one =>"
    "  chart.querySelector(one)?.getBoundingClientRect());"
    " return title && legend && title.bottom > legend.top + 1 && legend.bottom > title.top })"
    ".map(chart => chart.id)"
)


@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_no_legend_covers_a_title(browser: Browser, synthetic_report: Path, width: int) -> None:
    browser.open(synthetic_report, width)
    assert browser.run(_TITLES_UNDER_LEGENDS) == []


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_contents_stay_in_sight_and_mark_what_they_lead_to(
    browser: Browser, report: Path, width: int
) -> None:
    browser.open(report, width, prefers_reduced_motion="reduce")
    names = browser.run("[...document.querySelectorAll('.contents a')].map(link => link.hash)")
    marked = "document.querySelector('.contents [aria-current]').hash"
    settled = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    assert browser.run(marked) == names[0]
    for name in names:
        browser.run(f"document.querySelector('.contents [href=\"{name}\"]').click(); {settled}")
        top, banner, left, right, ended = browser.run(
            "(() => { const box = document.querySelector('.contents').getBoundingClientRect();"
            " const marked = document.querySelector('.contents [aria-current]');"
            " const link = marked.getBoundingClientRect();"
            " const banner = document.querySelector('.banner');"
            " return [box.top, banner ? banner.offsetHeight : 0, link.left, link.right,"
            "  scrollY + innerHeight >= document.documentElement.scrollHeight - 1] })()"
        )
        assert abs(top - banner) <= 1
        assert left >= 0
        assert right <= width
        assert browser.run(marked) == (names[-1] if ended else name)


def test_labels_of_time_are_upright_and_apart_on_a_phone(browser: Browser, report: Path) -> None:
    browser.open(report, PHONE)
    labels = browser.run(
        "[...document.querySelectorAll('.chart')].filter(chart => chart.layout.xaxis"
        " && chart.layout.xaxis.type === 'log' && chart.layout.xaxis.ticktext).map(chart =>"
        " [...chart.querySelectorAll('.xtick text')].map(text => {"
        "  const box = text.getBoundingClientRect();"
        "  return [box.left, box.right, text.textContent, text.getAttribute('transform')] }))"
    )
    assert len(labels) > 2
    for axis in labels:
        for _, _, text, transform in axis:
            assert re.search(r"rotate\((?!0)", transform or "") is None, text
        for (_, right, text, _), (left, *_) in pairwise(sorted(axis)):
            assert left > right + 1, text


def test_each_csv_button_saves_its_text(browser: Browser, report: Path, tmp_path: Path) -> None:
    """Eight files are really saved: a browser lets a script save ten; the others are caught."""
    browser.open(report)
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page = Page(report.read_text("utf-8"))
    names = sorted({one.attributes["data-csv"] for one in page.with_class("csv")})
    for name in names[:8]:
        browser.run(f"document.querySelector('[data-csv={name}]').click()")
        target = tmp_path / f"{name}.csv"
        browser.wait_for(target.is_file, f"{name}.csv")
        browser.wait_for(
            lambda target=target, name=name: target.read_text("utf-8") == page.csv(name), name
        )
    browser.run(
        "URL.createObjectURL = blob => { window.saved = blob; return '#'; };"
        " HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; }"
    )
    for name in names[8:]:
        browser.run(f"document.querySelector('[data-csv={name}]').click()")
        assert browser.run("window.savedAs") == f"{name}.csv"
        assert browser.run("window.saved.text()") == page.csv(name)
    assert browser.complaints() == []


def test_what_to_cite_can_be_copied(browser: Browser, report: Path) -> None:
    browser.open(report, PHONE)
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
    browser.run("navigator.clipboard.writeText = async text => { window.copied = text; }")
    browser.run("document.querySelector('#citing button.copy').click()")
    assert browser.run("window.copied").startswith("@")
    assert browser.run("window.copied").rstrip().endswith("}")
    wide = browser.run(
        "[...document.querySelectorAll('.citation pre')].filter(one =>"
        " one.scrollWidth > one.clientWidth).length"
    )
    assert wide == 0, "BibTeX is cut at the right"
    assert browser.complaints() == []


def test_hovering_shows_exact_numbers(browser: Browser, report: Path) -> None:
    browser.open(report)
    x, y = browser.run(
        "(() => { const chart = document.querySelector('#response-times-1');"
        " chart.scrollIntoView({block: 'center', behavior: 'instant'});"
        " const box = chart.querySelector('path.box').getBoundingClientRect();"
        " return [box.x + 2, box.y + box.height / 2] })()"
    )
    for shift in (-8, 0):
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + shift, y=y)
    browser.wait_for(
        lambda: "n = " in (browser.run(_HOVER) or ""), "the hover text of the first box"
    )
    assert "min (" in browser.run(_HOVER)


_HOVER = "document.querySelector('#response-times-1 .hoverlayer')?.textContent"


def test_the_dark_page_is_dark_and_its_charts_legible(browser: Browser, report: Path) -> None:
    looks = {}
    for scheme in ("light", "dark"):
        browser.open(report, prefers_color_scheme=scheme)
        looks[scheme] = browser.run(
            "(() => { const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g)"
            " .map(Number); return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255; };"
            " const page = light(getComputedStyle(document.body).backgroundColor);"
            " const texts = [...document.querySelectorAll('.chart text')]"
            "  .map(one => light(getComputedStyle(one).fill));"
            " return [page, Math.min(...texts), Math.max(...texts)] })()"
        )
    page, darkest, lightest = looks["light"]
    assert page > 0.9
    assert lightest < 0.5
    page, darkest, lightest = looks["dark"]
    assert page < 0.15
    assert darkest > 0.5


def test_printing_opens_folds_and_shrinks_charts(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=690, height=1000, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    assert browser.run(
        "[...document.querySelectorAll('details')].every("
        "one => one.open !== one.classList.contains('sql'))"
    )
    assert browser.run("document.documentElement.scrollWidth") <= 690
    outside = browser.run(
        "[...document.querySelectorAll('.chart')].filter(chart => [...chart.querySelectorAll("
        "'.main-svg')].some(one => one.getBoundingClientRect().right > innerWidth)).map(o => o.id)"
    )
    assert outside == []
    letters = browser.run(
        "[...document.querySelectorAll('.chart text')].filter(text => text.textContent.trim())"
        ".map(text => [parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a * 0.75,"
        " text.closest('.chart').id, text.textContent])"
    )
    assert min(letters)[0] >= 6.5, "letters of a chart too small for paper, in points"
    overlapping = browser.run(
        "[...document.querySelectorAll('.chart .xaxislayer-above')].filter(axis => {"
        " const boxes = [...axis.querySelectorAll('text')].map(t =>"
        " (t.querySelector('tspan') ?? t).getBoundingClientRect());"
        " return boxes.some((box, place) => place && box.left < boxes[place - 1].right); })"
        ".map(axis => axis.closest('.chart').id)"
    )
    assert overlapping == []
    assert browser.run(_TITLES_UNDER_LEGENDS) == []
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert not browser.run("[...document.querySelectorAll('details')].some(one => one.open)")


def test_all_charts_are_there_soon_though_nobody_scrolls(browser: Browser, report: Path) -> None:
    browser.open(report, is_drawn=False)
    browser.wait_for(
        lambda: not browser.run("document.querySelectorAll('.chart:not([data-drawn])').length"),
        "every chart",
    )
    assert browser.run("scrollY") == 0
    paint = browser.run("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    loaded = browser.run("performance.getEntriesByType('navigation')[0].loadEventStart")
    assert paint < loaded, "the page is shown before its charts are drawn"


def test_it_can_be_read_without_scripts(browser: Browser, report: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report, is_drawn=False)
        text = browser.run("document.querySelector('noscript').textContent")
        rows = browser.run("document.querySelectorAll('#table-acceptance tbody tr').length")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "need JavaScript" in text
    assert rows >= 5
