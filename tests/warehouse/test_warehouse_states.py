"""A database, its dump and its study never mix in silence: what changed is said in one line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from small_dumps import answer, moment, question, write_posts

from analyses.study import find_study, read_study
from analyses.warehouse import database
from analyses.warehouse.build import announce, build
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

    def test_a_copy_whose_parquet_is_damaged_is_no_traceback(self, make_copy, capsys):
        """A bit flipped in the name of a column, which stands in the clear at a file's end."""
        copied = make_copy("damaged")
        [part] = copied.glob("posts/site=*/*.parquet")
        part.write_bytes(part.read_bytes().replace(b"CommunityOwnedDate", b"CommunityOwnadDate"))
        assert counted(copied, "acceptance") == 7
        [note] = capsys.readouterr().err.splitlines()
        assert f"{copied} does not hold the dump that {STUDY}.duckdb was built from" in note

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


@pytest.fixture(scope="module")
def lacking(tmp_path_factory):
    """A data folder whose dump lacks answers, and what its build said."""
    folder = tmp_path_factory.mktemp("lacking")
    day = datetime(2019, 1, 1, tzinfo=UTC)
    deleted = {"DeletionDate": moment(day), "OwnerUserId": -2}
    rows = [question(n, day, "keras", AnswerCount=1) for n in range(1, 31)]
    rows += [answer(100 + n, n, day) for n in range(14, 30)]
    rows += [answer(200, 30, day, **deleted)]
    load([write_posts(folder / "dump", rows)], folder / "data", site="a.com")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        result = build(folder / "data", read_study(find_study(STUDY)))
    return folder / "data", result


class TestADumpThatLacksRows:
    """It was cut off and closed again: 13 of the 30 questions have lost the answer they count."""

    SHARE = "43% of the questions (13 of 30) say that they have more answers than are there"

    def test_a_build_warns(self, lacking, capsys):
        folder, result = lacking
        announce(result, folder)
        assert f"Warning: a.com posts: {self.SHARE}" in capsys.readouterr().out

    def test_a_run_does_not_warn_again_of_what_its_load_has_said(self, lacking, capsys):
        folder, result = lacking
        announce(result, folder, result.dump_warnings)
        assert "Warning" not in capsys.readouterr().out

    def test_info_warns_and_counts_what_is_deleted(self, lacking):
        said = CliRunner().invoke(main, ["info", "--data", str(lacking[0])]).output
        assert f"Warning: a.com posts: {self.SHARE}" in said
        assert "a.com posts: deleted, by their DeletionDate: 1 of 47;" in said

    def test_a_report_warns_at_its_beginning_and_in_its_data(self, lacking, tmp_path):
        arguments = ["report", "--data", str(lacking[0]), "--output", str(tmp_path / "page.html")]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        page = (tmp_path / "page.html").read_text("utf-8")
        glance, described = page.index('id="summary"'), page.index('id="data"')
        assert "The dump may lack rows" in page[glance:described]
        assert self.SHARE in page[described:]

    def test_answers_of_the_answer_bot_are_marked(self, lacking):
        with connect(lacking[0]) as connection:
            found = connection.execute("select post_id from stg_posts where is_by_answer_bot")
            assert found.fetchall() == [(200,)]


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
