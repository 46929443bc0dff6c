"""Methods and bibliography of a paper: their numbers are the tables', their entries are BibTeX."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import find_browser
from click.testing import CliRunner
from published import COLUMNS, when

from analyses.common.bibtex import read_entry
from analyses.report import paper
from analyses.report.blocks import blocks_of
from analyses.report.document import compose, read_results
from analyses.report.paper import bibliography, citations, methods_text, texts
from analyses.report.references import references
from analyses.warehouse.database import connect
from stackstudy import main

if TYPE_CHECKING:
    from published import Warehouse

    from analyses.report.study import StudyResults

ROOT = Path(__file__).parents[3]


def study_of(data: Path) -> StudyResults:
    return compose(read_results(data)).study


def said(study: StudyResults) -> str:
    """The methods with single blanks, and blanks for the line's ends."""
    return " ".join(methods_text(study).split())


# --- methods


@pytest.mark.parametrize("which", ["studied_data", "published_data"])
def test_the_numbers_are_the_tables(which, request) -> None:
    """Of two studies, each number by SQL of its own."""
    data = request.getfixturevalue(which)
    text = said(study_of(data))
    with connect(data) as connection:

        def ask(sql: str):
            return connection.execute(sql).fetchall()

        [(n_posts, n_lost, last)] = ask(
            "select sum(n_rows), sum(n_rejected_rows), strftime(max(last_at), '%-d %B %Y')"
            " from dump_manifest where \"table\" = 'posts'"
        )
        assert f"{n_posts:,} posts were read, the last of {last}; " in text
        assert (f"; {n_lost} posts could not be read" if n_lost else "; none was lost.") in text
        sets = ask(
            "select label, kind, n_questions, (select count(distinct value) from"
            " question_set_rules as r where r.question_set = s.question_set and r.kind = 'tag')"
            " from question_sets as s inner join acceptance using (question_set)"
        )
        assert len(sets) > 5
        for label, kind, n, n_tags in sets:
            (sentence,) = [
                one for one in text.split(". ")
                if re.search(rf"\b{re.escape(label)}\b", one) and f"{n:,} question" in one
            ]  # fmt: skip
            if kind == "topic" and n_tags:
                assert re.search(rf"\b{n_tags} tags?\b", sentence), sentence
        for [(n,)], words in (
            (ask("select count(p_value) from proportion_tests"), "compared in {} pairs of sets by"),
            (
                ask("select count(p_value) from response_time_tests"),
                "answers are compared in {} pa",
            ),
        ):
            assert words.format(n) in text
        shares = ask(
            "select count(*) from (from question_sets where is_candidate_set and kind = 'topic')"
        )
        assert ("not inspected by hand" in text) == bool(shares[0][0])
    assert f"stackstudy {version('stackstudy')}" in text
    assert f"DuckDB {version('duckdb')}" in text
    assert "α = 0.05" in text
    assert "Holm" in text
    assert methods_text(study_of(data)).count("\n\n") == 1, "two paragraphs"


def test_what_was_left_out_and_labelled_is_counted(studied_data: Path) -> None:
    """The authors' package: 3,018 questions with 5,694 posts, none deleted, nothing labelled."""
    text = said(study_of(studied_data))
    assert "5,694 posts were read, the last of 30 November 2019; none was lost." in text
    assert "Of 3,018 questions none is deleted, so all remain." in text
    assert "The topic Mobile has 1,533 questions, found by 2 tags and 3 terms." in text
    assert "We labelled" not in text


def test_one_of_each_is_singular(warehouse: Warehouse) -> None:
    warehouse.rows["proportion_tests"] = warehouse.rows["proportion_tests"][:1]
    warehouse.rows["question_set_funnel"] = [
        (name, label, place, kind, 1, 0, 2, 1, 1, 0, 1)
        for name, label, place, kind, *_ in warehouse.rows["question_set_funnel"]
        if name == "mobile"
    ]
    warehouse.rows["acceptance"] = [("mobile", 1, 1, 0, 0.0, False)]
    warehouse.rows["question_set_rules"] = [
        ("t", "mobile", "tag", "coreml", None, None, None, None, None)
    ]
    posts, votes = warehouse.rows["dump_manifest"]
    warehouse.rows["dump_manifest"] = [(*posts[:9], 1, 1, 1, *posts[12:]), votes]
    text = said(study_of(warehouse.build()))
    assert "1 post was read" in text
    assert "1 post could not be read and is lost. 1 post that the dump invents is left out." in text
    assert "has 1 question, found by 1 tag; 1 match is left to other sets." in text
    assert "By hand, 1 question was excluded and 0 included." in text
    assert "compared in 1 pair of sets by" in text
    assert not re.search(r"\b1 (posts|questions|tags|terms|pairs|matches|trends)\b", text)


