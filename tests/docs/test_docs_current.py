"""The pages that are made from code are current, and say what is so."""

from __future__ import annotations

import csv
import re
import runpy
import shutil
import subprocess
import sys
from collections import defaultdict

import pytest
from pages import DOCS, GENERATED, ROOT

from analyses.warehouse.database import connect
from analyses.warehouse.dictionary import LAYERS, read_dictionary
from loader.errors import WarehouseError
from loader.schemas import TABLES
from stackstudy import main

generate = runpy.run_path(str(DOCS / "generate.py"))


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return generate["pages"]()


def test_the_generated_pages_are_current(made) -> None:
    """In a process of its own: click remembers how a command was asked for help before."""
    assert set(made) == set(GENERATED)
    check = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_page_that_is_not_current_is_named(tmp_path) -> None:
    for folder in ("docs", "models", "dbt_project"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    page = tmp_path / "docs" / "dump-schema.md"
    page.write_text(page.read_text(encoding="utf-8") + "by hand\n", encoding="utf-8")
    made = [sys.executable, str(tmp_path / "docs" / "generate.py")]
    done = subprocess.run([*made, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "docs/dump-schema.md is not current; run `make docs`" in done.stderr
    subprocess.run(made, capture_output=True, check=True)
    assert "by hand" not in page.read_text(encoding="utf-8")


def test_help_of_every_command_is_there(made) -> None:
    headings = re.findall(r"^## stackstudy ?(.*)$", made["commands.md"], re.MULTILINE)
    assert set(main.commands) <= set(headings)
    assert "label serve" in headings


def test_the_dictionary_says_what_the_database_holds(sample_warehouse) -> None:
    """Names and types of contract are those of the tables that a build makes."""
    marts = read_dictionary()
    with connect(sample_warehouse) as connection:
        for name, entry in marts.items():
            shape = connection.execute(f'describe main."{name}"').fetchall()
            built = {column: str(kind).lower() for column, kind, *_ in shape}
            said = {column.name: column.data_type.lower() for column in entry.columns}
            assert list(said) == list(built), name
            assert {c: k for c, k in said.items() if "json" not in k} == {
                c: k for c, k in built.items() if "json" not in said[c]
            }, name


@pytest.mark.parametrize("layer", LAYERS)
def test_no_description_is_left_as_a_template(layer) -> None:
    entries = read_dictionary(layer)
    assert entries
    for entry in entries.values():
        texts = [entry.description, *(column.description for column in entry.columns)]
        assert entry.description, entry.name
        assert not any("{{" in text or "{%" in text for text in texts), entry.name


def test_a_text_that_nobody_wrote_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "models" / "marts").mkdir(parents=True)
    (tmp_path / "models" / "marts" / "x.yml").write_text(
        "models:\n  - name: x\n    description: \"{{ doc('nobody') }}\"\n"
    )
    monkeypatch.setattr("analyses.warehouse.dictionary.project_dir", lambda: tmp_path)
    with pytest.raises(WarehouseError, match=r"x\.yml: x: no text 'nobody'"):
        read_dictionary()


def test_the_dumps_hold_what_the_schema_page_says(shared_data) -> None:
    """Counted in the XML of seven dumps, by attribute, without the loader."""
    tables = {table.root: table.name for table in TABLES.values()}
    seen = defaultdict(set)
    for path in (shared_data / "sites").glob("*/*.xml"):
        month = re.search(r"\d{4}-\d\d", path.parent.name)
        if month:
            rows = re.findall(r"<row [^>]*", path.read_text(encoding="utf-8-sig"))
            for attribute in {name for row in rows for name in re.findall(r'\s(\w+)="', row)}:
                seen[tables[path.stem.lower()], attribute].add(month[0])
    with (DOCS / "dump-attributes.csv").open(encoding="utf-8", newline="") as file:
        said = {(row["table"], row["attribute"]): row["seen"] for row in csv.DictReader(file)}
    assert set(said) == {(t.name, name) for t in TABLES.values() for name in t.attributes}
    assert {key: " ".join(sorted(seen[key])) for key in said} == said


def test_the_schema_page_names_the_columns_of_the_views(sample_warehouse, made) -> None:
    with connect(sample_warehouse) as connection:
        for table in TABLES.values():
            shape = connection.execute(f"describe stg_{table.name}").fetchall()
            section = made["dump-schema.md"].split(f"## {table.name}\n")[1].split("\n## ")[0]
            columns = {line.split("|")[3].strip() for line in section.splitlines() if "| `" in line}
            of_no_attribute = {"site", "other_attributes", "is_by_answer_bot"}
            assert {name for name, *_ in shape} - of_no_attribute <= columns, table.name


def test_the_picture_of_the_report_is_small_and_is_one() -> None:
    picture = (ROOT / "docs" / "report.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 10_000 < len(picture) < 400_000
