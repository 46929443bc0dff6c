"""The studies that ship, against what their papers say and print."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from analyses.study.study import find_study, read_study, shipped_studies


@pytest.fixture(scope="module")
def deep_learning():
    return read_study(find_study())


def rows(study, table):
    return study.tables()[table].to_pylist()


def test_both_studies_ship_and_have_nothing_to_say_against():
    assert list(shipped_studies()) == ["deep_learning_deployment", "github_actions"]
    for name, folder in shipped_studies().items():
        study = read_study(folder)
        assert (study.name, study.notes) == (name, ())


def test_sets_of_the_paper_in_their_order(deep_learning):
    assert [(one.question_set, one.kind, one.base_set) for one in deep_learning.sets] == [
        ("dl", "base", None),
        ("framework_tagged", "scope", "dl"),
        ("server_cloud", "topic", "dl"),
        ("mobile", "topic", "dl"),
        ("browser", "topic", "dl"),
        ("deployment", "union", "dl"),
        ("non_deployment", "baseline", "dl"),
    ]
    assert [one.position for one in deep_learning.sets] == list(range(1, 8))
    by_name = {one.question_set: one for one in deep_learning.sets}
    assert by_name["server_cloud"].yields_to == ("mobile", "browser")
    assert [name for name, one in by_name.items() if one.needs_decisions] == ["browser"]
    assert by_name["deployment"].label == "Deployment"


def test_rules_of_the_paper(deep_learning):
    """As shared/design.md and section 3 of the paper have them, written down once more."""
    frameworks = ["tensorflow", "keras", "pytorch", "theano", "caffe"]
    editions = ["tensorflow-serving", "tensorflow-lite", "coreml", "tensorflow.js"]
    deploy = ("title_body", "substring", "blocks_dropped", "deploy")
    nothing = (None, None, None, None)
    expected = {
        *(("dl", "tag", tag, None, *nothing) for tag in frameworks),
        *(("framework_tagged", "tag", tag, None, *nothing) for tag in [*frameworks, *editions]),
        ("server_cloud", "tag", "tensorflow-serving", None, *nothing),
        ("server_cloud", "tag", "google-cloud-ml", None, *deploy),
        ("server_cloud", "tag", "google-cloud-ml-engine", None, *deploy),
        ("server_cloud", "tag", "amazon-sagemaker", None, *deploy),
        ("mobile", "tag", "tensorflow-lite", None, *nothing),
        ("mobile", "tag", "coreml", None, *nothing),
        ("browser", "tag", "tensorflow.js", None, *nothing),
        ("browser", "term", "browser", "framework_tagged", *deploy[:3], None),
    }
    for term in ("cloud", "server", "serving"):
        expected.add(("server_cloud", "term", term, "framework_tagged", *deploy))
    for term in ("mobile", "android", "ios"):
        expected.add(("mobile", "term", term, "framework_tagged", "title", "token", None, None))
    columns = ("question_set", "kind", "value", "runs_over", "scope", "match", "code")
    found = [
        tuple(row[column] for column in (*columns, "must_contain"))
        for row in rows(deep_learning, "rules")
    ]
    assert Counter(found) == Counter(expected)
    names = {row["rule"] for row in rows(deep_learning, "rules")}
    assert {"dl_tag_keras", "mobile_term_ios", "framework_tagged_tag_tensorflow_js"} <= names


def test_figures_are_those_that_the_paper_prints(deep_learning, shared_facts):
    with (shared_facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        printed = list(csv.DictReader(file))
    found = rows(deep_learning, "published_figures")
    columns = ["step", "figure", "question_set", "year", "published", "unit"]
    assert columns == list(printed[0])[:6]

    def key(row):
        texts = [re.sub(r"\.0$", "", str("" if row[c] is None else row[c])) for c in columns]
        return tuple(texts)

    assert Counter(map(key, found)) == Counter(map(key, printed))


def test_taxonomy_is_that_of_figure_5(deep_learning, shared_facts):
    with (shared_facts / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        printed = list(csv.reader(file))[1:]
    found = [
        (
            row["question_set"],
            row["inner_category"],
            row["leaf_category"] or "",
            row["published_percent"],
        )
        for row in rows(deep_learning, "taxonomy")
    ]
    assert len(found) == 81
    assert Counter(found) == Counter((*names, float(percent)) for *names, percent in printed)


def test_plans_give_what_the_paper_drew(deep_learning):
    plans = {one.question_set: one for one in deep_learning.sets if one.kind == "topic"}
    assert {(one.confidence, one.interval, one.expected_share) for one in plans.values()} == {
        (0.95, 0.05, 0.5)
    }
    assert {one.rounding for one in plans.values()} == {"down"}
    assert [name for name, one in plans.items() if one.is_whole_set] == ["browser"]
    others = [one for one in deep_learning.sets if one.kind != "topic"]
    assert {one.is_whole_set for one in others} == {None}


def test_printed_counts_and_other_studies(deep_learning):
    counts = {row["published_set"]: row for row in rows(deep_learning, "published_counts")}
    assert counts["non_deployment as printed"]["n_questions"] == 70669 - 3023
    assert {row["n_accepted"] for row in counts.values()} == {886, 25262}
    needs = {row["need"]: row for row in rows(deep_learning, "published_needs")}
    assert needs["all_browser_labels"]["at_least"] == 125
    assert needs["rater_labels"]["measure"] is None
    others = [
        (row["baseline"], row["no_accepted_percent"], row["median_response_minutes"])
        for row in rows(deep_learning, "other_studies")
    ]
    assert others == [
        ("big_data", 60.5, 198),
        ("concurrency", 43.8, 42),
        ("mobile_development", 55.0, 55),
    ]


def test_codebook_of_github_actions_has_every_label_of_the_artifact(shared_data, tmp_path):
    """4 phases and 16 categories; the artifact's 6,590 labels, as labels of the study."""
    study = read_study(find_study("github_actions"))
    with (shared_data / "gha2023/labels.csv").open(encoding="utf-8", newline="") as file:
        given = list(csv.DictReader(file))
    folder = tmp_path / "github_actions"
    folder.mkdir()
    for name in study.files:
        (folder / name).write_bytes((study.folder / name).read_bytes())
    lines = "".join(
        f"github_actions,Stack Overflow,{row['question_id']},{row['phase']},{row['category']}\n"
        for row in given
    )
    header = "question_set,site,question_id,inner_category,leaf_category\n"
    (folder / "labels.csv").write_text(header + lines, "utf-8")
    labels = read_study(folder).labels
    assert len(labels) == 6590
    assert {label.site for label in labels} == {"stackoverflow.com"}
    used = {label.key for label in labels}
    assert used == {one.key for one in study.taxonomy.categories}
    assert len({inner for _, inner, _ in used}) == 4
    assert len(used) == 16
