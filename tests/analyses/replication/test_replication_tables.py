"""The checks as CSV, Markdown and on the terminal."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from rich.console import Console

from analyses.replication.checks import (
    VERDICTS,
    Check,
    read_checks,
)
from analyses.replication.tables import markdown, number, summary, tables, write_csv
from analyses.study.published import PublishedFigure
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.study import Study

CHECKS = (
    Check(
        step=4,
        figure="response_minutes_median",
        question_set="server_cloud",
        published=428.5,
        unit="minutes",
        computed=1802.3666,
        computed_as_printed=428.4833,
        verdict="print is wrong",
        reason="Whole days were dropped.",
    ),
    Check(
        step=3,
        figure="questions",
        question_set="mobile",
        year=2019,
        published=722,
        unit="count",
        computed=722,
        verdict="equal",
    ),
    Check(
        step=4,
        figure="response_minutes_median",
        question_set="mobile",
        published=405.2,
        unit="minutes",
        computed=None,
        verdict="not derivable",
        reason="Whole days were dropped.",
        is_required=False,
    ),
    Check(
        step=5,
        figure="category_share",
        question_set="mobile",
        category="inner - a|b",
        published=8.0,
        unit="percent",
        computed=7.2,
        verdict="differs",
        reason="9 labels.",
    ),
    Check(
        step=3,
        figure="questions_in_the_package",
        published=17,
        unit="count",
        computed=17,
        verdict="equal",
        reason="In post_trend.csv.",
        is_of_package=True,
    ),
)


def test_the_markdown_can_be_pasted() -> None:
    assert (
        markdown(CHECKS)
        == """\
# Published figures, computed again

4 published figures: 1 equal, 1 print is wrong, 1 not derivable, 1 differs. The package makes \
it possible to compute 3 of these (2 of the text, 1 percentages of Figure 5): 1 equal, \
1 print is wrong, 1 differs. Checks of the package itself: 1 equal.

## Step 3: popularity (Figure 3)

| figure | of | published | computed | verdict | note |
| --- | --- | ---: | ---: | --- | --- |
| questions | mobile 2019 | 722 | 722 | equal |  |

## Step 4: difficulty (Figure 4)

| figure | of | published | computed | as printed | verdict | note |
| --- | --- | ---: | ---: | ---: | --- | --- |
| response minutes median | server-cloud | 428.5 | 1,802.37 | 428.48 | print is wrong | 1 |
| response minutes median | mobile | 405.2 |  |  | not derivable | 1 |

1. Whole days were dropped.

## Step 5: categories (Figure 5), in percent of a set's labels

| of | category | published | computed | verdict | note |
| --- | --- | ---: | ---: | --- | --- |
| mobile | inner - a\\|b | 8.0 | 7.2 | differs | 1 |

1. 9 labels.

## The package: its files against each other and against the print

| figure | of | expected | computed | verdict | note |
| --- | --- | ---: | ---: | --- | --- |
| questions in the package |  | 17 | 17 | equal | 1 |

1. In post_trend.csv.
"""
    )


def test_the_csv_has_all_digits_and_reasons(tmp_path: Path) -> None:
    path = tmp_path / "checks.csv"
    write_csv(path, CHECKS)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["computed"] == "1802.3666"
    assert rows[2]["computed"] == ""
    assert [row["reason"] for row in rows] == [check.reason for check in CHECKS]
    assert rows[3]["category"] == "inner - a|b"


def test_the_terminal_shows_every_row_and_note() -> None:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    for table in tables(CHECKS):
        console.print(table)
    text = console.export_text()
    for expected in ("mobile 2019", "1,802.37", "428.48", "inner - a|b", "1. 9 labels.", "differs"):
        assert expected in text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "count", ""),
        (70669, "count", "70,669"),
        (1324.5, "count", "1,324.50"),
        (0.894, "ratio", "0.894"),
        (70.68, "percent", "70.68"),
        (69.0909, "percent", "69.09"),
        (55.0, "percent", "55.0"),
        (198.0, "minutes", "198"),
        (428.5, "minutes", "428.5"),
        (78153, "statistic", "78,153"),
        (0, "percent", "0.0"),
    ],
)
def test_numbers_are_written_as_their_unit_is(value: float | None, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_only_a_figure_that_should_be_equal_fails() -> None:
    failed = [check for check in CHECKS if check.is_failed]
    assert [check.figure for check in failed] == ["category_share"]
    assert failed[0].name == "category_share mobile inner - a|b"
    assert Check(**{**vars(CHECKS[2]), "is_required": True}).is_failed
    assert set(VERDICTS) >= {check.verdict for check in CHECKS}


def warehouse(data: Path, rows: str) -> Path:
    with duckdb.connect(str(data / "any.duckdb")) as connection:
        connection.execute(
            "create table replication_checks as select * from (values " + rows + ") as checks("
            "step, figure, question_set, year, published, unit, computed, computed_as_printed,"
            " verdict, reason, inner_category, leaf_category)"
        )
    return data


def figure(step: int, name: str, question_set: str, year: int | None, said: str) -> PublishedFigure:
    return PublishedFigure(
        step=step,
        figure=name,
        question_set=question_set,
        year=year,
        published=8,
        derivable_from_package=said,
        measure=name,
        decimals=0,
    )


def test_the_table_is_read_in_the_order_of_the_print(tmp_path: Path) -> None:
    data = warehouse(
        tmp_path,
        "(3, 'users', 'mobile', 2015, 8.0, 'count', 8.0, null, 'equal', null, null, null),"
        "(2, 'questions', 'dl', null, 9.0, 'count', null, null, 'not derivable',"
        " 'Needs it all.', null, null),"
        "(1, 'mean_views', 'dl', null, 7.5, 'views', 7.5, null, 'equal', null, 'a', null),"
        "(1, 'mean_views', 'dl', null, 8.5, 'views', 8.5, null, 'equal', 'Rare.', 'a', 'x')",
    )
    figures = [
        figure(2, "questions", "dl", None, "no"),
        figure(3, "users", "mobile", 2015, "yes"),
        replace(figure(1, "mean_views", "dl", None, "yes"), inner_category="a", leaf_category="x"),
        replace(figure(1, "mean_views", "dl", None, "yes"), inner_category="a"),
    ]
    checks = read_checks(data, figures)
    assert [(check.figure, check.year, check.is_required) for check in checks] == [
        ("questions", None, False),
        ("users", 2015, True),
        ("mean_views", None, True),
        ("mean_views", None, True),
    ]
    assert checks[1].reason == ""
    assert [(one.category, one.computed, one.reason) for one in checks[2:]] == [
        ("a - x", 8.5, "Rare."),
        ("a", 7.5, ""),
    ]


def test_a_figure_that_was_not_checked_is_said(tmp_path: Path) -> None:
    data = warehouse(
        tmp_path,
        "(3, 'users', 'mobile', 2015, 8.0, 'count', 8.0, null, 'equal', null, null, null)",
    )
    with pytest.raises(WarehouseError, match="no row for users of browser"):
        read_checks(data, [figure(3, "users", "browser", 2018, "no")])


def test_the_study_names_what_the_package_allows_to_compute(study: Study) -> None:
    derivable = [one.derivable_from_package for one in study.published.figures]
    assert (len(derivable), derivable.count("yes")) == (77, 43)


def test_the_summary_counts_verdicts_in_a_fixed_order() -> None:
    assert summary(CHECKS[::-1]) == summary(CHECKS)
