"""The project's conventions, read from dbt's manifest."""

from __future__ import annotations

import csv
import json
import re

import duckdb
import pytest
import yaml
from dbt_runs import ROOT

LAYERS = ("staging", "intermediate", "marts")

PROMISED = {
    "questions": "site question_id title tags asked_at owner_user_id score view_count answer_count"
    " accepted_answer_id is_accepted accepted_answer_at response_minutes"
    " response_minutes_days_dropped closed_at url",
    "question_set_members": "question_set site question_id is_decided",
    "question_set_matches": "question_set site question_id rule",
    "yearly_popularity": "question_set year n_questions n_users question_share is_candidate_set"
    " n_base_questions base_question_share question_growth covered_share",
    "monthly_popularity": "question_set month n_questions n_users question_share is_candidate_set"
    " n_base_questions base_question_share",
    "acceptance": "question_set n_questions n_accepted n_not_accepted no_accepted_share"
    " is_candidate_set",
    "response_time_summary": "question_set n_accepted median_response_minutes q1 q3 p90"
    " median_ci_low median_ci_high"
    " median_response_minutes_days_dropped n_answered_before_asked n_response_times p10"
    " lower_whisker upper_whisker min_response_minutes max_response_minutes q1_days_dropped"
    " q3_days_dropped is_candidate_set",
    "proportion_tests": "set_a set_b chi2 df p_value p_value_adjusted share_difference ci_low"
    " ci_high cohens_h n_shared",
    "response_time_tests": "set_a set_b n_a n_b u p_value p_value_adjusted cliffs_delta ci_low"
    " ci_high",
    "replication_checks": "step figure question_set year published computed verdict reason",
    "dump_manifest": "site table state is_synthetic source_file n_rows first_at last_at",
    "question_sets": "question_set label kind base_set position description is_candidate_set",
    "survival_curves": "question_set minutes n_at_risk n_events not_accepted_yet ci_low ci_high",
    "survival_summary": "question_set n_questions n_observed n_events median_minutes"
    " accepted_within_1h accepted_within_1d accepted_within_7d accepted_within_30d",
    "survival_tests": "set_a set_b n_a n_b chi2 df p_value p_value_adjusted hazard_ratio ci_low"
    " ci_high",
    "sample_sizes": "question_set population confidence interval sample_size exact_sample_size"
    " sample_size_rounded_up sample_size_rounded_down rounding",
    "labels": "question_set site question_id inner_category leaf_category",
    "taxonomy_distribution": "question_set level inner_category leaf_category n_questions"
    " n_labelled share share_ci_low share_ci_high published_percent",
    "label_acceptance": "question_set label_kind n_questions no_accepted_share share_ci_low"
    " share_ci_high p_value_adjusted share_difference ci_low ci_high cohens_h",
    "rule_sensitivity": "question_set variant match scope code is_study_variant n_questions"
    " no_accepted_share median_response_minutes",
    "popularity_trends": "question_set measure tau mann_kendall_p_value slope rate_ratio"
    " rate_ratio_ci_low rate_ratio_ci_high rate_p_value",
    "baseline_tests": "question_set baseline n_questions no_accepted_share baseline_share chi2"
    " p_value p_value_adjusted share_difference ci_low ci_high cohens_h",
    "topic_tests": "base_set measure n_sets chi2 df p_value cramers_v n_shared",
    "published_response_times": "question_set n_response_times"
    " median_response_minutes_days_dropped",
    "question_set_funnel": "question_set label position kind n_tag_matched n_term_matched n_matched"
    " n_left_to_others n_excluded n_included n_questions",
}
PROMISED |= {
    f"{name}_questions": PROMISED["questions"]
    for name in ("dl", "server_cloud", "mobile", "browser", "deployment", "non_deployment")
}


@pytest.fixture(scope="module")
def manifest(rules_only):
    return rules_only.manifest()


def nodes(manifest, kind):
    return {
        node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == kind
    }


@pytest.fixture(scope="module")
def models(manifest):
    return nodes(manifest, "model")


def layer(node):
    return node["fqn"][1]


def last_sentence(text):
    return re.split(r"(?<=\.)\s+", text.strip())[-1]


