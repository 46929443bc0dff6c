"""What labels change, built alone, equals a whole build; any other change leads to a whole one."""

from __future__ import annotations

import csv
import os
import shutil

import duckdb
import pytest

from analyses.study import read_study
from analyses.warehouse import dbt_results
from analyses.warehouse.build import build
from analyses.warehouse.inputs import changed_input

PART = "change was built"


@pytest.fixture(scope="module")
def built(sample_warehouse, sample_study, tmp_path_factory):
    """A copy of the sample's data folder and study, built."""
    folder = tmp_path_factory.mktemp("part")
    data, study = folder / "data", folder / sample_study.name
    shutil.copytree(sample_warehouse, data, ignore=shutil.ignore_patterns("dbt"))
    shutil.copytree(sample_study, study)
    build(data, read_study(study))
    return data, study


def contents(data, study):
    """Every table and view of a database as sorted rows."""
    path = data / f"{study.name}.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main'"
                " and not starts_with(table_name, 'stg_')"
            ).fetchall()
        ]
        return {
            name: sorted(map(repr, connection.execute(f'from "{name}"').fetchall()))
            for name in names
        }


def is_part(result):
    return any(PART in note for note in result.notes)


def test_labels_categories_and_decisions_alone_give_what_a_whole_build_gives(built):
    data, folder = built
    path = folder / "labels.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    last = rows.pop()
    rows[1][3:5] = ["a new code", "of this afternoon"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    codes = folder / "taxonomy.csv"
    header = codes.read_text("utf-8").splitlines()[0].split(",")
    new = {"question_set": rows[1][0], "inner_category": "a new code",
           "leaf_category": "of this afternoon"}  # fmt: skip
    with codes.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([new.get(name, "") for name in header])
    assert set(changed_input(data, read_study(folder))) == {"labels", "taxonomy"}
    first = build(data, read_study(folder))
    assert is_part(first)
    assert first.n_models < 30
    after_labels = contents(data, folder)
    assert "a new code" in repr(after_labels["taxonomy_distribution"])

    (folder / "decisions.csv").write_text(
        f"question_set,site,question_id,decision,note\n{last[0]},{last[1]},{last[2]},exclude,no\n",
        "utf-8",
    )
    assert changed_input(data, read_study(folder)) == ["decisions"]
    assert is_part(build(data, read_study(folder)))
    part = contents(data, folder)
    assert not is_part(build(data, read_study(folder), is_full=True))
    whole = contents(data, folder)
    assert part.keys() == whole.keys()
    assert [name for name in whole if whole[name] != part[name]] == []
    assert part["question_set_members"] != after_labels["question_set_members"]


def test_what_is_saved_during_a_build_is_of_the_next_one(built, monkeypatch):
    """A rater goes on while the tables are built: that label was taken as built."""
    data, folder = built
    path = folder / "labels.csv"

    def label(question: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"mobile,sample.stackstudy,{question},unclear,,\n")

    def outcome(*arguments):
        label(902)
        return dbt_results.outcome(*arguments)

    label(901)
    built_from = path.read_bytes()
    monkeypatch.setattr("analyses.warehouse.build.outcome", outcome)
    assert is_part(build(data, read_study(folder)))
    assert changed_input(data, read_study(folder)) == ["labels"]
    path.write_bytes(built_from)
    assert changed_input(data, read_study(folder)) == []


@pytest.mark.parametrize("what", ["study", "database", "other file", "nothing", "not kept"])
def test_anything_else_leads_to_a_whole_build(built, what):
    data, folder = built
    build_state = data / "dbt" / folder.name / "inputs.json"
    kept = {path: path.read_bytes() for path in [*folder.iterdir(), build_state] if path.is_file()}
    database = data / f"{folder.name}.duckdb"
    times = database.stat()
    try:
        with (folder / "labels.csv").open("a", encoding="utf-8") as file:
            file.write("" if what == "nothing" else "mobile,sample.stackstudy,1,unclear,,\n")
        assert changed_input(data, read_study(folder)) == ([] if what == "nothing" else ["labels"])
        if what == "study":
            with (folder / "study.yml").open("a", encoding="utf-8") as file:
                file.write("# a word more\n")
        if what == "database":
            os.utime(database)
        if what == "other file":
            (folder / "published_response_times.csv").write_text(
                "question_set,response_minutes_days_dropped\nmobile,3\n", "utf-8"
            )
        if what == "not kept":
            build_state.unlink()
        assert changed_input(data, read_study(folder)) == []
    finally:
        for path in folder.iterdir():
            if path not in kept:
                path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        os.utime(database, ns=(times.st_atime_ns, times.st_mtime_ns))
