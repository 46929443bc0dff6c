"""A decisions file is checked line by line before the models read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.study.decisions import Decision, read_decisions
from analyses.study.rows import write_rows
from analyses.study.slips import raising
from loader.errors import StudyError

if TYPE_CHECKING:
    from pathlib import Path

SETS = ("dl", "mobile", "browser")
HEADER = "question_set,site,question_id,decision,note\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    text = (
        HEADER + 'browser,stackoverflow.com,12,include,"kept, by both"\nmobile,x.com,13,exclude,\n'
    )
    assert raising(read_decisions, written(tmp_path / "d.csv", text), SETS) == [
        Decision("browser", "stackoverflow.com", 12, "include", "kept, by both"),
        Decision("mobile", "x.com", 13, "exclude", ""),
    ]


def test_spreadsheets_leave_a_mark_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(
        "\ufeff".encode() + HEADER.encode() + b"mobile,x.com,1,include,\r\n,,,,\r\n\r\n"
    )
    assert [decision.question_id for decision in raising(read_decisions, path, SETS)] == [1]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (
            "moble,x.com,1,include,\n",
            "row 2: no question set is named 'moble'; did you mean mobile?",
        ),
        ("mobile,,1,include,\n", "row 2: site is empty"),
        ("mobile,x.com,1.5,include,\n", "row 2: question_id '1.5' is not a whole number"),
        ("mobile,x.com,²,include,\n", "row 2: question_id '²' is not a whole number"),
        ("mobile,x.com,1,maybe,\n", "row 2: decision 'maybe' is neither include nor exclude"),
        ("mobile,x.com,1,include\n", None),
        ("mobile,x.com,1,include,no, quotes\n", "row 2: 'quotes' is to the right of the last"),
        ("mobile x.com,1,include\n", "row 2: question_id 'include' is not a whole number"),
        (
            "mobile,x.com,1,include,\nmobile,x.com,2,include,\nmobile,x.com,1,exclude,\n",
            "row 4: question 1 is decided for mobile in row 2 already",
        ),
    ],
)
def test_each_slip_is_named_with_its_line(
    tmp_path: Path, lines: str, complaint: str | None
) -> None:
    path = written(tmp_path / "d.csv", HEADER + lines)
    if complaint is None:
        assert len(raising(read_decisions, path, SETS)) == 1
        return
    with pytest.raises(StudyError) as caught:
        raising(read_decisions, path, SETS)
    first = caught.value.slips[0]
    assert first.startswith(f"{path}: {complaint}")
    assert "\n" not in first


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "d.csv", "question_set,id,decision\n")
    with pytest.raises(
        StudyError, match="no column site, question_id; the columns are question_set"
    ):
        raising(read_decisions, path, SETS)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00junk"])
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    with pytest.raises(StudyError):
        raising(read_decisions, path, SETS)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="nowhere.csv: cannot be read"):
        raising(read_decisions, tmp_path / "nowhere.csv", SETS)


@given(
    decisions=st.lists(
        st.builds(
            Decision,
            st.sampled_from(SETS),
            st.sampled_from(["stackoverflow.com", "ai.stackexchange.com"]),
            st.integers(1, 2**62),
            st.sampled_from(["include", "exclude"]),
            st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(str.strip),
        ),
        unique_by=lambda d: (d.question_set, d.site, d.question_id),
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, decisions: list[Decision]
) -> None:
    path = tmp_path_factory.mktemp("decisions") / "d.csv"
    write_rows(path, Decision, decisions)
    assert raising(read_decisions, path, SETS) == decisions
