"""The authors' response times and yearly counts."""

from __future__ import annotations

import csv
import io
import statistics
from collections import Counter
from typing import TYPE_CHECKING

import openpyxl
import pytest

from analyses.replication.checks import check_times, check_trends
from analyses.replication.response_times import compare, read_times, write_times
from analyses.replication.trends import read_trends
from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet
    from analyses.study import Study
    from tests.analyses.replication.conftest import Unpacked

TIMES = "response_time.xlsx"


def refusal(read: Callable[[Package], object], unpacked: Unpacked) -> str:
    with pytest.raises(PackageError) as caught:
        read(unpacked.find())
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_baseline_has_the_published_median(package: Package, tmp_path: Path) -> None:
    times = read_times(package)
    assert len(times.baseline) == 25_262
    assert round(statistics.median(times.baseline), 1) == 145.8
    assert max(times.baseline) < 1440
    write_times(tmp_path / "times.csv", times)
    with (tmp_path / "times.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["question_set"] for row in rows} == {"non_deployment"}
    written = tuple(float(row["response_minutes_days_dropped"]) for row in rows)
    assert written == times.baseline


def test_the_topics_times_are_those_of_the_posts_to_the_second(
    package: Package, sets: tuple[PublishedSet, ...]
) -> None:
    times = read_times(package)
    compared = compare(times, sets)
    assert (compared.n_published, compared.n_posts, compared.n_alike) == (886, 886, 886)
    assert compared.is_equal
    assert [check.verdict for check in check_times(times, compared, 25_262)] == ["equal", "equal"]


def test_the_sheet_of_the_topics_is_what_the_module_says(package: Package) -> None:
    """It holds the same times twice, the first over a longer column of the baseline's."""
    workbook = openpyxl.load_workbook(io.BytesIO(package[TIMES].read()), read_only=True)
    column = [row[0] for row in workbook["deploy"].iter_rows(values_only=True)]
    times = read_times(package)
    assert [value for value in column if isinstance(value, str)] == [
        "respones time of accept answer of deploy posts",
        "deploy",
    ]
    assert tuple(column[-886:]) == times.topics == tuple(column[1:887])
    below = Counter(round(value * 60) for value in column[887:25_262])
    assert below.total() == 24_375
    assert below <= Counter(round(value * 60) for value in times.baseline)


def test_one_second_off_is_seen(package: Package, sets: tuple[PublishedSet, ...]) -> None:
    times = read_times(package)
    moved = type(times)(times.baseline, (times.topics[0] + 1 / 60, *times.topics[1:]))
    compared = compare(moved, sets)
    assert not compared.is_equal
    assert [check.verdict for check in check_times(moved, compared, 25_262)] == ["differs", "equal"]
    assert check_times(times, compare(times, sets), 25_263)[1].verdict == "differs"


def test_a_missing_time_is_seen(package: Package, sets: tuple[PublishedSet, ...]) -> None:
    times = read_times(package)
    fewer = type(times)(times.baseline, times.topics[1:])
    assert check_times(fewer, compare(fewer, sets), 25_262)[0].verdict == "differs"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda book: book.remove(book["deploy"]), "has no sheet 'deploy', but non_deploy"),
        (lambda book: book["non_deploy"].cell(7, 1, 1440), "sheet 'non_deploy': row 7: 1440 is no"),
        (lambda book: book["non_deploy"].cell(7, 1, -1), "sheet 'non_deploy': row 7: -1 is no num"),
        (lambda book: book["deploy"].append(["the end"]), "sheet 'deploy': holds no response time"),
    ],
)
def test_a_sheet_that_is_not_as_published(
    change: Callable[[openpyxl.Workbook], object], reason: str, unpacked: Unpacked
) -> None:
    unpacked.edit_workbook(TIMES, change)
    assert reason in refusal(read_times, unpacked)


def test_the_trends_are_the_printed_figures(
    package: Package, study: Study, shared_facts: Path
) -> None:
    with (shared_facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        printed = {
            (row["figure"], row["question_set"], int(row["year"])): float(row["published"])
            for row in csv.DictReader(file)
            if row["step"] == "3"
        }
    cells = {(cell.figure, cell.question_set, cell.year): cell.n for cell in read_trends(package)}
    assert len(printed) == 34
    assert {key: cells[key] for key in printed} == printed
    # what is not printed is zero: nobody asked about browsers before 2018
    assert {cells[key] for key in cells.keys() - printed.keys()} == {0}
    checks = check_trends(read_trends(package), study.published.figures)
    assert [(check.published, check.computed, check.verdict) for check in checks] == [
        (17, 17, "equal"),
        (17, 17, "equal"),
    ]


def test_a_trend_that_is_not_the_printed_one(unpacked: Unpacked, study: Study) -> None:
    unpacked.edit_text("user_trend.csv", "mobile,8,54", "mobile,8,55")
    trends = read_trends(unpacked.find())
    checks = check_trends(trends, study.published.figures)
    assert [(check.computed, check.verdict) for check in checks] == [(17, "equal"), (16, "differs")]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("mobile,8,54", "phones,8,54", "user_trend.csv: line of 'phones': expected non_deploy"),
        ("mobile,8,54", "mobile,54", "user_trend.csv: line of 'mobile': expected non_deploy"),
        (
            "mobile,8,54",
            "mobile,8,many",
            "user_trend.csv: line of 'mobile': 'many' in '2016' is no",
        ),
        ("mobile,8,54,221,404,592\r\n", "", "user_trend.csv: no line for mobile"),
    ],
)
def test_a_trend_that_is_none(old: str, new: str, reason: str, unpacked: Unpacked) -> None:
    unpacked.edit_text("user_trend.csv", old, new)
    assert reason in refusal(read_trends, unpacked)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_trend_that_is_no_text(content: bytes, unpacked: Unpacked) -> None:
    unpacked.path("post_trend.csv").write_bytes(content)
    assert "post_trend.csv: " in refusal(read_trends, unpacked)
