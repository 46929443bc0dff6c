"""Where an export goes, what it says of itself, and what it never does."""

from __future__ import annotations

import csv
import json

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from analyses.export import FORMATS
from analyses.export import export as exporting
from analyses.export.command import command
from analyses.export.export import export
from analyses.export.files import write_csv
from analyses.export.readme import readme
from analyses.export.tables import LICENCE, Table
from analyses.export.workbook import write_workbook
from analyses.study import find_study, read_study
from analyses.warehouse.database import connect
from analyses.warehouse.dictionary import ColumnEntry
from loader.errors import ExportError, WarehouseError
from stackstudy import main


def sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def files_of(folder) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_command_describes_all_that_it_writes(data, tmp_path, file_format) -> None:
    target = tmp_path / "out"
    done = CliRunner().invoke(
        command, ["mobile", "--data", str(data), "-o", str(target), "--format", file_format]
    )
    assert done.exit_code == 0, done.output
    readme = (target / "README.md").read_text("utf-8")
    for name in files_of(target) - {"README.md"}:
        assert f"`{name}`" in readme
    assert "| `mobile` | 1,533 |" in readme
    assert "stackoverflow.com (last post 2019-11-30)" in readme
    with (target / "data_dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row for row in rows if not row["description"]] == []
    if file_format in {"parquet", "csv"}:
        for name in files_of(target) - {"README.md", "data_dictionary.csv"}:
            shape = duckdb.execute(f"describe from '{target / name}'").fetchall()
            stem = name.rpartition(".")[0]
            assert [c for c, *_ in shape] == [r["column"] for r in rows if r["table"] == stem]


def test_the_readme_counts_the_posts_of_each_licence(data, tmp_path, published) -> None:
    export(data, tmp_path / "out", ["mobile"], "jsonl")
    readme = (tmp_path / "out" / "README.md").read_text("utf-8")
    lines = (tmp_path / "out" / "posts" / "mobile.jsonl").read_text("utf-8").splitlines()
    ids = [json.loads(line)["Id"] for line in lines]
    posts = [p for i in ids for p in (published[int(i)], *published[int(i)]["answers"])]
    for licence, first, last in (("3.0", "2011-04-08", "2018-05-02"), ("4.0", "2018-05-02", "9")):
        n = sum(first <= post["CreationDate"] < last for post in posts)
        assert n > 0
        assert f"by-sa/{licence}/) | {n:,} |" in readme


@pytest.mark.parametrize(
    ("created", "said", "licence"),
    [
        ("2011-04-07 23:59:59.999", None, "CC BY-SA 2.5"),
        ("2011-04-08 00:00:00", None, "CC BY-SA 3.0"),
        ("2018-05-01 23:59:59.999", None, "CC BY-SA 3.0"),
        ("2018-05-02 00:00:00", None, "CC BY-SA 4.0"),
        ("2012-01-01 00:00:00", "CC BY-SA 4.0", "CC BY-SA 4.0"),
        (None, None, None),
    ],
)
def test_a_licence_is_what_the_dump_says_or_what_its_date_says(created, said, licence) -> None:
    post = "(select ?::timestamp as created_at, ?::varchar as content_license) as post"
    found = duckdb.execute(f"select {LICENCE} from {post}", [created, said]).fetchone()
    assert found == (licence,)


def test_a_licence_of_a_hostile_dump_is_a_text_of_the_readme() -> None:
    """It ran as a script where Markdown may hold HTML, and broke the table."""
    hostile = "<script>alert(1)</script> | [x](javascript:alert(2)) `a\n\n# No heading\x9b31m"
    with duckdb.connect() as connection:
        connection.execute(
            "create table dump_manifest as select 'a.com' as site, 'posts' as \"table\","
            " null as last_at, false as is_synthetic;"
            "create table question_sets as select 's' as question_set, 'A | <b>set</b>' as label,"
            " null as description, false as is_candidate_set;"
            "create table question_set_members as select 's' as question_set, 'a.com' as site,"
            " 1 as question_id;"
            "create table stg_posts as select 'a.com' as site, 1 as post_id, 1 as post_type_id,"
            " null::int as parent_post_id, timestamp '2015-01-01' as created_at,"
            f" {sql_text(hostile)} as content_license;"
            "create table studies as select 't' as title"
        )
        text = readme(connection, ["s"], [], [], file_format="csv", whole_study=False)
    assert "\x9b" not in text
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    inline = [one for token in tokens for one in token.children or ()]
    assert not [one.content for one in [*tokens, *inline] if one.type.startswith("html")]
    links = [one.attrs["href"] for one in inline if one.type == "link_open"]
    assert all(str(link).startswith("https://") for link in links)
    cells = [token.content for token in tokens if token.type == "inline"]
    assert [one for one in cells if "alert(1)" in one and "No heading" in one]
    headings = [tokens[n + 1].content for n, one in enumerate(tokens) if one.type == "heading_open"]
    assert "No heading" not in headings
    rows = "".join(one.type[:2] for one in tokens if one.type in {"tr_open", "td_open", "th_open"})
    assert set(rows.split("tr")[1:]) == {"ththth", "tdtdtd"}


def test_nothing_of_the_exporters_machine_is_in_it(data, tmp_path) -> None:
    export(data, tmp_path / "out", file_format="csv")
    for path in (tmp_path / "out").rglob("*.*"):
        content = path.read_bytes()
        assert str(tmp_path).encode() not in content
        assert b"fse2020/Posts.xml" not in content
    assert b",Posts.xml," in (tmp_path / "out" / "results" / "dump_manifest.csv").read_bytes()


def test_an_export_is_replaced_only_with_force(data, tmp_path) -> None:
    target = tmp_path / "out"
    export(data, target, ["mobile"])
    before = files_of(target)
    with pytest.raises(ExportError, match="--force"):
        export(data, target, ["mobile"], "csv")
    assert files_of(target) == before
    export(data, target, ["mobile"], "csv", force=True)
    assert "questions.csv" in files_of(target)
    assert not any(name.endswith(".parquet") for name in files_of(target))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_no_export_is_never_replaced(data, tmp_path) -> None:
    thesis = tmp_path / "out" / "thesis.tex"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    with pytest.raises(ExportError, match="other than an export"):
        export(data, tmp_path / "out", ["mobile"], force=True)
    assert thesis.read_text() == "years of work"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "out")
    with pytest.raises(ExportError, match="is not a folder"):
        export(data, link, ["mobile"], force=True)


