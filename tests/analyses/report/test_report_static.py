"""Figures and tables for a paper."""

from __future__ import annotations

import contextlib
import math
import re
import struct
import subprocess
import xml.etree.ElementTree as ET
import zlib
from typing import TYPE_CHECKING

import pytest
from browser import Browser, find_browser
from choreographer.browsers import Chromium
from click.testing import CliRunner, Result
from markupsafe import Markup
from published import row_of

from analyses.figures.theme import styles
from analyses.report.blocks import Cell, Column, Table
from analyses.report.document import compose, read_results
from analyses.report.latex import (
    ONE_COLUMN,
    TWO_COLUMNS,
    fitted,
    latex,
    latex_table,
    write_tables,
)
from analyses.report.static import static_figures, write_figures
from loader.errors import ReportError
from stackstudy import main

if TYPE_CHECKING:
    from pathlib import Path

needs_browser = pytest.mark.skipif(
    find_browser() is None,
    reason="no Chromium on this machine (on Debian: apt-get install chromium)",
)


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"STACKSTUDY_DATA": None}).invoke(main, ["report", *map(str, arguments)])


# --- LaTeX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50% & more_or #1 $5 {x}", r"50\% \& more\_or \#1 \$5 \{x\}"),
        ("a\\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("p <\N{NO-BREAK SPACE}0.001", r"p $<$~0.001"),
        (
            "\N{MINUS SIGN}1.8 \N{EN DASH} χ² κ δ τ",
            r"$-$1.8 -- $\chi$$^2$ $\kappa$ $\delta$ $\tau$",
        ),
        (Markup("<strong>1,325</strong> &amp; 5%"), r"1,325 \& 5\%"),
        (Markup('<span class="leaf">procedure</span>'), r"\quad procedure"),
        (Markup('Browser <span class="mark" title="x">candidates</span>'), "Browser (candidates)"),
        ("<b>not markup</b>", "$<$b$>$not markup$<$/b$>$"),
    ],
)
def test_text_is_escaped(text: str, expected: str) -> None:
    assert latex(text) == expected


def cells(line: str) -> list[str]:
    return re.split(r"(?<!\\) & ", line.removesuffix(r" \\"))


def test_every_table_of_the_page_is_whole(published_data: Path, tmp_path: Path) -> None:
    report = compose(read_results(published_data))
    written = write_tables(report, tmp_path)
    assert len(written) > 15
    for path in written:
        text = path.read_text("utf-8")
        begun = re.findall(r"^\\begin\{([\w*]+)\}", text, re.MULTILINE)
        assert sorted(begun) == sorted(re.findall(r"^\\end\{([\w*]+)\}", text, re.MULTILINE))
        assert re.sub(r"\\[{}]", "", text).count("{") == re.sub(r"\\[{}]", "", text).count("}")
        assert text.count(r"\toprule") == text.count(r"\midrule") >= 1
        assert text.count(r"\bottomrule") == text.count(r"\midrule")
        assert "synthetic" not in text
        rows = text.split(r"\midrule")[-1].split(r"\bottomrule")[0].strip().splitlines()
        head = text.split("\\toprule\n")[1].splitlines()[0]
        for row in rows:
            assert len(cells(row)) == len(cells(head)), (path.name, row)
    text = (tmp_path / "acceptance.tex").read_text("utf-8")
    assert r"Mobile & 1533 & 435 & -- & -- & 71.6 & \num{69.3} to \num{73.8} & -- \\" in text
    assert r"\shortstack[c]{Share \\ without \\ (\%)}" in text
    assert r"\label{tab:acceptance}" in text
    assert "% Needs \\usepackage{booktabs, siunitx}" in text


def made(*columns: tuple[Column, list[str]], note: str = "") -> Table:
    rows = [[Cell(text) for text in row] for row in zip(*(own for _, own in columns), strict=True)]
    return Table("x_y", "Cap", tuple(column for column, _ in columns), rows, note=note)


def test_numbers_are_ready_for_siunitx() -> None:
    dash, minus, glue = "\N{EN DASH}", "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
    text = latex_table(
        made(
            (Column("Set", is_number=False), ["a", "b", "c"]),
            (Column("n"), ["12,345", "7", dash]),
            (Column("Difference"), [f"{minus}1.8", "+10.25", dash]),
            (Column("p"), [f"<{glue}0.001", "0.045", dash]),
            (Column("95% interval"), [f"{minus}1.0% to +2.5%", dash, dash]),
            (Column("Mixed"), ["3.0 h", "5.0%", dash]),
        )
    )
    layout = "lS[table-format=5]S[table-format=+2.2]S[table-format=<1.3]rr"
    assert rf"\begin{{tabular}}{{@{{}}{layout}@{{}}}}" in text
    assert r"a & 12345 & -1.8 & <0.001 & \num{-1.0} to \num{+2.5} & 3.0 h \\" in text
    assert r"b & 7 & +10.25 & 0.045 & -- & 5.0\% \\" in text
    assert r"c & {--} & {--} & {--} & -- & -- \\" in text


