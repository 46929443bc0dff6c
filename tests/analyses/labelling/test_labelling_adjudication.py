"""Agreed labels stand, conflicts are settled, and nothing is settled silently."""

from pathlib import Path

import pytest

from analyses.labelling.adjudication import adjudicate, write_settled
from analyses.labelling.ratings import DECIDE, LABEL, Rating, Ratings
from analyses.labelling.sample import SampledQuestion
from analyses.study.labels import Category
from loader.errors import LabellingError

DRAW = [SampledQuestion("s", "x.com", key, key, is_pilot=False) for key in range(1, 6)]
KEYS = [question.key for question in DRAW]


def rating(text, note=""):
    pairs = [one.partition(" - ") for one in text.split(" + ")]
    return Rating(tuple(Category("s", inner, leaf) for inner, _, leaf in pairs), note)


def sheet(name, *texts, notes=(), unlabelled=()):
    by_question = {
        key: rating(text, dict(notes).get(key[2], ""))
        for key, text in zip(KEYS, texts, strict=False)
        if text
    }
    return Ratings(name, Path(f"{name}.csv"), by_question, dict(unlabelled), ())


HEADER = "question_set,site,question_id,inner_category,leaf_category,note\n"
ANN = sheet("ann", "a", "b - x", "pending", "a + b - y", "unclear", notes={1: "sure", 2: "hm"})
BEN = sheet("ben", "a", "b - y", "pending", "b - y + a", "unclear", notes={1: "me too", 2: "no"})


def final(made):
    return {key[2]: (rating.value("leaf"), rating.note) for key, rating in made.final.items()}


def open_ids(made):
    return [key[2] for key in made.to_settle]


def test_what_is_alike_is_final_and_what_differs_is_to_settle():
    """All that left a question pending have settled nothing."""
    made = adjudicate([ANN, BEN], None, DRAW)
    assert open_ids(made) == [2, 3]
    assert open_ids(adjudicate([ANN, BEN], None, DRAW[::-1])) == [3, 2]
    assert final(made) == {1: ("a", "sure; me too"), 4: ("a + b - y", ""), 5: ("unclear", "")}


def test_what_is_settled_beats_what_raters_said():
    settled = sheet("settled", "z", "b - z", "pending", notes={2: "agreed on z"})
    made = adjudicate([ANN, BEN], settled, DRAW)
    assert not made.to_settle
    assert final(made) == {
        1: ("z", "sure; me too"),
        2: ("b - z", "agreed on z"),
        3: ("pending", ""),
        4: ("a + b - y", ""),
        5: ("unclear", ""),
    }


def test_what_one_alone_has_labelled_is_not_final_yet():
    ben = sheet("ben", "a", None, "pending", "b - y + a", None)
    assert list(final(adjudicate([ANN, ben], None, DRAW))) == [1, 4]
    assert not final(adjudicate([ANN], None, DRAW))
    assert list(final(adjudicate([ANN], None, DRAW, n_raters=1))) == [1, 2, 4, 5]


def test_a_third_who_differs_leaves_it_to_settle():
    third = sheet("cem", "b", None, "c", "a + b - y", None)
    made = adjudicate([ANN, ANN, third], None, DRAW)
    assert open_ids(made) == [1, 3]
    assert list(final(made)) == [2, 4, 5]


def test_labels_are_sorted_and_those_of_other_questions_stay(tmp_path):
    old = "s,x.com,9,old,,by hand\ns,x.com,2,gone,,\ns,x.com,1,gone,,\n"
    (tmp_path / "labels.csv").write_text(f"{HEADER}{old}", "utf-8")
    made = adjudicate([ANN, BEN], None, DRAW[::-1])
    path = write_settled(tmp_path, ["s"], LABEL, made)
    assert path.read_text("utf-8") == (
        f"{HEADER}s,x.com,1,a,,sure; me too\ns,x.com,4,a,,\ns,x.com,4,b,y,\ns,x.com,5,unclear,,\n"
        "s,x.com,9,old,,by hand\n"
    )


def test_decisions_leave_out_what_stays_pending(tmp_path):
    ann, ben = sheet("ann", "include", "exclude", "pending"), sheet("ben", "include", "exclude")
    settled = sheet("settled", None, None, "pending")
    path = write_settled(tmp_path, ["s"], DECIDE, adjudicate([ann, ben], settled, DRAW))
    assert path.read_text("utf-8") == (
        "question_set,site,question_id,decision,note\ns,x.com,1,include,\ns,x.com,2,exclude,\n"
    )


def test_labels_in_a_spreadsheet_are_not_doubled(tmp_path):
    (tmp_path / "labels.xlsx").write_bytes(b"")
    with pytest.raises(LabellingError, match=r"labels.xlsx: labels.csv would stand beside it"):
        write_settled(tmp_path, ["s"], LABEL, adjudicate([ANN, BEN], None, DRAW))
