"""Labels and decisions beside a sample: of its questions, shaped like the published ones."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from analyses.sample import SampleError, write_sample
from analyses.sample.coding import NOTE, Beside
from analyses.statistics.sampling import sample_size
from analyses.study.decisions import read_decisions
from analyses.study.labels import NO_CATEGORY, read_labels, read_taxonomy
from analyses.warehouse.build import question_sets, seed_path


@pytest.fixture(scope="module")
def labels(dump):
    taxonomy = read_taxonomy(seed_path("taxonomy"))
    return read_labels(Beside.of(dump.folder).labels, taxonomy, question_sets())


def test_labels_are_of_questions_that_the_rules_put_into_the_set(labels, sets) -> None:
    assert {one.site for one in labels} == {"sample.stackstudy"}
    for name in ("server_cloud", "mobile", "browser"):
        labelled = [one.question_id for one in labels if one.question_set == name]
        assert len(labelled) == len(set(labelled)) > 10
        assert {str(question) for question in labelled} <= sets[name]


def test_as_many_as_the_formula_asks_for(labels, sets) -> None:
    n = Counter(one.question_set for one in labels)
    for name in ("server_cloud", "mobile"):
        assert n[name] == pytest.approx(sample_size(len(sets[name])).sample_size, abs=2)
    assert n["browser"] < len(sets["browser"]) / 2  # candidates that people would not keep


def test_shares_are_the_published_ones(labels) -> None:
    """Each within one question; and 130 unclear and 58 false positives of 769."""
    with seed_path("taxonomy").open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    n_labels = Counter(one.question_set for one in labels)
    n_coded = Counter(one.question_set for one in labels if one.inner_category not in NO_CATEGORY)
    found = Counter(one.key for one in labels)
    for row in published:
        question_set = row["question_set"]
        expected = float(row["published_percent"] or 0) / 100 * n_coded[question_set]
        key = question_set, row["inner_category"], row["leaf_category"]
        assert found[key] == pytest.approx(expected, abs=1.2), key
    for name, total in n_labels.items():
        assert found[name, "unclear", ""] == pytest.approx(total * 130 / 769, abs=1)
        assert found[name, "false positive", ""] == pytest.approx(total * 58 / 769, abs=1)


def test_decisions_are_of_every_candidate(dump, sets) -> None:
    decisions = read_decisions(Beside.of(dump.folder).decisions, question_sets())
    decided = Counter(one.decision for one in decisions)
    assert {str(one.question_id) for one in decisions} == sets["browser"]
    assert decided["include"] / len(decisions) == pytest.approx(165 / 576, abs=0.02)


def test_every_line_says_that_it_is_synthetic(dump) -> None:
    beside = Beside.of(dump.folder)
    for path in (beside.labels, beside.decisions):
        lines = path.read_text("utf-8").splitlines()[1:]
        assert len(lines) > 10
        assert all(line.endswith(NOTE) for line in lines)


def test_what_somebody_has_written_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "sample.stackstudy"
    first = write_sample(folder, n_questions=300, seed=4)
    before = Path(first.labels).read_bytes()
    write_sample(folder, n_questions=300, seed=4, force=True)
    assert Path(first.labels).read_bytes() == before
    with Path(first.labels).open("a") as file:
        file.write("mobile,sample.stackstudy,4,unclear,,I read it\n")
    with pytest.raises(SampleError, match="somebody has written in it"):
        write_sample(folder, n_questions=300, force=True)
    assert "I read it" in Path(first.labels).read_text()


def test_a_sample_without_a_topic_has_no_labels(tmp_path: Path) -> None:
    report = write_sample(tmp_path / "sample.stackstudy", n_questions=1)
    assert (report.n_labels, report.n_decisions) == (0, 0)
    assert len(Path(report.labels).read_text("utf-8").splitlines()) == 1