def test_years_have_no_separator() -> None:
    text = latex_table(made((Column("Year"), ["2016", "2017"]), (Column("n"), ["1,016", "7"])))
    assert r"{@{}S[table-format=4, group-digits=none]S[table-format=4]@{}}" in text


def test_one_column_that_is_too_wide_is_kept() -> None:
    (kept,), space = fitted(made((Column("A", is_number=False), ["x" * 300])))
    assert (kept.column.header, space) == ("A", TWO_COLUMNS)


def test_a_table_takes_one_column_if_it_fits_else_two_else_leaves_columns_out() -> None:
    names = (Column("A", is_number=False), ["word " * 3])
    narrow = made(names, (Column("B"), ["1"]))
    assert fitted(narrow)[1] == ONE_COLUMN
    assert r"\begin{table}" in latex_table(narrow)
    wide = made(names, *((Column(f"B{place}"), ["123,456,789"]) for place in range(8)))
    assert fitted(wide)[1] == TWO_COLUMNS
    assert r"\begin{table*}" in latex_table(wide)
    many = [(Column(f"B{place}"), ["123,456,789"]) for place in range(12)]
    much = made(names, (Column("Reason"), ["x" * 30]), *many)
    text = latex_table(much)
    assert "% Left out, too wide for a page: Reason" in text
    long = made(names, (Column("Why", is_number=False, wraps=True), ["many words " * 40]))
    assert r">{\raggedright\arraybackslash}p{" in latex_table(long)
    assert "array, booktabs" in latex_table(long)


def test_a_long_table_goes_on_in_another_and_a_synthetic_one_says_so() -> None:
    table = made((Column("A", is_number=False), ["a"] * 50), (Column("B"), ["1"] * 50), note="N.")
    text = latex_table(table, is_synthetic=True)
    assert text.count(r"a & 1 \\") == 50
    assert "longtable" not in text, "it stops a paper of two columns"
    assert r"\caption{Cap \textbf{(synthetic data)} (1 of 2)}" in text
    assert re.findall(r"\\label\{(.*)\}", text) == ["tab:x-y", "tab:x-y-2"]
    assert text.count("{N.}") == 1


@pytest.mark.usefixtures("tex")
@pytest.mark.parametrize("font", ["", r"\usepackage{mathptmx}"], ids=["Computer Modern", "Times"])
def test_tables_fit_the_columns_of_the_acms_template(studied_data, tmp_path, font) -> None:
    """TeX itself is the judge: it reports each line that is wider than its column.

    Not by acmart itself: its package would take what CI installs of TeX from 271 MB to 330 MB.
    """
    written = write_tables(compose(read_results(studied_data)), tmp_path)
    inputs = "\n".join(rf"\input{{{path.name}}}\clearpage" for path in written)
    paper = tmp_path / "paper.ltx"
    paper.write_text(
        r"\documentclass[twocolumn]{article}"
        r"\usepackage[letterpaper, textwidth=506.295pt, textheight=626pt]{geometry}"
        r"\setlength{\columnsep}{24pt}"
        rf"{font}\usepackage{{array, booktabs, siunitx}}\begin{{document}}"
        rf"\typeout{{COLUMN \the\columnwidth}}{inputs}\end{{document}}",
        "utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", paper.name],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-2000:]
    assert "COLUMN 241.14749pt" in said
    assert not re.findall(r"Overfull \\hbox.*|Float too large.*", said)


