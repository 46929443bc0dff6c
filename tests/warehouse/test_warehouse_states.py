"""A database, its dump and its study never mix in silence: what changed is said in one line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from small_dumps import question, write_posts

from analyses.warehouse import database
from analyses.warehouse.database import connect, database_path
from loader import load
from loader.errors import WarehouseError
from stackstudy import main

STUDY = "deep_learning_deployment"
NAMES = ["plain", "it's a copy", "[a] data* folder", "[[*]]'\"", "größer & ünn"]
COMMANDS = {
    "sql": ["sql", "select 1"],
    "info": ["info"],
    "export": ["export", "mobile", "--format", "csv", "--output", "OUT"],
    "sample-size": ["sample-size", "mobile"],
}


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch):
    """A process says a thing once; each test is a new reader."""
    monkeypatch.setattr(database, "_told", set())


@pytest.fixture
def make_copy(sample_warehouse, tmp_path):
    """Copy the data folder with what is built of it, under a name."""

    def make(name):
        return Path(
            shutil.copytree(
                sample_warehouse, tmp_path / name, ignore=shutil.ignore_patterns("dbt", ".loading")
            )
        )

    return make


def counted(data, table="stg_posts"):
    with connect(data) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def load_more(data, folder):
    """Load a site of one question beside what is there."""
    asked = datetime(2019, 1, 1, tzinfo=UTC)
    load([write_posts(folder / "more", [question(1, asked, "keras")])], data, site="more.com")


class TestAFolderThatWasMovedOrCopied:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_copy_reads_its_own_parquet(
        self, make_copy, sample_warehouse, tmp_path, name, capsys
    ):
        copied, whole = make_copy(name), counted(sample_warehouse)
        load_more(copied, tmp_path)
        assert counted(copied) == whole + 1
        assert counted(copied, "stg_manifests") == counted(sample_warehouse, "stg_manifests") + 8
        assert counted(sample_warehouse) == whole
        notes = capsys.readouterr().err.splitlines()
        assert len([note for note in notes if "was moved or copied since" in note]) == 1
        assert str(copied) in notes[0]
        with duckdb.connect(str(database_path(copied, STUDY)), read_only=True) as connection:
            [(text,)] = connection.execute(
                "select string_agg(sql, ' ') from duckdb_views() where schema_name = 'main'"
            ).fetchall()
        assert str(sample_warehouse) not in text
        counted(copied)
        assert "moved" not in capsys.readouterr().err  # it was repaired for good

    @pytest.mark.parametrize("name", NAMES)
    def test_a_moved_one_works(self, make_copy, tmp_path, name, capsys):
        first = make_copy("[first]* one's")
        whole = counted(first)
        moved = first.rename(tmp_path / name)
        assert counted(moved) == whole
        assert counted(moved, "mobile_questions") > 0
        assert capsys.readouterr().err.count("was moved or copied") == 2  # the copy, the moved one

    def test_the_database_alone_says_that_the_dump_is_not_there(
        self, sample_warehouse, tmp_path, capsys
    ):
        """Handed on without the Parquet, or without some of it: in one line, not in a traceback."""
        (tmp_path / "data").mkdir()
        shutil.copy(database_path(sample_warehouse, STUDY), tmp_path / "data")
        assert counted(tmp_path / "data", "acceptance") == 7
        [note] = capsys.readouterr().err.splitlines()
        assert f"{tmp_path / 'data'} does not hold the dump that {STUDY}.duckdb was built" in note
        (tmp_path / "data" / "posts").symlink_to(sample_warehouse / "posts")
        assert counted(tmp_path / "data", "acceptance") == 7
        assert "before the last load (of sample.stackstudy)" in capsys.readouterr().err

    def test_a_name_that_duckdb_cannot_write_to_is_refused(self, make_copy):
        data = make_copy("where is it?")
        with pytest.raises(WarehouseError, match="with . in its name; rename it"):
            counted(data)

    def test_another_way_to_the_same_folder_is_no_move(
        self, sample_warehouse, tmp_path, monkeypatch, capsys
    ):
        """A symbolic link, or a path from where one stands: the views stay as they are."""
        before = database_path(sample_warehouse, STUDY).stat().st_mtime_ns
        (tmp_path / "data").symlink_to(sample_warehouse)
        monkeypatch.chdir(tmp_path)
        for data in (tmp_path / "data", Path("data")):
            assert counted(data) > 5000
        assert capsys.readouterr().err == ""
        assert database_path(sample_warehouse, STUDY).stat().st_mtime_ns == before


class TestALoadAfterABuild:
    @pytest.fixture
    def data(self, make_copy, tmp_path, capsys):
        data = make_copy("data")
        counted(data)  # repairs its views
        load_more(data, tmp_path)
        capsys.readouterr()
        return data

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_reader_says_so_in_one_line(self, data, tmp_path, name):
        command = [str(tmp_path / "out") if word == "OUT" else word for word in COMMANDS[name]]
        done = CliRunner().invoke(main, [*command, "--data", str(data)])
        assert done.exit_code == 0, done.output
        [note] = done.stderr.splitlines()
        assert note == (
            f"Note: {STUDY}.duckdb was built before the last load (of more.com), so its tables and"
            f" the dump do not belong together; run `stackstudy build --data {data} --study"
            f" {STUDY}`"
        )

    def test_what_is_loaded_no_more_is_said_too(self, make_copy, capsys):
        data = make_copy("data")
        counted(data)  # repairs its views
        shutil.rmtree(data / "tags")
        counted(data)
        assert "before the last load (of sample.stackstudy)" in capsys.readouterr().err


class TestAStudyThatChanged:
    @pytest.fixture
    def study(self, make_copy, sample_study, tmp_path, capsys):
        """A copy whose study can be changed, as if it had been built from there."""
        data = make_copy("data")
        counted(data)
        study = Path(shutil.copytree(sample_study, tmp_path / "my studies" / STUDY))
        with duckdb.connect(str(database_path(data, STUDY))) as connection:
            connection.execute("update studies set study_folder = ?", [str(study)])
        counted(data)
        assert "has changed" not in capsys.readouterr().err
        return study

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_reader_says_so_in_one_line(self, study, tmp_path, name):
        with (study / "labels.csv").open("a", encoding="utf-8") as file:
            file.write("mobile,sample.stackstudy,1,unclear,,\n")
        command = [str(tmp_path / "out") if word == "OUT" else word for word in COMMANDS[name]]
        done = CliRunner().invoke(main, [*command, "--data", str(tmp_path / "data")])
        assert done.exit_code == 0, done.output
        [note] = done.stderr.splitlines()
        assert note == (
            f"Note: {study} has changed since {STUDY}.duckdb was built; run `stackstudy build"
            f" --data {tmp_path / 'data'} --study '{study}'`"
        )

    def test_a_new_file_of_it_is_a_change_and_one_that_nothing_reads_is_none(
        self, study, tmp_path, capsys
    ):
        (study / "README.md").write_text("About this study")
        counted(tmp_path / "data")
        assert "has changed" not in capsys.readouterr().err
        (study / "decisions.csv").write_text("question_set,site,question_id,decision\n")
        counted(tmp_path / "data")
        assert "has changed" in capsys.readouterr().err

    def test_a_study_that_is_gone_is_no_change(self, study, tmp_path, capsys):
        """A data folder may be handed on without it."""
        shutil.rmtree(study)
        counted(tmp_path / "data")
        assert capsys.readouterr().err == ""