def test_of_a_whole_study_every_row_goes_out(data, tmp_path) -> None:
    """Also those about quoted studies and pairs of sets, which are no sets of the database."""
    export(data, tmp_path / "out")
    with connect(data) as connection:
        files = {path.stem: path for path in (tmp_path / "out").rglob("*.parquet")}
        assert len(files) > 20
        for name, path in files.items():
            if name != "answers":
                [(there,), (written,)] = [
                    connection.execute(f"select count(*) from {source}").fetchone()
                    for source in (f'main."{name}"', f"'{str(path).replace(chr(39), chr(39) * 2)}'")
                ]
                assert written == there, name
        named = "select count(distinct question_set) from replication_checks"
        sets = f"{named} where question_set not in (select question_set from question_sets)"
        assert connection.execute(sets).fetchone()[0] > 0


def test_the_readme_says_which_sets_have_a_file_of_posts(data, tmp_path) -> None:
    export(data, tmp_path / "all", file_format="jsonl")
    readme = (tmp_path / "all" / "README.md").read_text("utf-8")
    there = {path.stem for path in (tmp_path / "all" / "posts").iterdir()}
    said = readme.split("one file per question set (")[1].split(")")[0]
    assert set(said.split(", ")) == there
    others = readme.split("none for ")[1].split(", whose questions")[0].split(", ")
    assert {*others} == {*read_study(find_study()).set_names()} - there
    assert {"dl", "deployment"} <= {*others}
    export(data, tmp_path / "one", ["mobile"], "jsonl")
    assert (
        "In `posts/` one file per question set: one question per line"
        in (tmp_path / "one" / "README.md").read_text()
    )


