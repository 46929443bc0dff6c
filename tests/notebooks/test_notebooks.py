"""The notebooks are committed without output, run as they are, and leave the database free."""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64decode
from pathlib import Path

import duckdb
import nbformat
import plotly.graph_objects as go
import pytest
from choreographer.browsers import Chromium
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from analyses.notebook import ask, complete, find_data, open_study
from analyses.warehouse.database import connect
from loader.errors import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PLOTLY = "application/vnd.plotly.v1+json"
PNG = "image/png"
BROWSER = Chromium.find_browser(skip_local=False)
FIGURES = {"popularity": 6, "difficulty": 9, "taxonomy": 6}
SETS = re.compile(r"^QUESTION_SETS = .*$", re.MULTILINE)
YEARS = re.compile(r"^YEARS = .*$", re.MULTILINE)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def run(book: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Execute a notebook as Jupyter and VS Code do: with its own folder as working directory."""
    client = NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    return client.execute()


def outputs(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in book.cells for output in cell.get("outputs", [])]


def figures(book: nbformat.NotebookNode) -> list[dict[str, object]]:
    return [one["data"][PLOTLY] for one in outputs(book) if PLOTLY in one.get("data", {})]


def printed(book: nbformat.NotebookNode) -> str:
    return "".join(one["text"] for one in outputs(book) if one.output_type == "stream")


def own_copy(warehouse: Path, folder: Path) -> Path:
    """Copy the database: other tests read it at the same time, and a writer needs it alone."""
    folder.mkdir(parents=True)
    shutil.copy(warehouse / "deep_learning_deployment.duckdb", folder)
    return folder


def test_there_is_one_for_each_question_of_the_study() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["difficulty", "popularity", "taxonomy"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_output_and_without_a_machine(path) -> None:
    book = read(path)
    nbformat.validate(book)
    assert book.metadata["kernelspec"]["name"] == "python3"
    for cell in book.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            assert "/home" not in cell.source
            assert "duckdb.connect" not in cell.source
    lines = [line for cell in book.cells for line in cell.source.splitlines()]
    for choice in ("QUESTION_SETS = ", "YEARS = "):
        assert len([line for line in lines if line.startswith(choice)]) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_leaves_the_database_free(path, sample_warehouse, tmp_path) -> None:
    """It stands in `notebooks/`, the database in `data/demo`; at its end others may write."""
    own_copy(sample_warehouse, tmp_path / "data" / "demo")
    (tmp_path / "notebooks").mkdir()
    book = read(path)
    book.cells.append(
        nbformat.v4.new_code_cell(
            "import subprocess, sys\n"
            "from analyses.notebook import find_data\n"
            "code = 'import sys, duckdb; duckdb.connect(sys.argv[1])'\n"
            "database = find_data() / 'deep_learning_deployment.duckdb'\n"
            "subprocess.run([sys.executable, '-c', code, database], check=True)"
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("STACKSTUDY_DATA", raising=False)
        done = run(book, tmp_path / "notebooks")
    assert "sample.stackstudy" in printed(done)
    assert "synthetic" in printed(done)
    drawn = figures(done)
    assert len(drawn) == FIGURES[path.stem]
    for one in drawn:
        assert one["data"]
        assert one["layout"]["meta"]["alternative"]
    if BROWSER is not None:  # each stands beside its picture, for whoever shows no Plotly
        pictures = [one["data"][PNG] for one in outputs(done) if PLOTLY in one.get("data", {})]
        assert all(b64decode(one).startswith(b"\x89PNG") for one in pictures)


def test_taxonomy_without_labels_says_how_to_come_to_some(sample_warehouse, tmp_path) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    with duckdb.connect(str(data / "deep_learning_deployment.duckdb")) as connection:
        connection.execute("delete from labels")
        connection.execute(
            "update taxonomy_distribution set n_questions = 0, n_labelled = 0, share = null"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(data))
        done = run(read(ROOT / "notebooks" / "taxonomy.ipynb"), tmp_path)
    assert "put them into its folder as labels.csv" in printed(done)
    assert figures(done) == []


def test_popularity_without_other_questions_draws_no_share(sample_warehouse, tmp_path) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    with duckdb.connect(str(data / "deep_learning_deployment.duckdb")) as connection:
        # as a store that holds the topics alone would have it; the table's constraints forbid it
        connection.execute(
            "create or replace table yearly_popularity as"
            " select one.* replace (topics.n_questions as n_all_questions)"
            " from yearly_popularity as one inner join yearly_popularity as topics"
            " on topics.question_set = 'deployment' and topics.year = one.year"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(data))
        done = run(read(ROOT / "notebooks" / "popularity.ipynb"), tmp_path)
    assert "nothing to divide by" in printed(done)
    assert len(figures(done)) == FIGURES["popularity"] - 1


def test_without_a_browser_figures_stay_and_one_line_says_so(sample_warehouse, tmp_path) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(data))
        patch.setenv("BROWSER_PATH", str(tmp_path / "no-browser"))
        done = run(read(ROOT / "notebooks" / "popularity.ipynb"), tmp_path)
    assert len(figures(done)) == FIGURES["popularity"]
    assert printed(done).count("No pictures beside the figures: ") == 1
    assert "no-browser (BROWSER_PATH) is not one" in printed(done)
    assert not any(PNG in one.get("data", {}) for one in outputs(done))


def test_one_line_changes_the_years(sample_warehouse) -> None:
    book = read(ROOT / "notebooks" / "difficulty.ipynb")
    for cell in book.cells:
        cell.source = re.sub(
            r"^YEARS = .*$", "YEARS = range(2018, 2019)", cell.source, flags=re.MULTILINE
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(sample_warehouse))
        done = run(book, ROOT / "notebooks")
    yearly = [one for one in figures(done) if "year" in one["layout"]["meta"]["alternative"]]
    assert {year for one in yearly for trace in one["data"] for year in _years(trace)} == {2018}
    [table] = [one for one in outputs(done) if "median_response_minutes" in _html(one)][-1:]
    with connect(sample_warehouse, None) as connection:
        [(n,)] = connection.execute(
            "select n_questions from yearly_popularity"
            " where question_set = 'mobile' and year = 2018"
        ).fetchall()
    assert re.search(rf"<td>mobile</td>\s*<td>{n}</td>", _html(table))


def _html(output: nbformat.NotebookNode) -> str:
    return str(output.get("data", {}).get("text/html", ""))


def _years(trace: dict[str, object]) -> list[int]:
    return [round(value) for value in go.Scatter(x=trace["x"]).x]


def test_tables_and_columns_are_completed_in_jupyter(sample_warehouse, tmp_path) -> None:
    """As Jupyter asks the kernel: the text of a cell and the place of the cursor."""
    manager, client = start_new_kernel(
        env={**os.environ, "STACKSTUDY_DATA": str(sample_warehouse)}, cwd=str(tmp_path)
    )
    try:
        client.execute_interactive("from analyses.notebook import ask", timeout=60)

        def completed(cell: str) -> list[str]:
            cursor = cell.index("|")
            code = cell.replace("|", "")
            reply = client.complete(code, cursor, reply=True, timeout=60)["content"]
            if not reply["matches"]:
                return []
            assert (
                code[reply["cursor_start"] : reply["cursor_end"]]
                == re.split(r"\W", cell[:cursor])[-1]
            )
            return list(reply["matches"])

        assert completed('ask("select * from accep|")') == ["acceptance"]
        assert completed('ask("""\n  from survival_s|\n""")') == ["survival_summary"]
        assert completed('ask("select no_acc| from acceptance")')[0] == "no_accepted_share"
        assert completed("ask('select a.n_que| from acceptance as a')") == ["n_questions"]
        assert "no_accepted_share" not in completed('ask("select * from no_acc|")')
        assert "ask" in completed("as|")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_names_are_completed_in_plain_python(sample_warehouse, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("analyses.notebook._opened", None)
    monkeypatch.setenv("STACKSTUDY_DATA", str(sample_warehouse))
    begun, names = complete("select question_id from questions join set_m")
    assert (begun, names) == ("set_m", [("set_measures", "table")])
    assert complete("select response_m", " from questions")[1][0] == ("response_minutes", "column")
    assert ("response_minutes", "column") not in complete("select response_m")[1]
    monkeypatch.setenv("STACKSTUDY_DATA", str(tmp_path))
    assert complete("from que") == ("que", [])


def test_ask_goes_on_with_the_study_that_was_opened(
    sample_warehouse, tmp_path, monkeypatch
) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    shutil.copy(data / "deep_learning_deployment.duckdb", data / "other.duckdb")
    monkeypatch.setattr("analyses.notebook._opened", None)
    monkeypatch.setenv("STACKSTUDY_DATA", str(data))
    with pytest.raises(WarehouseError, match="--study"):
        ask("select 1 as one")
    open_study(study="deep_learning_deployment")
    assert ask("select 1 as one")["one"].tolist() == [1]


def test_one_line_changes_the_sets(sample_warehouse) -> None:
    book = read(ROOT / "notebooks" / "popularity.ipynb")
    for cell in book.cells:
        cell.source = SETS.sub('QUESTION_SETS = ["dl"]', cell.source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(sample_warehouse))
        done = run(book, ROOT / "notebooks")
    assert len(figures(done)) == 2
    assert "Deep learning" in figures(done)[0]["layout"]["title"]["text"]


def database(folder: Path) -> Path:
    folder.mkdir(parents=True)
    duckdb.connect(str(folder / "deep_learning_deployment.duckdb")).close()
    return folder


def test_the_data_folder_is_found_from_wherever_it_is_started(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("STACKSTUDY_DATA", raising=False)
    deep = tmp_path / "project" / "notebooks" / "mine"
    deep.mkdir(parents=True)
    demo = database(tmp_path / "project" / "data" / "demo")
    monkeypatch.chdir(deep)
    assert find_data() == demo
    own = tmp_path / "project" / "data"
    duckdb.connect(str(own / "deep_learning_deployment.duckdb")).close()
    assert find_data() == own
    near = database(deep / "data")
    assert find_data() == near
    named = database(tmp_path / "elsewhere")
    monkeypatch.setenv("STACKSTUDY_DATA", str(named))
    assert find_data() == named
    monkeypatch.setenv("STACKSTUDY_DATA", str(tmp_path / "typo"))
    with pytest.raises(WarehouseError, match="STACKSTUDY_DATA names this folder"):
        find_data()


def test_no_database_names_the_cure(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("STACKSTUDY_DATA", raising=False)
    monkeypatch.setattr("analyses.notebook._PLACES", ("nobody's data",))  # not the tester's own
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WarehouseError, match="make demo"):
        find_data()


def test_asking_closes_also_after_a_mistake(sample_warehouse, tmp_path, capsys) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    assert ask("select 1 as one", data)["one"].tolist() == [1]
    with pytest.raises(WarehouseError, match="no_such_table"):
        ask("from no_such_table", data)
    assert "mobile" in open_study(data).sets
    assert "synthetic" in capsys.readouterr().out
    duckdb.connect(str(data / "deep_learning_deployment.duckdb")).close()