def test_without_tests_there_is_no_level(warehouse: Warehouse) -> None:
    for name in [name for name in warehouse.rows if name.endswith("_tests")]:
        warehouse.rows[name] = []
    for name in ("adjusted_comparisons", "popularity_trends", "measure_correlations"):
        warehouse.rows.pop(name, None)
    text = said(study_of(warehouse.build()))
    assert "Shares have Wilson’s score interval [@wilson]. All numbers were computed" in text
    assert "α" not in text


def test_synthetic_data_are_no_findings(synthetic_data: Path) -> None:
    study = study_of(synthetic_data)
    assert "The data are synthetic, and no number is a finding" in said(study)
    assert "stackexchange_dump" not in said(study)
    assert "stackexchange_dump" not in bibliography(study)


def test_every_source_of_every_sentence_is_known() -> None:
    sentences = [text for one in texts()["method"] for text in one.get("paper", {}).values()]
    keys = set(re.findall(r"@(\w+)", " ".join(map(str, [*sentences, texts()["all_tests"]]))))
    assert len(keys) > 12
    assert keys <= set(references())


# --- bibliography


@pytest.mark.parametrize("which", ["studied_data", "published_data", "synthetic_data"])
def test_every_citation_of_the_methods_has_an_entry(which, request) -> None:
    study = study_of(request.getfixturevalue(which))
    written = bibliography(study).strip().split("\n\n")
    entries = [read_entry(text) for text in written]
    keys = [entry.key for entry in entries]
    assert len(keys) == len(set(keys))
    assert set(re.findall(r"@(\w+)", methods_text(study))) <= set(keys)
    for entry in entries:
        assert entry.fields.get("title"), entry
        if entry.key != study.about.study:  # a study that names no authors has none invented
            assert entry.fields.get("author"), entry
            assert re.fullmatch(r"\d{4}", entry.fields["year"]), entry


def test_what_is_cited_of_the_authors_posts(studied_data: Path) -> None:
    study, dump, program = citations(study_of(studied_data))
    assert study.fields["author"].startswith("Chen, Zhenpeng and Cao, Yanbin and ")
    assert (study.kind, study.fields["year"]) == ("inproceedings", "2020")
    assert study.fields["doi"] == "10.1145/3368089.3409759"
    assert dump.fields == {
        "author": "{Stack Exchange, Inc.}",
        "title": "Stack Exchange Data Dump: stackoverflow.com",
        "year": "2019",
        "howpublished": "Internet Archive",
        "url": "https://archive.org/details/stackexchange",
        "note": "Posts to 30 November 2019. Licence: CC BY-SA 3.0 and 4.0, by the date of a post or"
        " of its last edit",
    }
    assert program.kind == "software"
    assert program.fields["version"] == version("stackstudy")
    assert program.fields["author"] == "{The stackstudy authors}"


def test_a_dump_of_today_is_not_said_to_be_archived(warehouse: Warehouse) -> None:
    posts, votes = warehouse.rows["dump_manifest"]
    late = (*posts[:13], when("2019-06-01 00:00:00"), when("2025-06-30 00:00:00"), *posts[15:])
    warehouse.rows["dump_manifest"] = [late, votes]
    (dump,) = [one for one in citations(study_of(warehouse.build())) if one.key.endswith("_dump")]
    assert dump.fields["url"] == "https://stackoverflow.com/help/data-dumps"
    assert not dump.fields["howpublished"]
    assert dump.fields["note"] == "Posts to 30 June 2025. Licence: CC BY-SA 4.0"


def test_the_year_of_the_program_is_that_of_the_build(warehouse: Warehouse) -> None:
    program = citations(study_of(warehouse.build()))[-1]
    assert program.fields["year"] == "2025", "its data were loaded on 2025-11-20"


def test_an_address_is_only_that_of_the_package(published_data: Path, monkeypatch) -> None:
    study = study_of(published_data)
    package = paper.metadata("stackstudy")
    assert citations(study)[-1].fields["url"] == "".join(
        one.partition(", ")[2] for one in package.get_all("Project-URL", [])[:1]
    )
    package["Project-URL"] = "Homepage, https://example.org/x"
    monkeypatch.setattr(paper, "metadata", lambda _: package)
    assert citations(study)[-1].fields["url"] == "https://example.org/x"


