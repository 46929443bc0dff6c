"""The project's conventions, read from dbt's manifest and from what a bare `dbt build` left."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import tokenize

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, run_dbt, share_store

from analyses.study import read_study, shipped_studies
from analyses.warehouse.database import database_path
from analyses.warehouse.functions import register
from loader.schemas import TABLES

READS_BODIES = "int_term_hits"
COUNTS_CHARACTERS = "questions"
"""Of the questions of the sets alone; it keeps no text."""

PREFIXES = {"staging": "stg_", "intermediate": "int_", "marts": ""}


@pytest.fixture(scope="module")
def manifest(bare):
    return bare.manifest()


def nodes(manifest, kind):
    return {
        node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == kind
    }


@pytest.fixture(scope="module")
def models(manifest):
    return nodes(manifest, "model")


@pytest.fixture(scope="module")
def marts(models):
    return {name: node for name, node in models.items() if layer(node) == "marts"}


def layer(node):
    return node["fqn"][1] if node["fqn"][1] in {"staging", "marts"} else "intermediate"


def last_sentence(text):
    return re.split(r"(?<=\.)\s+", text.strip())[-1]


def test_models_are_named_by_their_layer(models):
    for name, node in models.items():
        prefix = re.match(r"(stg_|int_)?", name)[0]
        assert prefix == PREFIXES[layer(node)], name


def test_staging_alone_reads_sources_and_every_source_is_read(manifest, models):
    read = set()
    for name, node in models.items():
        sources = {one for one in node["depends_on"]["nodes"] if one.startswith("source.")}
        assert (layer(node) == "staging") == bool(sources), name
        if sources:
            assert sources == set(node["depends_on"]["nodes"]), name
        read |= sources
    assert read == set(manifest["sources"])


def test_models_that_read_the_dump_are_tagged_dump_sized(models):
    """So are those that they need, and no other: the rest is built of what these make."""
    by_id = {node["unique_id"]: node for node in models.values()}

    def reads_dump(node):
        parents = node["depends_on"]["nodes"]
        return any(
            one.startswith("source.stackstudy.dump.") and not one.endswith(".manifests")
            for one in parents
        ) or any(
            reads_dump(by_id[one])
            for one in parents
            if one in by_id and by_id[one]["config"]["materialized"] == "view"
        )

    wanted = [name for name, node in models.items() if reads_dump(node)]
    assert {"stg_posts", "int_term_hits", "questions", "site_years"} <= set(wanted)
    for name in wanted:
        wanted += {
            one.rsplit(".", 1)[-1] for one in models[name]["depends_on"]["nodes"] if one in by_id
        } - set(wanted)
    assert {name for name in models if "dump_sized" in models[name]["tags"]} == set(wanted)


def test_every_model_is_read_or_shown(manifest, models):
    """What nobody reads is a mart; what is no mart has a reader."""
    read = {parent for node in models.values() for parent in node["depends_on"]["nodes"]}
    read |= {
        parent
        for node in (*nodes(manifest, "test").values(), *manifest["exposures"].values())
        for parent in node["depends_on"]["nodes"]
    }
    for name, node in models.items():
        assert layer(node) == "marts" or node["unique_id"] in read, name


def test_every_description_ends_with_the_grain(manifest, models):
    described = models | nodes(manifest, "analysis")
    assert len(described) > 60
    for name, node in described.items():
        assert re.match(r"One row per [^.]+\.$", last_sentence(node["description"])), name


def test_every_mart_has_a_contract_and_described_columns(marts):
    for name, node in marts.items():
        assert node["contract"]["enforced"], name
        for column in node["columns"].values():
            assert column["data_type"], (name, column["name"])
            assert column["description"], (name, column["name"])


def test_constraints_of_the_contracts_stand_in_the_database(bare, marts):
    """DuckDB enforces what the yml says, so that no data test has to."""
    found = {}
    for table, kind, columns, expression in bare.rows(
        "select table_name, constraint_type, constraint_column_names, expression"
        " from duckdb_constraints() where schema_name = 'main'"
    ):
        key = expression if kind == "CHECK" else tuple(columns)
        found.setdefault((table, kind), set()).add(key)
    n_checks = 0
    for name, node in marts.items():
        said = node["constraints"]
        keys = {
            tuple(column.strip('"') for column in one["columns"])
            for one in said
            if one["type"] == "primary_key"
        }
        assert found.get((name, "PRIMARY KEY"), set()) == keys, name
        checks = [one for one in said if one["type"] == "check"]
        assert len(found.get((name, "CHECK"), ())) == len(checks), name
        not_null = {
            (column["name"],)
            for column in node["columns"].values()
            if any(one["type"] == "not_null" for one in column["constraints"])
        }
        assert not_null <= found.get((name, "NOT NULL"), set()), name
        assert not_null, name
        n_checks += len(checks)
    assert n_checks > 30


def test_every_data_test_says_when_it_fails(manifest):
    tests = nodes(manifest, "test")
    assert tests
    for name, node in tests.items():
        assert re.match(r"Fails when .+\.$", node["description"].strip()), name


def test_every_grain_is_kept_by_a_key_or_by_the_one_test_of_grains(manifest, marts):
    [tested] = [
        node["depends_on"]["nodes"]
        for name, node in nodes(manifest, "test").items()
        if name == "grains_are_unique"
    ]
    for name, node in marts.items():
        has_key = any(one["type"] == "primary_key" for one in node["constraints"])
        is_a_list = name == "studies"  # of one
        assert has_key or node["unique_id"] in tested or is_a_list, name


def test_every_unit_test_is_described(manifest):
    unit_tests = manifest["unit_tests"].values()
    assert len(unit_tests) >= 25
    for node in unit_tests:
        assert node["description"].strip().endswith("."), node["name"]


def test_unit_tests_are_run_on_the_sample(bare, manifest):
    """So that whoever has the checkout alone tests the SQL."""
    for node in manifest["unit_tests"].values():
        assert f"PASS {node['model']}::{node['name']}" in bare.output


def test_a_yml_of_its_own_name_beside_each_model(models):
    for name, node in models.items():
        path = ROOT / node["original_file_path"]
        [described] = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["models"]
        assert described["name"] == name


def test_models_are_short(models):
    """But for the one whose steps hand on whole texts: two models would have to keep them."""
    for name, node in models.items():
        path = ROOT / node["original_file_path"]
        limit = 145 if name == READS_BODIES else 100
        assert len(path.read_text("utf-8").splitlines()) <= limit, name


SUBJECTS = {"deep learning", "deployment", "deploying", "cloud", "2019", "chen et al"}


@pytest.fixture(scope="module")
def words():
    """Subjects, set names, labels, tags and terms of the shipped studies, as whole words."""
    found = set(SUBJECTS)
    for folder in shipped_studies().values():
        study = read_study(folder)
        found |= {text.lower() for one in study.sets for text in (one.question_set, one.label)}
        found |= {text for one in study.rules for text in (one.value, one.must_contain) if text}
    any_of = "|".join(map(re.escape, sorted(found)))
    return re.compile(rf"(?<![a-z0-9])({any_of})(?![a-z0-9])")


class TestNothingOfAStudyIsInTheCode:
    """A study is a folder; SQL and Python know none, but for the default's name."""

    APART = ("analyses/replication", "analyses/sample")
    """One is of a paper's package; the other makes posts for the shipped study."""

    ALLOWED = frozenset(
        {
            ("analyses/report/static.py", "browser"),  # the program that draws figures
            ("analyses/report/static.py", "server"),  # the same, kept for the next figure
            ("analyses/study/study.py", "deployment"),  # the name of the default study
            ("analyses/report/templates/blocks.html", "dl"),  # an element of HTML
            ("analyses/labelling/page.py", "server"),  # the program that shows the page
            ("analyses/labelling/rendering.py", "dl"),  # an element of HTML
            ("dbt_project/macros/text.sql", "dl"),  # the same
            ("analyses/export/corpus.py", "dl"),  # the same
        }
    )

    def in_text(self, words, path, text):
        name = str(path.relative_to(ROOT))
        found = {match[1] for match in words.finditer(text.lower())}
        return {(name, word) for word in found} - self.ALLOWED

    def test_sql(self, words):
        paths = [
            path
            for folder in ("models", "dbt_project", "analyses")
            for path in (ROOT / folder).rglob("*.sql")
        ]
        assert len(paths) > 80
        for path in paths:
            code = re.sub(r"--[^\n]*|{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
            assert not self.in_text(words, path, code)

    def test_descriptions(self, words):
        """Not the rows of unit tests, which have to be of something."""
        for path in sorted((ROOT / "models").rglob("*.yml")):
            content = yaml.safe_load(path.read_text("utf-8"))
            content.pop("unit_tests", None)
            assert not self.in_text(words, path, json.dumps(content))
        for path in sorted((ROOT / "models").rglob("*.md")):
            assert not self.in_text(words, path, path.read_text("utf-8"))

    def test_python(self, words):
        """Not docstrings and comments: examples of commands are of the default study."""
        paths = [
            path
            for path in sorted((ROOT / "analyses").rglob("*"))
            if path.suffix in {".py", ".toml", ".html"}
            and not str(path.relative_to(ROOT)).startswith(self.APART)
        ]
        assert len(paths) > 80
        for path in paths:
            text = path.read_text("utf-8")
            assert not self.in_text(words, path, code_of(text) if path.suffix == ".py" else text)

    def test_a_word_of_a_study_would_be_found(self, words):
        path = ROOT / "models" / "planted.sql"
        for text in ("question_set = 'mobile'", "Deep Learning", "'tensorflow.js'", "year = 2019"):
            assert self.in_text(words, path, text)
        assert not self.in_text(words, path, "select n_questions from questions")


def code_of(text):
    """Return a module without its comments and docstrings."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            said = [
                one
                for one in node.body
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            ]
            for one in said:
                lines[one.lineno - 1 : one.end_lineno] = [""] * (one.end_lineno - one.lineno + 1)
    blank = "\n".join(lines)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(blank).readline))
    except (IndentationError, tokenize.TokenError):
        return blank
    return " ".join(one.string for one in tokens if one.type != tokenize.COMMENT)


def exposed(manifest, name):
    """Names of the marts that an exposure shows."""
    [exposure] = [one for one in manifest["exposures"].values() if one["name"] == name]
    return {parent.split(".")[-1] for parent in exposure["depends_on"]["nodes"]}


def test_the_report_is_an_exposure_of_what_it_shows(manifest, marts):
    code = "".join(path.read_text("utf-8") for path in (ROOT / "analyses/report").rglob("*.py"))
    shown = {name for name in marts if f'"{name}"' in code} - {"questions"}  # a word of its charts
    assert exposed(manifest, "report") == shown


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_each_notebook_is_an_exposure_of_what_it_shows(manifest, marts, path):
    """Its queries name marts, and so do the rows that it draws; opening the study reads two."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    asked = set(re.findall(r"\b(?:from|join)\s+(\w+)", code)) & set(marts)
    drawn = {name for name in marts if f'("{name}")' in code}
    assert asked
    assert drawn
    assert exposed(manifest, path.stem) == asked | drawn | {"question_sets", "dump_manifest"}


def test_saved_queries_are_an_exposure_of_what_they_ask(manifest):
    asked = {
        name
        for path in (ROOT / "analyses/queries").glob("*.sql")
        for name in re.findall(r"ref\('(\w+)'\)", path.read_text("utf-8"))
    }
    assert exposed(manifest, "saved_queries") == asked


def test_the_export_is_an_exposure_of_every_table(manifest, marts):
    """It writes each mart as it is, and reads bodies and names of people from the dump."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "analyses/export").rglob("*.py"))
    assert exposed(manifest, "export") == {*marts, *re.findall(r"\bstg_\w+\b", code)}


@pytest.mark.parametrize(
    ("name", "room"), [("replication", "replication"), ("labelling", "labelling")]
)
def test_what_python_asks_is_an_exposure(manifest, models, name, room):
    code = "".join(path.read_text("utf-8") for path in (ROOT / "analyses" / room).rglob("*.py"))
    asked = set(re.findall(r"\b(?:from|join) (?:main\.)?(\w+)", code)) & set(models)
    if "{TOPICS}_questions" in code:  # a view of a set
        asked |= {"questions", "question_set_members"}
    assert asked
    assert exposed(manifest, name) == asked


DUMP_SIZED = "dump_sized"
"""Says where a model runs, not what it is about."""


def test_every_model_has_a_subject_to_select_it_by(models):
    """`dbt build --select tag:times`: the folder of a model is its tag; marts have their own."""
    folders = {node["fqn"][1] for node in models.values()} - {"marts"}
    for name, node in models.items():
        if node["fqn"][1] != "marts":
            assert set(node["tags"]) - {DUMP_SIZED} == {node["fqn"][1]}, name
        assert set(node["tags"]) - {DUMP_SIZED}, name
    subjects = {tag for node in models.values() for tag in node["tags"]} - {DUMP_SIZED}
    assert subjects == folders | {"popularity", "acceptance", "measures", "study"}


def test_freshness_is_that_of_the_load(bare, tmp_path):
    """The manifests say when a table was loaded: a table of two years ago is warned of."""
    data = share_store(tmp_path / "data", bare.data)
    (data / "posts").unlink()
    shutil.copytree(bare.data / "posts", data / "posts")
    path = next(data.glob("posts/site=*/_manifest.json"))
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(manifest | {"finished_at": "2001-02-03T04:05:06+00:00"}), "utf-8")
    done = run_dbt(data, "source", "freshness")
    results = json.loads((data.parent / "target" / "sources.json").read_text("utf-8"))["results"]
    assert done.returncode == 0
    found = {one["unique_id"].split(".")[-1]: one for one in results}
    assert found["posts"]["max_loaded_at"].startswith("2001-02-03T04:05:06")
    assert {name: one["status"] for name, one in found.items()} == {
        name: "warn" if name == "posts" else "pass" for name in TABLES
    }


def warnings_in(output):
    """Lines of dbt's output that warn of something; its last line counts them."""
    said = re.sub(r"\bWARN=0 ERROR=0\b", "", output)
    bad = re.compile("warn|deprecat|error", re.IGNORECASE)
    return [line for line in said.splitlines() if bad.search(line)]


def test_build_and_docs_print_no_warning(bare):
    docs = (bare.data.parent / "docs.txt").read_text("utf-8")
    assert "Done. PASS=" in bare.output
    assert "Catalog written" in docs
    assert warnings_in(bare.output) == warnings_in(docs) == []


def test_a_warning_or_deprecation_would_be_seen(tmp_path):
    """One of each, planted in a project of its own."""
    project = tmp_path / "trial"
    (project / "models").mkdir(parents=True)
    output = {"type": "duckdb", "path": "trial.duckdb"}
    (project / "profiles.yml").write_text(
        yaml.safe_dump({"trial": {"target": "trial", "outputs": {"trial": output}}})
    )
    (project / "dbt_project.yml").write_text(
        yaml.safe_dump({"name": "trial", "profile": "trial"})
        + "flags: {send_anonymous_usage_stats: false}\n"
    )
    (project / "models" / "one.sql").write_text("select 1 as n")
    (project / "models" / "one.yml").write_text(
        "models:\n- name: one\n  columns:\n  - name: n\n    data_tests:\n"
        "    - accepted_values: {values: [2], config: {severity: warn}}\n"
    )
    done = run_dbt(project / "data", "build", project=project)
    assert done.returncode == 0, done.stdout
    found = "\n".join(warnings_in(done.stdout))
    assert "WARN 1 accepted_values_one_n__2" in found
    assert "MissingArgumentsPropertyInGenericTestDeprecation" in found


def test_docs_know_every_column_of_the_marts(bare, marts):
    catalog = json.loads((bare.target / "catalog.json").read_text("utf-8"))
    for node in marts.values():
        shown = catalog["nodes"][node["unique_id"]]["columns"]
        assert {one.lower() for one in shown} == {one.lower() for one in node["columns"]}


def test_analyses_run_in_the_shell(bare):
    compiled = sorted((bare.target / "compiled/stackstudy/analyses").glob("*/*.sql"))
    assert len(compiled) >= 8
    for path in compiled:
        assert bare.rows(path.read_text("utf-8")), path.name


@pytest.fixture(scope="module")
def plans(bare, models):
    """How DuckDB would run each model, by its name."""
    folder = bare.target / "compiled" / "stackstudy"
    with duckdb.connect(str(database_path(bare.data, bare.study)), read_only=True) as connection:
        register(connection)
        return {
            name: connection.execute(
                f"explain {(folder / node['original_file_path']).read_text('utf-8')}"
            ).fetchall()[0][1]
            for name, node in models.items()
        }


def test_no_join_compares_all_pairs(plans):
    """A condition beside the equalities of an outer join turns it into a loop in a loop."""
    assert len(plans) > 60
    for name, plan in plans.items():
        assert not re.search(r"NL_JOIN|NESTED_LOOP", plan), name


def test_two_models_read_the_bodies_of_the_dump(plans, models):
    """They are nine tenths of a dump: one more scan of them would be a third of a build."""
    tables = {name for name in models if models[name]["config"]["materialized"] == "table"}
    assert {name for name in tables if re.search(r"\bBody\b", plans[name])} == {
        READS_BODIES,
        COUNTS_CHARACTERS,
    }


def test_views_can_be_read_from_anywhere(bare, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(str(database_path(bare.data, bare.study)), read_only=True) as connection:
        connection.execute("set TimeZone = 'Asia/Tokyo'")
        assert connection.execute(
            "select year(created_at) as year, count(*) from stg_posts where post_type_id = 1"
            " group by all order by all"
        ).fetchall() == bare.rows(
            "select year, n_questions from yearly_popularity where question_set = 'all_questions'"
            " order by year"
        )