def test_models_stand_in_their_layer(models):
    prefixes = {"staging": "stg_", "intermediate": "int_"}
    for name, node in models.items():
        assert layer(node) in LAYERS, name
        for place, prefix in prefixes.items():
            assert name.startswith(prefix) == (layer(node) == place), name


def test_dependencies_point_one_way(manifest, models):
    """Staging reads the dump; nothing reads a later layer, and only staging reads the dump."""
    for name, node in models.items():
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                assert layer(node) == "staging", name
            elif parent.startswith("model."):
                above = layer(manifest["nodes"][parent])
                assert LAYERS.index(above) <= LAYERS.index(layer(node)), (name, parent)
                assert layer(node) != "staging", (name, parent)
            else:
                assert parent.startswith("seed."), (name, parent)
                assert layer(node) != "staging", (name, parent)


def test_every_dump_table_is_staged(manifest, models):
    read = {
        parent.split(".")[-1]
        for node in models.values()
        for parent in node["depends_on"]["nodes"]
        if parent.startswith("source.")
    }
    assert read == {source["name"] for source in manifest["sources"].values()}
    assert len(read) == 9


def test_every_description_ends_with_the_grain(manifest, models):
    described = models | nodes(manifest, "analysis")
    assert len(described) > 60
    for name, node in described.items():
        assert re.match(r"One row per [^.]+\.$", last_sentence(node["description"])), name


def test_every_mart_has_a_contract_and_described_columns(models):
    marts = {name: node for name, node in models.items() if layer(node) == "marts"}
    for name, node in marts.items():
        assert node["contract"]["enforced"], name
        for column in node["columns"].values():
            assert column["data_type"], (name, column["name"])
            assert column["description"], (name, column["name"])


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_promised_columns_are_there(models, rules_only, name):
    assert set(PROMISED[name].split()) <= set(models[name]["columns"])
    kind = rules_only.column(
        "select table_type from information_schema.tables where table_schema = 'main'"
        " and table_name = ?",
        name,
    )
    assert kind == ["BASE TABLE"]


def test_every_data_test_says_when_it_fails(manifest):
    tests = nodes(manifest, "test")
    assert len(tests) > 100
    for name, node in tests.items():
        assert re.match(r"Fails when .+\.$", node["description"].strip()), name


def test_every_grain_is_tested(manifest, models):
    """Each model has a test that its rows are told apart, but for lists of questions or times."""
    tested = {
        node["attached_node"].split(".")[-1]
        for node in nodes(manifest, "test").values()
        if node.get("test_metadata", {}).get("name") == "unique_together"
    }
    assert set(models) - tested == {
        "int_questions",
        "int_asked_questions",
        "int_timed_values",
        "stg_published_response_times",
    }


def test_every_unit_test_is_described(manifest):
    unit_tests = manifest["unit_tests"].values()
    assert len(unit_tests) >= 25
    for node in unit_tests:
        assert node["description"].strip().endswith("."), node["name"]


def test_a_yml_of_its_own_name_beside_each_model(models):
    for name, node in models.items():
        path = ROOT / node["original_file_path"]
        [described] = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["models"]
        assert described["name"] == name


def test_models_are_short(models):
    for name, node in models.items():
        path = ROOT / node["original_file_path"]
        assert len(path.read_text("utf-8").splitlines()) <= 100, name


def test_seeds_are_described(manifest):
    for name in (
        "question_set_definitions",
        "question_set_rules",
        "question_set_precedence",
        "published_figures",
        "published_counts",
        "replication_needs",
        "special_labels",
        "sampling_plans",
        "published_baselines",
    ):
        assert last_sentence(nodes(manifest, "seed")[name]["description"]).startswith("One row per")