def test_one_name_of_the_authors() -> None:
    """Of the package, of the licence, and of what is cited."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert package["authors"] == [{"name": paper.AUTHORS}]
    assert paper.AUTHORS in (ROOT / "LICENSE").read_text("utf-8")


def test_the_readme_cites_as_the_study_does(studied_data: Path) -> None:
    (block,) = re.findall(
        r"```bibtex\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert read_entry(block) == citations(study_of(studied_data))[0]


@pytest.mark.usefixtures("tex")
@pytest.mark.parametrize("which", ["studied_data", "published_data"])
def test_bibtex_reads_the_bibliography(which, request, tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text(bibliography(study_of(request.getfixturevalue(which))))
    (tmp_path / "paper.aux").write_text(
        "\\citation{*}\n\\bibstyle{plain}\n\\bibdata{references}\n", "utf-8"
    )
    done = subprocess.run(
        ["bibtex", "paper"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    warned = re.findall(r"Warning--(.*)", done.stdout)
    # a kind of the publishers' styles, which the oldest style takes for @misc
    assert [one for one in warned if "stackstudy" not in one] == []
    assert "The stackstudy authors" in (tmp_path / "paper.bbl").read_text("utf-8")


def test_they_are_written_beside_tables_and_figures(published_data: Path, tmp_path: Path) -> None:
    run = CliRunner(env={"STACKSTUDY_DATA": None}).invoke(
        main,
        ["report", "--data", str(published_data), "--format", "latex", "--figures", str(tmp_path)],
    )
    assert run.exit_code == 0, run.output
    assert f"Texts: methods.md and references.bib in {tmp_path}" in run.output
    study = study_of(published_data)
    assert (tmp_path / "methods.md").read_text("utf-8") == methods_text(study)
    assert (tmp_path / "references.bib").read_text("utf-8") == bibliography(study)


@pytest.mark.usefixtures("tex")
@pytest.mark.skipif(find_browser() is None, reason="no Chromium on this machine")
def test_the_paper_of_the_guide_compiles(published_data: Path, tmp_path: Path) -> None:
    """Its own source, with a class and a style that TeX's base has, of the same widths."""
    for formats in (("latex", "acceptance"), ("pdf", "survival")):
        kind, name = formats
        run = CliRunner(env={"STACKSTUDY_DATA": None}).invoke(
            main,
            ["report", "--data", str(published_data), "--format", kind, "--only", name,
             "--figures", str(tmp_path)],
        )  # fmt: skip
        assert run.exit_code == 0, run.output
        assert f": {'1 file' if kind == 'latex' else '2 files'} in {tmp_path}" in run.output
    assert {path.name for path in tmp_path.iterdir()} == {
        "acceptance.tex", "methods.md", "references.bib", "survival.pdf", "survival-wide.pdf",
    }  # fmt: skip
    guide = (ROOT / "docs" / "paper.md").read_text("utf-8")
    (source,) = re.findall(r"```latex\n(.*?)```", guide, re.DOTALL)
    assert "{acmart}" in source
    source = source.replace(
        r"\documentclass[sigconf]{acmart}",
        r"\documentclass[twocolumn]{article}"
        r"\usepackage[letterpaper, textwidth=506.295pt, textheight=626pt]{geometry}"
        r"\setlength{\columnsep}{24pt}\usepackage{graphicx}",
    ).replace("ACM-Reference-Format", "plain")
    (tmp_path / "paper.tex").write_text(source, "utf-8")
    for program in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        more = ["-interaction=nonstopmode", "-halt-on-error"] if program == "pdflatex" else []
        done = subprocess.run(
            [program, *more, "paper"], cwd=tmp_path, capture_output=True, check=False
        )
        text = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0, text[-2000:]
    assert not re.findall(r"Overfull \\hbox.*|.* undefined.*", text)
    assert (tmp_path / "paper.pdf").stat().st_size > 20_000


@pytest.mark.parametrize(
    ("name", "cure"), [("survivel", "did you mean survival?"), ("zzz", "acceptance")]
)
def test_only_names_what_there_is(published_data: Path, tmp_path: Path, name, cure) -> None:
    run = CliRunner(env={"STACKSTUDY_DATA": None}).invoke(
        main,
        ["report", "--data", str(published_data), "--format", "latex", "--only", name,
         "--figures", str(tmp_path)],
    )  # fmt: skip
    assert run.exit_code == 1
    assert f"--only {name}: the report has no such chart or table" in run.output
    assert cure in run.output
    assert len(run.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(main, ["report", "--only", "survival"]).exit_code == 2


def test_labelled_questions_in_no_category_are_labelled(warehouse: Warehouse) -> None:
    columns = COLUMNS["labels"].split()
    own = [dict(zip(columns, row, strict=True)) for row in warehouse.rows["labels"]]
    name = own[0]["question_set"]
    n = len({(one["site"], one["question_id"]) for one in own if one["question_set"] == name})
    unclear = {**own[0], "question_id": 987654321, "is_category": False}
    warehouse.rows["labels"].append(tuple(unclear[column] for column in columns))
    label = {one[0]: one[1] for one in warehouse.rows["question_sets"]}[name]
    text = said(study_of(warehouse.build()))
    assert f"We labelled {n + 1:,} questions of {label}" in text
    assert "In a category are " in text


def test_a_family_is_that_of_the_tables(published_data: Path) -> None:
    """The report's table of trends has as many rows with a test as the methods count."""
    study = study_of(published_data)
    [n] = re.findall(r"Over the years ([\d,]+) trends? ", said(study))
    table = next(
        block for block in blocks_of(compose(study).sections)
        if getattr(block, "name", "") == "popularity_trends"
    )  # fmt: skip
    place = [column.header for column in table.columns].index("p of τ")
    assert int(n) == sum(row[place].text != "–" for row in table.cells)
