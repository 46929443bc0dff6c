"""A journal loses nothing, whatever ends its writer; a codebook is changed once, on any machine."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.labelling.codebook import Codebook, changed
from analyses.labelling.journal import (
    Entry,
    Journal,
    changes_of,
    journal_path,
    read_journals,
)
from analyses.study.labels import Category
from loader.errors import LabellingError

TEXTS = st.text(max_size=20)
ENTRIES = st.builds(
    Entry,
    task=st.sampled_from(["label", "decide", "codebook"]),
    question_set=st.text(min_size=1, max_size=20),
    site=TEXTS,
    question_id=st.integers(0, 2**62),
    labels=st.lists(TEXTS, max_size=3).map(tuple),
    note=st.text(),
    is_undo=st.booleans(),
    change=TEXTS,
    code=TEXTS,
    to=TEXTS,
    description=TEXTS,
)


def about(key, *labels, note="", task="label"):
    return Entry(task, "s", "x.com", key, labels=labels, note=note)


def journal(folder, rater="ann"):
    path = journal_path(folder, rater)
    path.parent.mkdir(parents=True, exist_ok=True)
    return Journal(path)


@given(st.lists(ENTRIES, max_size=5))
def test_what_is_appended_is_read(tmp_path_factory, entries):
    folder = tmp_path_factory.mktemp("study")
    ann = journal(folder)
    for one in entries:
        ann.append(one)
    assert [replace(one, at="") for one in journal(folder).entries] == entries
    assert journal(folder).entries == ann.entries
    times = [one.at for one in ann.entries]
    assert times == sorted(times)


@given(st.data())
def test_a_torn_line_is_named_and_cut_and_no_other_is_lost(tmp_path_factory, data):
    """A machine that dies leaves any beginning of the last line."""
    folder = tmp_path_factory.mktemp("study")
    ann = journal(folder)
    ann.append(about(1, "a"))
    whole = ann.path.read_bytes()
    ann.append(about(2, "ü" * 5, note="second"))
    lines = ann.path.read_bytes()
    end = data.draw(st.integers(len(whole), len(lines) - 1))
    ann.path.write_bytes(lines[:end])
    found = journal(folder)
    assert [one.question_id for one in found.entries] == [1]
    with found.writing() as note:
        torn = end > len(whole)
        assert bool(note) == torn
        assert not torn or f"{ann.path}: line 2 was not written whole and is cut: " in note
        found.append(about(3, "b"))
    assert ann.path.read_bytes().startswith(whole)
    assert [one.question_id for one in journal(folder).entries] == [1, 3]


@pytest.mark.parametrize(
    "line",
    ["{}", "[1]", "no", '{"task": "label", "question_set": "s", "at": 3}',
     '{"task": "label", "question_set": "s", "at": "x", "labels": [1]}',
     '{"task": "label", "question_set": "s", "at": "x", "labels": "ab"}',
     '{"task": "label", "question_set": "s", "at": "x", "more": "?"}'],
)  # fmt: skip
def test_a_damaged_line_is_named(tmp_path, line):
    ann = journal(tmp_path)
    ann.append(about(1, "a"))
    with ann.path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(LabellingError, match=r"ann.jsonl: line 2 is damaged \(.*remove this line"):
        journal(tmp_path)


def test_one_journal_has_one_writer(tmp_path):
    with (
        journal(tmp_path).writing(),
        pytest.raises(LabellingError, match="another page of ann is open"),
        journal(tmp_path).writing(),
    ):
        pass


def test_what_another_process_adds_is_read_on(tmp_path):
    ann, reader = journal(tmp_path), journal(tmp_path)
    ann.append(about(1, "a"))
    reader.refresh()
    ann.append(about(1, "a", "b"), about(2, task="decide"))
    reader.refresh()
    assert reader.entries == ann.entries
    assert reader.said("label")["s", "x.com", 1].labels == ("a", "b")


def test_undo_goes_back_step_by_step_and_a_note_is_one_step(tmp_path):
    ann = journal(tmp_path)
    ann.append(about(1, "a"), about(2, "b"), about(2, "b", note="h"), about(2, "b", note="hm"))
    ann.append(about(9, "include", task="decide"), about(7, "of an earlier draw"))
    undone = []
    keys = [about(number).key for number in (1, 2)]
    while (before := ann.before("label", keys)) is not None:
        undone.append((before.question_id, before.labels, before.note))
        ann.append(replace(before, is_undo=True, at=""))
        ann = journal(tmp_path)  # also after a restart
    assert undone == [(2, ("b",), ""), (2, (), ""), (1, (), "")]
    assert ann.said("decide")["s", "x.com", 9].labels == ("include",)
    assert ann.said("label")["s", "x.com", 7].labels == ("of an earlier draw",)


def test_no_two_entries_have_one_time(tmp_path):
    """Also if the clock was set back: a change of the codebook is known by its time."""
    ann = journal(tmp_path)
    ann.append(replace(about(1, "a"), at="2999-12-31T23:59:59.999999+00:00"))
    codes = Codebook(tmp_path, ["s"])
    for name in ("x", "y"):
        ann.append(codes.made("s", "add", name))
        codes.refresh([ann])
    ann.append(about(2, "x"), about(3, "y"))
    assert names(codes.taxonomy.categories) == ["x", "y"]
    times = [one.at for one in ann.entries]
    assert times == sorted(set(times))
    assert times[1] == "3000-01-01T00:00:00.000000+00:00"


def test_only_what_is_of_the_journal_is_blamed_on_it(tmp_path):
    """A disk that is full while it is written; nothing that goes wrong beside it."""
    with (
        pytest.raises(ConnectionError, match="of somebody else"),
        journal(tmp_path).writing(),
    ):
        raise ConnectionError("of somebody else")
    ann = journal(tmp_path)
    ann.path.unlink(missing_ok=True)
    ann.path.symlink_to("/dev/full")
    with pytest.raises(LabellingError, match=r"ann\.jsonl: cannot be written \(No space left"):
        ann.append(about(1, "a"))


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "codebook", "-x", "a" * 41])
def test_a_name_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(LabellingError, match="cannot name a rater"):
        journal_path(tmp_path, name)


def change(kind, code, to="", text="", at=""):
    return Entry("codebook", "s", change=kind, code=code, to=to, description=text, at=at)


def names(categories):
    return [one.name for one in categories]


def test_changes_of_a_codebook():
    book = [
        Category("s", "a", "x", description="first"),
        Category("s", "b"),
        Category("t", "a", "x"),
    ]
    done = changed(
        book,
        [
            change("add", "a - y", text="second"),
            change("define", "b", text="third"),
            change("example", "b", text="x.com/1"),
            change("example", "b", text="x.com/1"),
        ],
    )
    assert names(done) == ["a - x", "a - y", "b", "a - x"]
    assert [one.description for one in done] == ["first", "second", "third", ""]
    assert done[2].examples == "x.com/1"
    assert names(changed(done, [change("rename", "a", "c")])) == ["c - x", "c - y", "b", "a - x"]
    moved = changed(done, [change("move", "a - y", "b - y")])
    assert names(moved) == ["a - x", "b - y", "b", "a - x"]
    merged = changed(
        done, [change("example", "a - y", text="x.com/2"), change("merge", "b", "a - y")]
    )
    assert names(merged) == ["a - x", "a - y", "a - x"]
    assert (merged[1].description, merged[1].examples) == ("second", "x.com/2 x.com/1")


def test_labels_follow_their_categories_unless_they_are_later(tmp_path):
    ann = journal(tmp_path)
    ann.append(about(1, "a"))
    ann.append(change("rename", "a", "b"), change("rename", "b", "c - d"))
    ann.append(change("add", "a"))
    ann.append(about(2, "a"))
    said = ann.said("label", changes_of([ann]))
    assert said["s", "x.com", 1].labels == ("c - d",)
    assert said["s", "x.com", 2].labels == ("a",)


def test_a_change_is_made_once_on_every_machine(tmp_path):
    """Ann changes her codebook; Ben gets her file; a code of the same name comes again."""
    here, there = tmp_path / "here", tmp_path / "there"
    header = "question_set,inner_category,leaf_category\n"
    for folder in (here, there):
        folder.mkdir()
        (folder / "taxonomy.csv").write_text(f"{header}s,old,\n", "utf-8")
        (folder / "labels.csv").write_text(
            "question_set,site,question_id,inner_category,leaf_category,note\n"
            "s,x.com,1,old,,\ns,x.com,1,new,,\n",
            "utf-8",
        )
    ann, book = journal(here), Codebook(here, ["s"])
    book.refresh([ann])
    for args in (("add", "new"), ("rename", "old", "new"), ("add", "old", "", "again")):
        ann.append(book.made("s", *args))
        book.refresh([ann])
    assert names(book.taxonomy.categories) == ["new", "old"]
    taxonomy = (here / "taxonomy.csv").read_text("utf-8")
    assert taxonomy == (
        "question_set,inner_category,leaf_category,description\ns,new,,\ns,old,,again\n"
    )
    assert "s,x.com,1,new,,\n" in (here / "labels.csv").read_text("utf-8")
    assert "old" not in (here / "labels.csv").read_text("utf-8")
    by_hand = taxonomy.replace("again", "by hand")
    (here / "taxonomy.csv").write_text(by_hand, "utf-8")
    Codebook(here, ["s"]).refresh([ann])
    assert (here / "taxonomy.csv").read_text("utf-8") == by_hand

    journal(there, "ben").append(about(1, "old"))
    (there / "ratings" / "ann.jsonl").write_bytes(ann.path.read_bytes())
    other = Codebook(there, ["s"])
    for _ in range(2):
        other.refresh(read_journals(there))
        assert names(other.taxonomy.categories) == ["new", "old"]
    assert (there / "taxonomy.csv").read_text("utf-8") == taxonomy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "A  - x"), "there is a code 'a - x' already"),
        (("add", " "), "a name has 1 to 200 characters"),
        (("add", "a\x07"), "a name has 1 to 200 characters"),
        (("add", "Unclear"), "may be said of every question already"),
        (("rename", "z", "y"), "there is no code 'z'"),
        (("define", "a"), "there is no code 'a'"),
        (("rename", "b", "b"), "has this name already"),
        (("rename", "a", "b - c"), "is divided: move its codes one by one"),
    ],
)
def test_a_change_that_cannot_be_says_why(tmp_path, arguments, message):
    (tmp_path / "taxonomy.csv").write_text(
        "question_set,inner_category,leaf_category\ns,a,x\ns,b,\n", "utf-8"
    )
    book = Codebook(tmp_path, ["s"])
    book.refresh([])
    with pytest.raises(ValueError, match=message):
        book.made("s", *arguments)
    assert book.made("s", "rename", "b", "a - x").change == "merge"
    assert book.made("s", "rename", "a - x", "b - x").change == "move"
    assert book.made("s", "rename", "a - x", "A - X").change == "rename"
