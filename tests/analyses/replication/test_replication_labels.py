"""The authors' labels, by the taxonomy's names."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.replication.labelled import CategoryNames, Slip, read_published_labels, read_slips
from analyses.study.labels import Category, Label, read_labels
from analyses.study.rows import write_rows
from analyses.study.slips import raising
from loader.errors import PackageError

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet
    from tests.analyses.replication.conftest import Unpacked

# category.xlsx as a spreadsheet counts it (COUNTIF), and what Figure 5 calls it
RAW_COUNTS = {
    ("server", "enviroment - install/building frameworks"): (17, "installing/building frameworks"),
    ("server", "enviroment - configuration of environment variables"): (
        18,
        "configuration of environment variables",
    ),
    ("server", "model export - export of unsupported model"): (7, "export of unsupported models"),
    ("server", "serving - authenticating the clients"): (4, "authenticating client"),
    ("mobile", "dl libraries compilation - register of unsupported operators"): (
        7,
        "register of unsupported operators",
    ),
    ("mobile", "model conversion - saving model"): (3, "saving models"),
    ("mobile", "model conversion - selection/usage of apis"): (2, "selection/usage of APIs"),
    ("browser", "general questions - limitations/bugs of frameworks"): (
        3,
        "limitations of frameworks",
    ),
    ("browser", "data processing - migrating  pre-processing code"): (
        3,
        "migrating pre-processing",
    ),
    ("browser", "model loading - loading from http endpoint"): (3, "loading from a HTTP endpoint"),
    ("browser", "model loading - improve loading speed"): (1, "improving loading speed"),
}
SETS = {"server": "server_cloud", "mobile": "mobile", "browser": "browser"}


def read(unpacked: Unpacked, sets: tuple[PublishedSet, ...], names: CategoryNames) -> str:
    with pytest.raises(PackageError) as caught:
        read_published_labels(unpacked.find(), sets, names)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_labels_are_the_published_ones(
    package: Package,
    sets: tuple[PublishedSet, ...],
    names: CategoryNames,
    taxonomy: tuple[Category, ...],
) -> None:
    labels = read_published_labels(package, sets, names)
    assert Counter(label.question_set for label in labels) == {
        "server_cloud": 227,
        "mobile": 231,
        "browser": 124,
    }
    assert len({(label.question_set, label.question_id) for label in labels}) == 582
    # 3 root, 25 inner, 72 leaf categories, none of them without a label
    assert {label.key for label in labels} == {category.key for category in taxonomy}
    assert len({label.key[:1] for label in labels}) == 3
    assert len({label.key[:2] for label in labels}) == 25
    assert len({label.key for label in labels if label.leaf_category}) == 72


def test_every_slip_lands_where_it_belongs(
    package: Package, sets: tuple[PublishedSet, ...], names: CategoryNames
) -> None:
    content = io.BytesIO(package["category.xlsx"].read())
    workbook = openpyxl.load_workbook(content)
    labels = read_published_labels(package, sets, names)
    for (sheet, name), (n_expected, leaf) in RAW_COUNTS.items():
        ids = [
            int(url.rsplit("/", 1)[1])
            for _, url, category in workbook[sheet].iter_rows(min_row=2, values_only=True)
            if category == name
        ]
        assert len(ids) == n_expected, name
        found = [
            one for one in labels if one.question_set == SETS[sheet] and one.question_id in ids
        ]
        assert {one.leaf_category for one in found} == {leaf}
        assert {one.note for one in found} == {f"published as: {name}"}


def test_no_slip_is_kept_that_nobody_made(package: Package) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(package["category.xlsx"].read()))
    written = {
        (SETS[sheet.title], " ".join(row[2].split()))
        for sheet in workbook
        for row in sheet.iter_rows(min_row=2, values_only=True)
    }
    for slip in read_slips():
        assert (slip.question_set, slip.published_name) in written


def test_the_labels_file_is_what_the_models_read(
    package: Package,
    sets: tuple[PublishedSet, ...],
    names: CategoryNames,
    taxonomy: tuple[Category, ...],
    tmp_path: Path,
) -> None:
    labels = read_published_labels(package, sets, names)
    write_rows(tmp_path / "labels.csv", Label, labels)
    assert raising(read_labels, tmp_path / "labels.csv", taxonomy, None) == labels


@given(st.data())
def test_case_and_blanks_do_not_count(data: st.DataObject) -> None:
    category = Category("a", "Model loading", "from a HTTP endpoint")
    names = CategoryNames([category, Category("b", "other", "")], [])
    name = "".join(
        data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in category.name
    ).replace(" ", data.draw(st.sampled_from([" ", "  ", "\t", " \n "])))
    assert names.category("a", name) == category
    assert names.category("b", name) is None


def test_an_unknown_category_names_sheet_row_and_the_nearest(
    unpacked: Unpacked, sets: tuple[PublishedSet, ...], names: CategoryNames
) -> None:
    unpacked.edit_workbook(
        "category.xlsx", lambda book: book["browser"].cell(19, 3, "model loding - procedure")
    )
    message = read(unpacked, sets, names)
    assert message.startswith(f"{unpacked.path('category.xlsx')}: sheet 'browser': row 19: ")
    assert "'model loding - procedure'; the nearest is 'model loading - procedure'" in message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda book: book.remove(book["mobile"]), "has no sheet 'mobile', but server, browser"),
        (lambda book: book["mobile"].cell(1, 3, "label"), "sheet 'mobile': row 1 is not id, url"),
        (lambda book: book["mobile"].delete_rows(1, 999), "sheet 'mobile': row 1 is not id, url"),
        (
            lambda book: book["mobile"].cell(5, 2, "https://example.com/questions/1"),
            "sheet 'mobile': row 5: 'https://example.com/questions/1' is not the address of a",
        ),
        (
            lambda book: book["mobile"].cell(5, 2).__setattr__("value", None),
            "row 5: '' is not the add",
        ),
        (lambda book: book["mobile"].cell(5, 3, " "), "sheet 'mobile': row 5: no category"),
        (
            lambda book: book["mobile"].cell(5, 2, "https://stackoverflow.com/questions/4"),
            "sheet 'mobile': row 5: question 4 is not in dl_mobile_post.txt",
        ),
        (
            lambda book: book["mobile"].append([cell.value for cell in book["mobile"][5]]),
            "has this label already, in row 5",
        ),
    ],
)
def test_a_sheet_that_is_not_as_published(
    change: object,
    reason: str,
    unpacked: Unpacked,
    sets: tuple[PublishedSet, ...],
    names: CategoryNames,
) -> None:
    unpacked.edit_workbook("category.xlsx", change)
    assert reason in read(unpacked, sets, names)


def test_an_empty_row_at_the_end_is_no_label(
    unpacked: Unpacked, sets: tuple[PublishedSet, ...], names: CategoryNames
) -> None:
    def format_a_cell_far_below(book: openpyxl.Workbook) -> None:
        book["mobile"].cell(300, 3).number_format = "0.00"

    unpacked.edit_workbook("category.xlsx", format_a_cell_far_below)
    workbook = openpyxl.load_workbook(unpacked.path("category.xlsx"))
    assert workbook["mobile"].max_row == 300
    assert len(read_published_labels(unpacked.find(), sets, names)) == 582


def test_a_spreadsheet_that_is_none(
    unpacked: Unpacked, sets: tuple[PublishedSet, ...], names: CategoryNames
) -> None:
    unpacked.path("category.xlsx").write_bytes(b"id,url,category\n")
    assert "category.xlsx: is not a whole .xlsx spreadsheet (" in read(unpacked, sets, names)


def test_a_slip_that_means_no_category_is_said() -> None:
    with pytest.raises(PackageError, match=r"'x' is said to be .*taxonomy.csv does not have"):
        CategoryNames([Category("a", "b", "")], [Slip("a", "x", "c", "")])
