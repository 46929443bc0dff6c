"""The notebooks are committed without output, run as they are, and leave the database free."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from analyses.notebook import ask, find_data, open_study
from loader.errors import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PLOTLY = "application/vnd.plotly.v1+json"
FIGURES = {"popularity": 6, "difficulty": 7, "taxonomy": 6}
SETS = re.compile(r"^QUESTION_SETS = .*$", re.MULTILINE)


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
    assert len([line for line in lines if line.startswith("QUESTION_SETS = ")]) == 1


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
    assert find_data(deep) == demo
    own = tmp_path / "project" / "data"
    duckdb.connect(str(own / "deep_learning_deployment.duckdb")).close()
    assert find_data(deep) == own
    monkeypatch.chdir(deep)
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
    with pytest.raises(WarehouseError, match="make demo"):
        find_data(tmp_path)


def test_asking_closes_also_after_a_mistake(sample_warehouse, tmp_path, capsys) -> None:
    data = own_copy(sample_warehouse, tmp_path / "data")
    assert ask("select 1 as one", data)["one"].tolist() == [1]
    with pytest.raises(WarehouseError, match="no_such_table"):
        ask("from no_such_table", data)
    assert "mobile" in open_study(data).sets
    assert "synthetic" in capsys.readouterr().out
    duckdb.connect(str(data / "deep_learning_deployment.duckdb")).close()
