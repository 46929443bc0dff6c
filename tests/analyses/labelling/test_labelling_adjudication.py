"""Agreed labels stand, conflicts are settled in their sheet, and nothing is settled silently."""

from pathlib import Path

import pytest

from analyses.labelling.adjudication import adjudicate, conflict_rows, merged, to_adjudicate
from analyses.labelling.posts import QuestionText
from analyses.labelling.ratings import Rating, Ratings
from analyses.labelling.sample import SampledQuestion
from analyses.study.labels import Category, Label
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


def label(key, inner, leaf="", note=""):
    return Label("s", "x.com", key, inner, leaf, note)


ANN = sheet("ann", "a", "b - x", "pending", "a + b - y", "unclear", notes={1: "sure", 2: "hm"})
BEN = sheet("ben", "a", "b - y", "pending", "b - y + a", "unclear", notes={1: "me too", 2: "no"})


def test_what_is_to_settle_comes_in_the_order_of_the_draw():
    assert [row.question_id for row in to_adjudicate([ANN, BEN], DRAW)] == [2, 3]
    assert [row.question_id for row in to_adjudicate([ANN, BEN], DRAW[::-1])] == [3, 2]
    assert to_adjudicate([ANN, ANN], DRAW) == [DRAW[2]]


def test_the_sheet_of_conflicts_shows_what_each_said():
    text = QuestionText("t", "", "", "")
    rows = conflict_rows([ANN, BEN], [DRAW[1], DRAW[3]], [text, text])
    assert rows[0].said == {
        "labels of ann": "b - x",
        "note of ann": "hm",
        "labels of ben": "b - y",
        "note of ben": "no",
    }
    assert rows[1].said["labels of ann"] == "a + b - y"


def test_conflicts_take_the_settled_label_and_all_else_stands():
    settled = sheet("conflicts", "z", "b - z", "c", notes={2: "agreed on z"})
    assert adjudicate([ANN, BEN], DRAW, settled) == [
        label(1, "a", note="sure; me too"),
        label(2, "b", "z", "agreed on z"),
        label(3, "c"),
        label(4, "a"),
        label(4, "b", "y"),
        label(5, "unclear"),
    ]


def test_agreed_pending_may_stay_pending():
    labels = adjudicate([ANN, BEN], DRAW, sheet("conflicts", None, "b - x"))
    assert labels[1:3] == [label(2, "b", "x", "hm; no"), label(3, "pending")]


def test_an_unsettled_conflict_is_an_error():
    with pytest.raises(LabellingError) as caught:
        adjudicate([ANN, BEN], DRAW)
    where = "ann.csv, ben.csv: question 2 of s"
    assert str(caught.value).startswith(f"{where} is labelled differently;")
    row = {KEYS[1]: "conflicts.csv: row 2: question 2 has no label"}
    with pytest.raises(LabellingError, match=r"^conflicts.csv: row 2: question 2 has no label$"):
        adjudicate([ANN, BEN], DRAW, sheet("conflicts", unlabelled=row))
    other = sheet("ann", "b", "b", "b", "b", "b")
    with pytest.raises(LabellingError, match=r"labelled differently \(4 more\)"):
        adjudicate([BEN, other], DRAW)


def test_one_sheet_filled_together_needs_no_settling():
    assert adjudicate([ANN], DRAW[:2]) == [label(1, "a", note="sure"), label(2, "b", "x", "hm")]


def test_what_not_all_have_labelled_is_left_out():
    ben = sheet("ben", "a", None, "pending", "b - y + a", None)
    assert [one.question_id for one in adjudicate([ANN, ben], DRAW)] == [1, 3, 4, 4]


def test_settled_labels_come_first_and_once():
    pilot, rest = [label(1, "a"), label(1, "b")], [label(2, "a")]
    assert merged(pilot, rest) == [*pilot, *rest]
    with pytest.raises(LabellingError, match="question 1 of s is settled already"):
        merged(pilot, [*rest, label(1, "c")])
