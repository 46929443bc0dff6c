"""`stackstudy replicate --study github_actions`: the artifact itself, and spoilt copies of it."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from analyses.replication.artifact import FILES, read_artifact
from analyses.study import find_study, read_study
from loader.errors import PackageError
from stackstudy import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "gha2023"


@pytest.fixture(scope="module")
def taxonomy():
    return read_study(find_study("github_actions")).taxonomy.categories


@pytest.fixture
def spoilt(folder: Path, tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(folder / name, tmp_path / name)
        (tmp_path / name).chmod(0o644)
    return tmp_path


def test_every_printed_figure_is_equal(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = CliRunner().invoke(
        main, ["replicate", str(folder), "--study", "github_actions", "--data", str(data)]
    )
    assert done.exit_code == 0, done.output
    assert "Loaded 6,579 questions" in done.output
    assert "11 labelled questions have none" in done.output
    assert "200 published figures: " in done.output
    assert "Figure 5" not in done.output
    with (data / "replication_checks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    assert {row["verdict"] for row in rows} == {"equal", "equal after rounding"}
    assert Counter(row["step"] for row in rows) == {"1": 80, "2": 100, "3": 20}
    assert len({row["category"] for row in rows if row["step"] == "1"}) == 20
    text = (data / "replication_checks.md").read_text("utf-8")
    assert "## Table 1: popularity of phases and their categories" in text
    assert text.count("no longer below 0.05") == 3


def test_posts_and_labels_are_those_of_the_files(folder: Path, taxonomy) -> None:
    """The labels beside the dump that others rebuilt say the same."""
    found = read_artifact(folder, "github_actions", taxonomy)
    with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        given = {
            (10 * int(row["question_id"]), row["phase"], row["category"])
            for row in csv.DictReader(file)
        }
    labels = {(one.question_id, one.inner_category, one.leaf_category) for one in found.labels}
    assert labels == given
    assert len(found.posts) == 13_012
    assert len({post["Id"] for post in found.posts}) == 13_012
    first = found.posts[0]
    assert (first["Id"], first["Score"], first["ViewCount"]) == ("1000", "29", "14248")
    assert (first["FavoriteCount"], first["AnswerCount"], len(first["Body"])) == ("11", "2", 749)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("so_post_popularity.csv", ",view,", ",views,", "has no column view"),
        ("so_post_popularity.csv", ",14248,", ",many,", "view 'many' is not a number"),
        ("so_post_difficulty.csv", "P1,", "P0,", "question 'P1' is not in"),
        (
            "all_post_issue_category.csv",
            "comparison",
            "comparing",
            "the study has no category 'comparing'",
        ),
        ("so_post_popularity.csv", "14248,11,29,2", "14248,11,29,0", "0 answers do not go with"),
    ],
)
def test_a_slip_is_named_with_its_file(spoilt: Path, taxonomy, *, name, old, new, said) -> None:
    path = spoilt / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackageError, match=said) as error:
        read_artifact(spoilt, "github_actions", taxonomy)
    assert str(spoilt) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(spoilt: Path, taxonomy) -> None:
    (spoilt / "so_post_difficulty.csv").unlink()
    with pytest.raises(PackageError, match=r"has no so_post_difficulty\.csv; give the folder"):
        read_artifact(spoilt, "github_actions", taxonomy)
