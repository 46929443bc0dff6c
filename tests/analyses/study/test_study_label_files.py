"""A labels file is checked line by line before the models read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.study.labels import NO_CATEGORY, Category, Label, read_labels
from analyses.study.rows import write_rows
from analyses.study.sites import site_name
from analyses.study.slips import raising
from loader.errors import StudyError

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "question_set,site,question_id,inner_category,leaf_category,note\n"
TAXONOMY = (
    Category("mobile", "model update", ""),
    Category("mobile", "model conversion", "saving models"),
    Category("browser", "model conversion", "procedure"),
)
SETS = ("dl", "mobile", "browser")


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    text = (
        HEADER + 'mobile,x.com,12,model conversion,saving models,"said, by both"\n'
        "mobile,x.com,12,model update,,\nmobile,x.com,13,unclear,,\n"
    )
    assert raising(read_labels, written(tmp_path / "l.csv", text), TAXONOMY, SETS) == [
        Label("mobile", "x.com", 12, "model conversion", "saving models", "said, by both"),
        Label("mobile", "x.com", 12, "model update", ""),
        Label("mobile", "x.com", 13, "unclear", ""),
    ]


def test_spreadsheets_leave_a_mark_and_empty_lines_and_the_note_may_be_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "l.csv"
    header = b"site,question_set,question_id,inner_category,leaf_category\r\n"
    path.write_bytes("\ufeff".encode() + header + b"x.com,mobile,1,model update,\r\n,,,,\r\n\r\n")
    assert raising(read_labels, path, TAXONOMY, None) == [
        Label("mobile", "x.com", 1, "model update", "")
    ]


@pytest.mark.parametrize("inner", NO_CATEGORY)
def test_what_is_no_category_may_be_said_in_every_set(inner: str, tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", HEADER + f"browser,x.com,1,{inner},,\n")
    assert raising(read_labels, path, TAXONOMY, None)[0].inner_category == inner


def test_a_set_without_categories_takes_any(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", HEADER + "dl,x.com,1,something new,,\n")
    assert raising(read_labels, path, TAXONOMY, SETS) == [
        Label("dl", "x.com", 1, "something new", "")
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("phones,x.com,1,model update,,", "no question set is named 'phones'; there are dl, mob"),
        (",x.com,1,model update,,", "question_set is empty"),
        ("dl,x.com,1,,,", "inner_category is empty"),
        (
            "mobile,x.com,1,model conversion,saving model,",
            "'model conversion - saving model'; the nearest is 'model conversion - saving models'",
        ),
        ("mobile,x.com,1,model conversion,procedure,", "mobile has no category"),
        ("mobile,x.com,1,uncler,,", "the nearest is 'unclear'"),
        ("mobile,x.com,1,unclear,a bit,", "mobile has no category 'unclear - a bit'"),
        ("mobile,,1,model update,,", "site is empty"),
        ("mobile,x.com,1.5,model update,,", "question_id '1.5' is not a whole number"),
        ("mobile,x.com,²,model update,,", "question_id '²' is not a whole number"),
        ("mobile,x.com,7,model update,,again", "has this label in row 2 already"),
        (
            "mobile,x.com,7,unclear,,",
            "question 7 is 'unclear' here and 'model update' in row 2; 'unclear' stands alone",
        ),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", HEADER + "mobile,x.com,7,model update,,\n" + line + "\n")
    with pytest.raises(StudyError) as caught:
        raising(read_labels, path, TAXONOMY, SETS)
    message = str(caught.value)
    assert message.startswith(f"{path}: row 3: ")
    assert reason in message
    assert "\n" not in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", "question_set,site,question_id\n")
    with pytest.raises(StudyError, match="row 1: no column inner_category;"):
        raising(read_labels, path, TAXONOMY, None)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "cannot be read"), (b"\xff\xfea", "is not UTF-8")]
)
def test_a_file_that_is_no_text(content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudyError, match=reason):
        raising(read_labels, path, TAXONOMY, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labels")


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


def test_a_site_keeps_no_blanks() -> None:
    """Those before a slash of an address, too: a cell of a file loses them."""
    assert site_name("https://Stackoverflow.com /questions") == "stackoverflow.com"
    assert site_name("0 /") == "0"


@given(
    st.lists(
        st.builds(
            Label,
            st.sampled_from(["dl", "other"]),
            words.filter(bool).map(site_name),
            st.integers(0, 2**62),
            words.filter(bool),
            words,
            words,
        ),
        unique_by=lambda label: (*label.key, label.site, label.question_id),
        max_size=20,
    )
)
def test_what_is_written_is_read(folder: Path, labels: list[Label]) -> None:
    path = folder / "labels.csv"
    write_rows(path, Label, labels)
    assert raising(read_labels, path, TAXONOMY, None) == labels
