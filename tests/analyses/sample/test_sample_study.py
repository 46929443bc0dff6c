"""The study beside a sample: the shipped one, with labels and decisions like the published."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from analyses.sample.study import NOTE, STUDY
from analyses.sample.writer import write_sample
from analyses.statistics.sampling import sample_size
from analyses.study import read_study, shipped_studies
from loader.errors import SampleError


@pytest.fixture(scope="module")
def study(dump):
    return read_study(dump.folder.parent / STUDY).tables()


@pytest.fixture(scope="module")
def labels(study):
    return study["labels"].to_pylist()


def test_the_study_is_the_shipped_one_with_labels_and_decisions(study):
    shipped = read_study(shipped_studies()[STUDY]).tables()
    assert study.keys() == shipped.keys()
    unlike = {name for name, table in study.items() if not table.equals(shipped[name])}
    assert unlike == {"labels", "decisions", "studies"}
    without_hash = [one["studies"].drop_columns("study_hash") for one in (study, shipped)]
    assert without_hash[0].equals(without_hash[1])


def test_labels_are_of_questions_that_the_rules_put_into_the_set(labels, sets) -> None:
    assert {one["site"] for one in labels} == {"sample.stackstudy"}
    for name in ("server_cloud", "mobile", "browser"):
        labelled = [one["question_id"] for one in labels if one["question_set"] == name]
        assert len(labelled) == len(set(labelled)) > 10
        assert {str(question) for question in labelled} <= sets[name]


def test_as_many_as_the_plan_of_the_study_asks_for(labels, sets) -> None:
    """Rounded down, as published."""
    n = Counter(one["question_set"] for one in labels)
    for name in ("server_cloud", "mobile"):
        assert n[name] == sample_size(len(sets[name]), rounding="down").sample_size
    assert n["browser"] < len(sets["browser"]) / 2  # candidates that people would not keep


def test_shares_are_the_published_ones(study, labels) -> None:
    """Each within one question; and 130 unclear and 58 false positives of 769."""
    n_labels = Counter(one["question_set"] for one in labels)
    coded = [one for one in labels if one["inner_category"] not in {"unclear", "false positive"}]
    n_coded = Counter(one["question_set"] for one in coded)
    columns = ("question_set", "inner_category", "leaf_category")
    found = Counter(tuple(one[name] for name in columns) for one in labels)
    for row in study["taxonomy"].to_pylist():
        expected = (row["published_percent"] or 0) / 100 * n_coded[row["question_set"]]
        key = tuple(row[name] for name in columns)
        assert found[key] == pytest.approx(expected, abs=1.2), key
    for name, total in n_labels.items():
        assert found[name, "unclear", None] == pytest.approx(total * 130 / 769, abs=1)
        assert found[name, "false positive", None] == pytest.approx(total * 58 / 769, abs=1)


def test_decisions_are_of_every_candidate(study, sets) -> None:
    decisions = study["decisions"].to_pylist()
    decided = Counter(one["decision"] for one in decisions)
    assert {str(one["question_id"]) for one in decisions} == sets["browser"]
    assert decided["include"] / len(decisions) == pytest.approx(165 / 576, abs=0.02)


def test_everything_says_that_it_is_synthetic(dump) -> None:
    folder = dump.folder.parent / STUDY
    for name in ("labels.csv", "decisions.csv"):
        lines = (folder / name).read_text("utf-8").splitlines()[1:]
        assert len(lines) > 10
        assert all(line.endswith(NOTE) for line in lines)
    assert "Synthetic data" in (folder / "study.yml").read_text("utf-8").splitlines()[0]


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["labels.csv", "study.yml", "decisions.csv"])
def test_what_somebody_has_written_is_not_overwritten(tmp_path: Path, name: str) -> None:
    folder, study = tmp_path / "sample.stackstudy", tmp_path / STUDY
    write_sample(folder, n_questions=300, seed=4)
    before = files_of(study)
    assert "decisions.csv" not in before
    write_sample(folder, n_questions=300, seed=4, force=True)
    assert files_of(study) == before
    with (study / name).open("a") as file:
        file.write("# I read it\n")
    before = files_of(study)
    with pytest.raises(SampleError, match="somebody has changed it"):
        write_sample(folder, n_questions=300, force=True)
    assert files_of(study) == before


def test_a_study_that_is_there_is_left_alone_without_force(tmp_path: Path) -> None:
    study = tmp_path / STUDY
    study.mkdir()
    with pytest.raises(SampleError, match="exists already.*--force"):
        write_sample(tmp_path / "sample.stackstudy", n_questions=3)
    assert not (tmp_path / "sample.stackstudy").exists()


def test_standing_beside_the_copy_does_not_copy_the_copy(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_sample(Path("sample.stackstudy"), n_questions=3)
    before = files_of(tmp_path / STUDY)
    write_sample(Path("sample.stackstudy"), n_questions=3, force=True)
    assert files_of(tmp_path / STUDY) == before


def test_a_sample_without_a_topic_has_no_labels(tmp_path: Path) -> None:
    report = write_sample(tmp_path / "sample.stackstudy", n_questions=1, decide=True)
    assert report.n_lines == {"labels.csv": 0, "decisions.csv": 0}
    assert len((report.study / "labels.csv").read_text("utf-8").splitlines()) == 1
