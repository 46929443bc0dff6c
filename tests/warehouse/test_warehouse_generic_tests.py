"""The project's own data tests fail when they should, run by dbt in a project of their own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field

import pytest
import yaml
from dbt_runs import ROOT, run_dbt

GENERIC = ROOT / "dbt_project" / "data_tests" / "generic"
PROJECT = {
    "name": "trial",
    "profile": "trial",
    "test-paths": ["data_tests"],
    "flags": {"send_anonymous_usage_stats": False},
}
PROFILE = {
    "trial": {
        "target": "trial",
        "outputs": {"trial": {"type": "duckdb", "path": "trial.duckdb", "threads": 1}},
    }
}


@dataclass(frozen=True)
class Case:
    """A relation, a data test on it, and how many rows fail."""

    name: str
    rows: str
    test: str
    arguments: dict = field(default_factory=dict)
    n_failures: int = 0


OTHER = "select * from (values ('a', 3), ('b', 0), ('c', 2)) as other(name, total)"
UNIQUE = {"columns": ["name", "id"]}
COVERS = {"of": "ref('other')", "columns": ["name"]}
ADDS = {"column": "n", "by": "name", "total": "total", "of": "ref('other')"}

CASES = [
    Case("unique_rows", "('a', 1), ('a', 2), ('b', 1)", "unique_together", UNIQUE),
    Case("unique_twice", "('a', 1), ('a', 1), ('b', 1)", "unique_together", UNIQUE, 1),
    Case("unique_nulls", "('a', null), ('a', null)", "unique_together", UNIQUE, 1),
    Case("holds_true", "('a', 1), ('b', 2)", "holds", {"expression": "id > 0"}),
    Case("holds_false", "('a', 1), ('b', -1)", "holds", {"expression": "id > 0"}, 1),
    Case("holds_unknown", "('a', 1), ('b', null)", "holds", {"expression": "id > 0"}, 1),
    Case("holds_either", "('a', 1), ('b', -1)", "holds", {"expression": "id > 5 or id < 5"}),
    Case("covers_all", "('a', 1), ('b', 1), ('c', 1), ('d', 1)", "covers", COVERS),
    Case("covers_some", "('a', 1)", "covers", COVERS, 2),
    Case("adds_up", "('a', 1), ('a', 2), ('c', 2), ('d', 9)", "adds_up_to", ADDS),
    Case("adds_less", "('a', 1), ('b', 0), ('c', 2)", "adds_up_to", ADDS, 1),
    Case("adds_missing", "('a', 3), ('b', 0)", "adds_up_to", ADDS, 1),
    Case("adds_null", "('a', 3), ('c', null)", "adds_up_to", ADDS, 1),
]


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """Number of failing rows by case."""
    project = tmp_path_factory.mktemp("trial")
    (project / "models").mkdir()
    shutil.copytree(GENERIC, project / "data_tests" / "generic")
    (project / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    (project / "profiles.yml").write_text(yaml.safe_dump(PROFILE))
    (project / "models" / "other.sql").write_text(OTHER)
    models = []
    for case in CASES:
        column = "n" if case.test == "adds_up_to" else "id"
        (project / "models" / f"{case.name}.sql").write_text(
            f"-- depends_on: {{{{ ref('other') }}}}\n"
            f"select name, {column}::integer as {column}"
            f" from (values {case.rows}) as given(name, {column})"
        )
        test = {case.test: {"name": f"test_{case.name}", "arguments": case.arguments}}
        models.append({"name": case.name, "data_tests": [test]})
    (project / "models" / "models.yml").write_text(yaml.safe_dump({"version": 2, "models": models}))
    done = run_dbt(project / "data", "build", project=project)
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    assert "deprecat" not in done.stdout.lower()
    return {
        result["unique_id"].split(".")[2]: result["failures"]
        for result in results
        if result["unique_id"].startswith("test.")
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_data_test_counts_what_fails(failures, case):
    assert failures[f"test_{case.name}"] == case.n_failures


def test_every_generic_test_is_tried():
    shipped = {path.stem for path in GENERIC.glob("*.sql")}
    assert shipped
    for name in shipped:
        assert {case.n_failures > 0 for case in CASES if case.test == name} == {False, True}, name