def test_latex_needs_no_browser(published_data: Path, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("--data", published_data, "--format", "latex", "--figures", tmp_path / "paper")
    assert result.exit_code == 0, result.output
    assert re.match(rf"Tables: \d+ files in {tmp_path}/paper\n", result.output)
    assert not (published_data / "figures").exists()


# --- figures


@pytest.mark.parametrize("named", ["/no/such/browser", None])
def test_without_a_browser_one_line_says_what_to_install(
    published_data: Path, tmp_path, monkeypatch, named
) -> None:
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    if named:
        monkeypatch.setenv("BROWSER_PATH", named)
    else:
        monkeypatch.setattr(Chromium, "find_browser", lambda **_: None)
    result = run("--data", published_data, "--format", "pdf", "--figures", tmp_path / "paper")
    assert result.exit_code == 1
    (line,) = result.output.strip().splitlines()
    assert "apt-get install chromium" in line
    assert "BROWSER_PATH" in line
    assert (named or "no Chromium or Chrome was found") in line
    assert not (tmp_path / "paper").exists()


def test_a_browser_that_is_none_is_one_line(published_data, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/bin/true")
    with pytest.raises(ReportError, match="the browser that draws figures failed: .* BROWSER_PATH"):
        write_figures(compose(read_results(published_data)), tmp_path, ["svg"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("user", "goes_without"), [(0, True), (1000, False)])
def test_only_root_draws_without_the_browsers_sandbox(
    published_data, tmp_path, monkeypatch, user, goes_without
) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(browser))
    monkeypatch.setattr("os.geteuid", lambda: user)
    with pytest.raises(ReportError):
        write_figures(compose(read_results(published_data)), tmp_path / "paper", ["svg"])
    assert ("--no-sandbox" in (tmp_path / "said").read_text().split()) == goes_without


def test_misuse() -> None:
    assert run("--format", "gif").exit_code == 2
    assert run("--draw", "draw.csv").exit_code == 2
    assert run("--draw", "draw.csv", "--sheet", "one.csv").exit_code == 2
    assert run("--sheet", "one.csv", "--sheet", "two.csv").exit_code == 2


@pytest.fixture(scope="module")
def paper(synthetic_data: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    result = run(
        "--data", synthetic_data, "--figures", folder,
        *("--format", "svg", "--format", "pdf", "--format", "png"),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert not (synthetic_data / "report.html").exists(), "html was not asked for"
    return folder


def letters_of(pdf: bytes) -> tuple[set[float], list[tuple[float, float]]]:
    """Sizes in points of the letters of a PDF of one page, and where any begin outside of it."""
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
    content = b""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            text = zlib.decompress(stream)
            content += text if b" Tf" in text else b""
    sizes, outside, kept, operands = set(), [], [], []
    now = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for token in re.sub(rb"<[^>]*>|\([^)]*\)|/\S+", b"", content).split():
        if token == b"q":
            kept.append(now)
        elif token == b"Q":
            now = kept.pop()
        elif token == b"cm":
            now = product([float(one) for one in operands[-6:]], now)
        elif token == b"Tf":
            size = float(operands[-1])
        elif token == b"Tm":
            found = product([float(one) for one in operands[-6:]], now)
            sizes.add(size * math.hypot(found[2], found[3]))
            x, y = found[4:]
            if not (-1 <= x <= width and 0 <= y <= height):
                outside.append((x, y))
        operands = [*operands, token][-6:]
    return sizes, outside


def product(one, other):
    """Two transformations of PDF, the first first."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s,
        e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


@needs_browser
def test_every_figure_is_there_in_every_format(paper: Path, synthetic_data: Path) -> None:
    figures = list(static_figures(compose(read_results(synthetic_data))))
    names = [one.name for one in figures]
    assert len(names) == len(set(names)) == 2 * 22
    expected = {"popularity-mobile", "taxonomy-leaf-browser", "survival-wide", "funnel-browser"}
    assert expected <= set(names)
    assert {path.name for path in paper.iterdir()} == {"methods.md", "references.bib"} | {
        f"{name}.{kind}" for name in names for kind in ("svg", "pdf", "png")
    }
    for one in figures:
        inches = 7.0 if one.name.endswith("-wide") else 3.33
        svg = ET.parse(paper / f"{one.name}.svg").getroot()
        width, _, across, _ = float(svg.get("width")), *map(float, svg.get("viewBox").split()[1:])
        assert width / 96 == pytest.approx(inches, abs=0.005)
        written = [text for text in svg.iter("{http://www.w3.org/2000/svg}text") if text.itertext()]
        sizes = {
            float(re.search(r"font-size: ([\d.]+)px", text.get("style"))[1]) for text in written
        }
        sizes |= {
            float(size)
            for size in re.findall(
                r"<tspan[^>]*font-size: ?([\d.]+)px", (paper / f"{one.name}.svg").read_text()
            )
        }
        assert {round(size * width / across * 72 / 96, 2) for size in sizes} == {8.0}, one.name
        assert "synthetic data" in "".join(svg.itertext())
        png = (paper / f"{one.name}.png").read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">I", png[16:20])[0] == pytest.approx(300 * inches, abs=2)
        pdf = (paper / f"{one.name}.pdf").read_bytes()
        assert pdf.startswith(b"%PDF")
        (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) [\d.]+\]", pdf)
        assert float(box) / 72 == pytest.approx(inches, abs=0.01)
        assert b"/Type3" not in pdf, "publishers refuse these fonts"
        sizes, outside = letters_of(pdf)
        assert {round(size, 1) for size in sizes} == {8.0}, one.name
        assert not outside, (one.name, outside)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, "one page"
        if not one.name.startswith("funnel"):  # its hatching is a small picture, repeated
            assert b"/Subtype /Image" not in pdf, "lines, not dots"


@needs_browser
def test_figures_of_real_data_are_not_called_synthetic(published_data: Path, tmp_path) -> None:
    written = write_figures(compose(read_results(published_data)), tmp_path, ["svg"])
    assert all("synthetic" not in path.read_text("utf-8") for path in written)
    text = (tmp_path / "acceptance.svg").read_text("utf-8")
    assert "71.6%" in text


_BOXES = """
(() => {
  const box = one => { const r = one.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom, one.textContent.slice(0, 40) || one.tagName] };
  const texts = [...document.querySelectorAll('text')].filter(one => one.textContent.trim());
  const isMark = one => one.textContent.trim() === 'synthetic data';
  const drawn = '.points path, .points text, .js-line, .fills path, .errorbar path, path.box,'
    + ' .barlayer path, .heatmaplayer image, .legend';
  return { page: box(document.documentElement),
    marks: texts.filter(isMark).map(box),
    texts: texts.filter(one => !isMark(one)).map(box),
    data: [...document.querySelectorAll(drawn)].map(box) };
})()
"""


@needs_browser
def test_the_synthetic_mark_covers_nothing_and_nothing_is_cut(paper: Path) -> None:
    browser = Browser()
    try:
        for path in sorted(paper.glob("*.svg")):
            browser.open(path, is_drawn=False)
            found = browser.run(_BOXES)
            (mark,) = found["marks"]
            assert len(found["data"]) > 1, path.name
            for left, top, right, bottom, what in [*found["data"], *found["texts"]]:
                apart = right <= mark[0] or mark[2] <= left or bottom <= mark[1] or mark[3] <= top
                assert apart, (path.name, what)
            for left, top, right, bottom, what in [mark, *found["texts"]]:
                page = found["page"]
                inside = left >= -1 and top >= -1 and right <= page[2] + 1 and bottom <= page[3] + 1
                assert inside, (path.name, what, (left, top, right, bottom), page)
    finally:
        browser.close()


# --- grey print


def lightness(colour: str) -> float:
    """CIE L* of a colour, by its formula of 1976; what is translucent lies on white."""
    if colour.startswith("rgba"):
        *parts, opacity = map(float, re.findall(r"[\d.]+", colour))
    else:
        parts, opacity = [int(colour[place : place + 2], 16) for place in (1, 3, 5)], 1.0
    linear = []
    for part in parts:
        value = (opacity * part + (1 - opacity) * 255) / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def in_grey(one) -> dict[str, tuple]:
    """What is left of each series of a figure in grey print: its dash, its marker, its shade."""
    found: dict[str, list] = {}
    for trace in one.figure.data:
        if trace.type == "scatter" and trace.fill is None:
            look = found.setdefault((trace.name or "").split(",")[0], [None, None, None])
            if "lines" in trace.mode and trace.line.dash != "dot":
                look[0] = trace.line.dash or "solid"
                look[2] = trace.line.color
            if "markers" in trace.mode:
                look[1] = trace.marker.symbol
                look[2] = trace.marker.color or look[2]
    return {name: (*look[:2], 10 * round(lightness(look[2]) / 10)) for name, look in found.items()}


SHARED_AXES = (
    "acceptance", "cumulative-times", "popularity-mobile", "popularity-server-cloud",
    "popularity-shares-question-share", "response-times", "survival",
)  # fmt: skip


def test_series_differ_in_grey_print(synthetic_data: Path) -> None:
    figures = {one.name: one for one in static_figures(compose(read_results(synthetic_data)))}
    for name in [*SHARED_AXES, *(f"{name}-wide" for name in SHARED_AXES)]:
        looks = in_grey(figures[name])
        assert len(looks) >= 2, name
        assert len(set(looks.values())) == len(looks), (name, looks)
        assert len({look[:2] for look in looks.values()}) == len(looks), "not by shade alone"
    (bars,) = figures["funnel-mobile"].figure.data
    taken = [shape == "/" for shape in bars.marker.pattern.shape]
    assert taken == [False, False, False, True, True, False, False]
    shades = [
        lightness(f"rgba({','.join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5))},{opacity})")
        for c, opacity in zip(bars.marker.color, bars.marker.opacity, strict=True)
    ]
    assert abs(shades[-1] - shades[2]) > 20, "what matches, and what is in the set"


def test_many_sets_differ_in_grey_print() -> None:
    kinds = ["base", "scope", *["topic"] * 30, "union", "baseline"]
    rows = [
        row_of("question_sets", question_set=f"set_{place}", kind=kind, position=place, label="")
        for place, kind in enumerate(kinds)
    ]
    looks = [(one.marker, one.dash) for one in styles(rows).values()]
    assert len(set(looks)) == len(looks) == 34


def test_a_straight_quotation_mark_opens_where_a_word_begins() -> None:
    assert latex('"How do they?", he said ("so").') == "``How do they?'', he said (``so'')."
