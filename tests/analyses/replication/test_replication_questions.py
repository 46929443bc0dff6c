"""The authors' posts come out as the dump they were taken from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.replication.questions import distinct_posts, read_sets
from analyses.replication.replicate import write_posts
from loader.errors import PackageError

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.replication.questions import PublishedSet
    from tests.analyses.replication.conftest import Unpacked

MOBILE = "dl_mobile_post.txt"


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a dump file, by the standard library's parser."""
    rows: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            rows.append(attributes)

    parser.StartElementHandler = start
    parser.Parse(path.read_bytes(), True)  # noqa: FBT003 - expat takes no names
    return rows


def test_the_sets_have_the_published_questions(sets: tuple[PublishedSet, ...]) -> None:
    assert [(one.question_set, len(one.questions)) for one in sets] == [
        ("server_cloud", 1325),
        ("mobile", 1533),
        ("browser", 165),
    ]
    assert len({question.question_id for one in sets for question in one.questions}) == 3018


def test_the_dump_is_that_of_the_shared_data_row_by_row(
    sets: tuple[PublishedSet, ...], package_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "Posts.xml"
    write_posts(path, distinct_posts(sets))
    expected = rows_of(package_folder / "Posts.xml")
    assert len(expected) == 3018 + 2676
    assert rows_of(path) == expected


def test_the_dump_is_that_of_the_shared_data_byte_by_byte_but_for_its_comment(
    sets: tuple[PublishedSet, ...], package_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "Posts.xml"
    write_posts(path, distinct_posts(sets))
    declaration, comment, rest = path.read_bytes().split(b"\r\n", 2)
    assert comment.startswith(b"<!-- stackstudy replicate")
    assert declaration + b"\r\n" + rest == (package_folder / "Posts.xml").read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["Posts.xml"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dump")


xml_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n<>&\"'|"), max_size=50
)


@given(st.lists(st.fixed_dictionaries({"Body": xml_text, "Title": xml_text}), max_size=5))
def test_any_text_comes_back_from_the_dump(folder: Path, posts: list[dict[str, str]]) -> None:
    path = folder / "Posts.xml"
    posts = [
        {name: text.replace("\ufffe", "").replace("\uffff", "") for name, text in post.items()}
        for post in posts
    ]
    write_posts(path, posts)
    assert rows_of(path) == posts


def refusal(unpacked: Unpacked) -> str:
    with pytest.raises(PackageError) as caught:
        read_sets(unpacked.find())
    message = str(caught.value)
    assert "\n" not in message
    return message


def edit_line(unpacked: Unpacked, place: int, **changes: object) -> None:
    """Change a question; None takes its attribute away."""
    lines = unpacked.path(MOBILE).read_text("utf-8").splitlines()
    question = {**json.loads(lines[place]), **changes}
    lines[place] = json.dumps(
        {name: value for name, value in question.items() if value is not None}
    )
    unpacked.path(MOBILE).write_text("\n".join(lines), "utf-8")


def test_a_line_that_is_cut_off(unpacked: Unpacked) -> None:
    path = unpacked.path(MOBILE)
    path.write_bytes(path.read_bytes()[:-200])
    assert f"{MOBILE}: line 1533: is not JSON (" in refusal(unpacked)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Id": None}, "line 3: holds a post without an Id"),
        ({"Id": "²"}, "line 3: holds a post without an Id"),
        ({"answers": None}, "line 3: is not a question with its `answers`"),
        ({"answers": [7]}, "line 3: holds a post without an Id"),
        ({"Score": 7}, "line 3: 'Score' of post"),
        ({"a b": "c"}, "line 3: 'a b' of post"),
        ({"CreationDate": None}, "has no date as its CreationDate"),
        ({"CreationDate": "yesterday"}, "has no date as its CreationDate"),
    ],
)
def test_a_line_that_is_no_question(
    changes: dict[str, object], reason: str, unpacked: Unpacked
) -> None:
    edit_line(unpacked, 2, **changes)
    assert reason in refusal(unpacked)


def test_a_question_that_stands_twice(unpacked: Unpacked) -> None:
    path = unpacked.path(MOBILE)
    first = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(path.read_bytes() + first)
    assert "line 1534: question" in refusal(unpacked)


def test_a_question_that_differs_between_two_files(unpacked: Unpacked) -> None:
    lines = unpacked.path(MOBILE).read_text("utf-8").splitlines()
    place = next(place for place, line in enumerate(lines) if '"39682394"' in line)
    edit_line(unpacked, place, Score="99999")
    assert (
        refusal(unpacked)
        == "question 39682394 is not the same in dl_server_post.txt and dl_mobile_post.txt;"
        " get the package again"
    )


def test_an_empty_file(unpacked: Unpacked) -> None:
    unpacked.path(MOBILE).write_bytes(b"\r\n")
    assert f"{MOBILE}: holds no question" in refusal(unpacked)


def test_half_a_surrogate_pair_is_replaced_and_unknown_attributes_are_kept(
    unpacked: Unpacked, tmp_path: Path
) -> None:
    edit_line(unpacked, 0, Title="half \ud83d of it", Mood="new")
    question = read_sets(unpacked.find())[1].questions[0]
    assert question.attributes["Title"] == "half \ufffd of it"
    assert list(question.attributes)[-1] == "Mood"
    write_posts(tmp_path / "Posts.xml", [question.attributes])
    assert rows_of(tmp_path / "Posts.xml") == [question.attributes]