def test_nothing_of_the_paper_is_in_the_sql(models):
    """Names of sets, tags and terms stand in seeds; only the marts named after a set name it."""
    sets = {row["question_set"] for row in seed_rows("question_set_definitions")}
    rules = seed_rows("question_set_rules")
    values = {row[column] for row in rules for column in ("value", "must_contain")} - {""}
    paths = {ROOT / node["original_file_path"]: name for name, node in models.items()}
    paths |= {path: path.stem for path in (ROOT / "dbt_project" / "macros").glob("*.sql")}
    for path, name in paths.items():
        code = re.sub(r"--[^\n]*|{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
        quoted = {text for pair in re.findall(r"'([^'\n]*)'|\"([^\"\n]*)\"", code) for text in pair}
        named = {name.removesuffix("_questions")}
        assert not quoted & (sets | values) - named, path.name


def seed_rows(name):
    path = ROOT / "dbt_project" / "seeds" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exposed(manifest, name):
    """Names of the marts that an exposure shows."""
    [exposure] = [one for one in manifest["exposures"].values() if one["name"] == name]
    return {parent.split(".")[-1] for parent in exposure["depends_on"]["nodes"]}


def test_the_report_is_an_exposure_of_what_it_shows(manifest, models):
    marts = {name for name, node in models.items() if layer(node) == "marts"}
    code = "".join(path.read_text("utf-8") for path in (ROOT / "analyses/report").rglob("*.py"))
    shown = {name for name in marts if f'"{name}"' in code} - {"questions"}  # a trend's measure
    assert exposed(manifest, "report") == shown


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_each_notebook_is_an_exposure_of_what_it_shows(manifest, models, path):
    """Its queries name marts, and so do the rows that it draws; opening the study reads two."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    marts = {name for name, node in models.items() if layer(node) == "marts"}
    asked = set(re.findall(r"\b(?:from|join)\s+(\w+)", code)) & marts
    drawn = {name for name in marts if f'("{name}")' in code}
    assert asked
    assert drawn
    assert exposed(manifest, path.stem) == asked | drawn | {"question_sets", "dump_manifest"}


def test_build_and_docs_print_no_warning(rules_only):
    docs = (rules_only.data.parent / "docs.txt").read_text("utf-8")
    for output in (rules_only.output, docs):
        assert not re.search(r"warning|deprecat|error", output, re.IGNORECASE) or re.search(
            r"WARN=0 ERROR=0", output
        )
        assert not re.search(r"\[WARNING\]|deprecat|\bWARN\b(?!=0)", output)


def test_docs_know_every_column_of_the_marts(rules_only, models):
    catalog = json.loads((rules_only.target / "catalog.json").read_text("utf-8"))
    for node in models.values():
        found = {column.lower() for column in catalog["nodes"][node["unique_id"]]["columns"]}
        if layer(node) == "marts":
            assert found == {column.lower() for column in node["columns"]}


def test_analyses_run_in_the_shell(rules_only):
    compiled = sorted((rules_only.target / "compiled/stackstudy/analyses").glob("*.sql"))
    assert len(compiled) >= 3
    for path in compiled:
        assert rules_only.rows(path.read_text("utf-8")), path.name


def test_no_join_compares_all_pairs(rules_only, models):
    """A condition beside the equalities of an outer join turns it into a loop in a loop."""
    folder = rules_only.target / "compiled" / "stackstudy"
    for name, node in models.items():
        if node["language"] == "sql":
            sql = (folder / node["original_file_path"]).read_text("utf-8")
            [(_, plan)] = rules_only.rows(f"explain {sql}")
            assert not re.search(r"NL_JOIN|NESTED_LOOP", plan), name


def test_one_model_reads_the_bodies_of_the_dump(rules_only, models):
    """They are nine tenths of a dump: a second scan of them would be half of a build."""
    folder = rules_only.target / "compiled" / "stackstudy"
    readers = set()
    for name, node in models.items():
        if node["language"] == "sql" and node["config"]["materialized"] == "table":
            sql = (folder / node["original_file_path"]).read_text("utf-8")
            [(_, plan)] = rules_only.rows(f"explain {sql}")
            if re.search(r"\bBody\b", plan):
                readers.add(name)
    assert readers == {"int_candidate_posts"}


def test_views_can_be_read_from_anywhere(rules_only, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    connection = duckdb.connect(str(rules_only.data / "stackstudy.duckdb"), read_only=True)
    assert connection.execute("select count(*) from stg_posts").fetchone() == (5694,)
    connection.execute("set TimeZone = 'Asia/Tokyo'")
    assert connection.execute(
        "select year(created_at) as year, count(*) from stg_posts where post_type_id = 1"
        " group by all order by all"
    ).fetchall() == rules_only.rows(
        "select year, n_questions from yearly_popularity where question_set = 'all_questions'"
        " order by year"
    )
    connection.close()
