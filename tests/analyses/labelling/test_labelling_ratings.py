"""A filled sheet is read whole, or every slip in it is named with its row."""

import csv
import itertools

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.labelling.ratings import Rating, name_raters, read_ratings
from analyses.labelling.sample import SampledQuestion
from analyses.study.labels import Category, Taxonomy
from loader.errors import LabellingError

TAXONOMY = Taxonomy(
    (
        Category("a", "model export", "procedure"),
        Category("a", "model export", "usage of APIs"),
        Category("a", "speed", ""),
        Category("b", "speed", ""),
    )
)
DRAW = [
    SampledQuestion("a", "x.com", 11, 1, is_pilot=True),
    SampledQuestion("a", "x.com", 12, 2, is_pilot=False),
    SampledQuestion("b", "x.com", 11, 1, is_pilot=True),
]
HEADER = "question_set,site,question_id,label_1,label_2,label_3,note\n"
GOOD = "a,x.com,11,speed,,,\na,x.com,12,unclear,,,\nb,x.com,11,speed,,,\n"


def written(path, lines):
    path.write_text(HEADER + lines, encoding="utf-8")
    return path


def test_labels_are_read_from_any_column(tmp_path):
    path = written(
        tmp_path / "ann.csv",
        "b,x.com,11.0,, SPEED ,,two  words\n"
        "a,x.com,12,False Positive,,,\n"
        "\n"
        "a,x.com,11,speed,model export - procedure,speed,\n",
    )
    ratings = read_ratings(path, DRAW, TAXONOMY).checked()
    assert ratings.rater == "ann"
    assert ratings.by_question == {
        ("b", "x.com", 11): Rating((Category("b", "speed", ""),), "two words"),
        ("a", "x.com", 12): Rating((Category("a", "false positive", ""),)),
        ("a", "x.com", 11): Rating(
            (Category("a", "speed", ""), Category("a", "model export", "procedure"))
        ),
    }
    rating = ratings.by_question["a", "x.com", 11]
    assert rating.value("leaf") == "model export - procedure + speed"
    assert rating.value("inner") == "model export + speed"


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (
            GOOD.replace("speed", "sped", 1),
            ["row 2: question 11: a has no category 'sped'; the nearest is 'speed'"],
        ),
        (
            GOOD + "a,x.com,99,speed,,,\n",
            ["row 5: question 99 of 'a' is not in the sample; undo the change of its id"],
        ),
        (
            GOOD.replace("a,x.com,11", "a,x.com,1.1E1") + "a,x.com,11,speed,,,\n",
            ["row 5: question 11 of a is in row 2 already; keep one of the two"],
        ),
        (
            GOOD.replace("b,x.com,11", "b,x.com,eleven"),
            [
                "row 4: question 'eleven' of 'b' is not in the sample; undo the change of its id",
                ": question 11 of b has no row; take its row from a fresh sheet and label it",
            ],
        ),
        (
            GOOD.replace("unclear,", "unclear,speed"),
            ["row 3: question 12: 'unclear' stands alone; remove it, or the other labels"],
        ),
        (
            GOOD.replace("unclear", ""),
            ["row 3: question 12 of a has no label; label it, or write unclear or pending"],
        ),
        (
            GOOD.replace("b,x.com,11,speed,,,\n", ""),
            [": question 11 of b has no row; take its row from a fresh sheet and label it"],
        ),
        (
            GOOD.replace("speed,,,\na", "model export,what,,\na"),
            [
                "row 2: question 11: 'model export' is divided further: choose one of its leaf",
                "row 2: question 11: a has no category 'what';",
            ],
        ),
    ],
)
def test_each_slip_is_named_with_its_row(tmp_path, lines, problems):
    path = written(tmp_path / "ann.csv", lines)
    ratings = read_ratings(path, DRAW, TAXONOMY)
    found = [*ratings.problems, *ratings.unlabelled.values()]
    assert len(found) == len(problems)
    for line, problem in zip(found, problems, strict=True):
        separator = "" if problem.startswith(":") else ": "
        assert line.startswith(f"{path}{separator}{problem}")
        assert "\n" not in line
    with pytest.raises(LabellingError) as caught:
        ratings.checked()
    more = f" ({len(found) - 1} more: `stackstudy label import` lists all)"
    assert str(caught.value) == found[0] + (more if len(found) > 1 else "")


def test_what_is_not_labelled_yet_can_be_left_out(tmp_path):
    path = written(tmp_path / "ann.csv", "a,x.com,11,speed,,,\na,x.com,12,,,,\n")
    ratings = read_ratings(path, DRAW, TAXONOMY).checked(skip_unlabelled=True)
    assert list(ratings.by_question) == [("a", "x.com", 11)]
    assert list(ratings.unlabelled) == [("a", "x.com", 12), ("b", "x.com", 11)]


def test_only_the_wanted_part_must_be_labelled(tmp_path):
    path = written(tmp_path / "ann.csv", GOOD.replace("unclear", "not read, not checked"))
    pilot = {row.key for row in DRAW if row.is_pilot}
    ratings = read_ratings(path, DRAW, TAXONOMY, pilot).checked()
    assert set(ratings.by_question) == pilot


def test_a_file_without_label_columns_is_refused(tmp_path):
    path = tmp_path / "ann.csv"
    path.write_text("question_set,site,question_id,labels of ben\na,x.com,11,speed\n")
    with pytest.raises(LabellingError, match="row 1: no column label_1"):
        read_ratings(path, DRAW, TAXONOMY)


def test_an_empty_sheet_lacks_every_question(tmp_path):
    ratings = read_ratings(written(tmp_path / "ann.csv", ""), DRAW, TAXONOMY)
    assert len(ratings.unlabelled) == len(DRAW)


def test_raters_with_one_name_are_told_apart(tmp_path):
    paths = [tmp_path / "one" / "Ann.csv", tmp_path / "ben.csv", tmp_path / "two" / "ann.csv"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        written(path, GOOD)
    sheets = [read_ratings(path, DRAW, TAXONOMY) for path in paths]
    assert name_raters(sheets) == ["Ann 1", "ben", "ann 3"]


CHOICES = {name: [one.name for one in TAXONOMY.choices(name)] for name in ("a", "b")}


@st.composite
def filled(draw_from):
    """Labels of every question: up to three categories, or one of what is no category."""
    found = {}
    for question in DRAW:
        names = CHOICES[question.question_set]
        labels = draw_from(
            st.lists(st.sampled_from(names[:-3]), min_size=1, max_size=3)
            | st.sampled_from(names[-3:]).map(lambda name: [name])
        )
        found[question.key] = labels
    return found


@given(labels=filled(), order=st.permutations(range(len(DRAW))), is_workbook=st.booleans())
def test_what_a_rater_writes_is_read(tmp_path_factory, labels, order, is_workbook):
    path = tmp_path_factory.mktemp("sheet") / ("s.xlsx" if is_workbook else "s.csv")
    header = HEADER.strip().split(",")
    keys = [DRAW[index].key for index in order]
    rows = [[*key, *itertools.islice([*labels[key], "", ""], 3), ""] for key in keys]
    if is_workbook:
        book = openpyxl.Workbook()
        for row in (header, *rows):
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])
    ratings = read_ratings(path, DRAW, TAXONOMY).checked()
    assert {
        key: [label.name for label in rating.labels] for key, rating in ratings.by_question.items()
    } == {key: list(dict.fromkeys(names)) for key, names in labels.items()}