def test_a_folder_that_cannot_be_written_is_named_and_no_name_of_ours(data, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(
        main, ["export", "mobile", "--data", str(data), "-o", str(tmp_path / "file" / "out")]
    )
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {tmp_path / 'file'}: cannot be written (")
    assert "--output DIR" in done.output
    assert done.output.count("\n") == 1


def test_a_failure_leaves_the_old_export_and_nothing_else(data, tmp_path, monkeypatch) -> None:
    target = tmp_path / "out"
    export(data, target, ["mobile"])
    before = files_of(target)

    def fail(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "write_dictionary", fail)
    with pytest.raises(KeyboardInterrupt):
        export(data, target, ["mobile"], force=True)
    assert files_of(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_named_as_such(data, tmp_path, monkeypatch) -> None:
    def fill(connection, _tables, folder, _file_format, _progress):
        (folder / "questions.csv").symlink_to("/dev/full")
        connection.execute(f"copy (from range(1000000)) to '{folder}/questions.csv'")

    monkeypatch.setattr(exporting, "_write", fill)
    with pytest.raises(ExportError, match="cannot be written .* make room"):
        export(data, tmp_path / "out", ["mobile"])
    assert list(tmp_path.iterdir()) == []


def test_one_of_several_studies_is_named(data, tmp_path) -> None:
    other = data / "other.duckdb"
    arguments = ["export", "mobile", "--data", str(data), "-o", str(tmp_path / "out")]
    try:
        duckdb.connect(str(other)).close()
        refused = CliRunner().invoke(main, arguments)
        done = CliRunner().invoke(main, [*arguments, "--study", "deep_learning_deployment"])
    finally:
        other.unlink(missing_ok=True)
    assert refused.exit_code == 1
    assert "name one with --study: deep_learning_deployment, other" in refused.output
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "questions.parquet").is_file()


def test_an_unknown_set_is_answered_with_those_there_are(data, tmp_path) -> None:
    done = CliRunner().invoke(
        main, ["export", "mobil", "--data", str(data), "-o", str(tmp_path / "out")]
    )
    assert done.exit_code == 1
    assert "no question set is named 'mobil'; there are dl, " in done.output
    assert not (tmp_path / "out").exists()


def test_no_database_and_no_posts_are_named(tmp_path) -> None:
    with pytest.raises(WarehouseError, match="no database yet"):
        export(tmp_path, tmp_path / "out")
    duckdb.connect(str(tmp_path / "deep_learning_deployment.duckdb")).close()
    with pytest.raises(WarehouseError, match="stackstudy build"):
        export(tmp_path, tmp_path / "out")


@pytest.fixture
def awkward() -> Table:
    query = (
        "select * from (values (1, '=1+1'), (2, '-x'), (3, repeat('é', 40000)), (4, chr(7)),"
        " (5, null), (6, ''), (7, '=' || repeat('y', 32800))) as t(n, words) order by n"
    )
    columns = (ColumnEntry("n", "integer", ""), ColumnEntry("words", "varchar", ""))
    return Table("awkward", "", columns, query)


def test_a_workbook_keeps_to_a_spreadsheets_limits(awkward, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("analyses.export.workbook.MAX_SHEET_ROWS", 4)
    with duckdb.connect() as connection:
        (done,) = write_workbook(connection, [awkward], tmp_path / "x.xlsx")
    assert done.n_rows == 7
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["awkward", "awkward (2)", "awkward (3)"]
    cells = {row[0].value: row[1] for s in book for row in s.iter_rows(min_row=2)}
    assert {cells[n].data_type for n in (1, 2, 3, 7)} == {"s"}
    assert [cells[n].value for n in (1, 2, 4, 5)] == ["=1+1", "-x", "\ufffd", None]
    assert all(len(cells[n].value) == 32_767 for n in (3, 7))
    assert len(done.notes) == 3
    assert "3 sheets" in done.notes[0]
    assert "2 texts are cut" in done.notes[1]
    assert "1 text holds" in done.notes[2]


def test_csv_stays_as_it_is_and_says_what_a_spreadsheet_would_spoil(awkward, tmp_path) -> None:
    with duckdb.connect() as connection:
        done = write_csv(connection, awkward, tmp_path)
    csv.field_size_limit(100_000)
    with (tmp_path / "awkward.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["1", "=1+1"]
    assert len(rows[3][1]) == 40_000
    assert (tmp_path / "awkward.csv").read_text("utf-8").splitlines()[5:7] == ["5,", '6,""']
    assert "2 texts are longer" in done.notes[0]
    assert "3 texts begin" in done.notes[1]
