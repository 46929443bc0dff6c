"""The sheet a rater fills: real questions as text, and the set's own categories to choose from."""

import csv

import duckdb
import openpyxl
import pytest
from label_warehouse import SITE, Post, write_warehouse

from analyses.common.spreadsheets import MAX_CELL, read_table
from analyses.labelling.posts import read_threads
from analyses.labelling.sample import SampledQuestion, read_populations, sample_questions
from analyses.labelling.sheet import answers_as_text, write_sheet
from analyses.labelling.text import html_to_text
from analyses.study.labels import Taxonomy
from analyses.study.study import find_study, read_study
from loader.errors import LabellingError, WarehouseError

SETS = ["server_cloud", "mobile", "browser"]


def question(key, question_set="s"):
    return SampledQuestion(
        question_set, SITE, key, 1, is_pilot=False, url=f"https://{SITE}/questions/{key}"
    )


@pytest.fixture(scope="module")
def everything(published_data):
    """Every published question, drawn, and what was read of it."""
    populations = [
        (one, len(one.questions)) for one in read_populations(published_data, None, SETS)
    ]
    questions = sample_questions(populations, seed=1)
    return questions, read_threads(published_data, None, questions)


def test_texts_are_those_of_the_question(everything, published_questions):
    published = {
        (name, int(row["Id"])): row for name, rows in published_questions.items() for row in rows
    }
    questions, threads = everything
    assert len(questions) == len(published) == 3023
    n_accepted = 0
    for row in questions:
        source, thread = published[row.question_set, row.question_id], threads[row.key[1:]]
        assert thread.title == source["Title"]
        assert " ".join(thread.tags) == source["Tags"].strip("<>").replace("><", " ")
        answers = answers_as_text(thread.answers, 3)
        n_answers = len(source["answers"])
        assert answers.count("[Answer ") >= min(n_answers, 3)
        assert (f"of {n_answers}:" in answers) == (n_answers > 0)
        assert (" more answer" in answers) == (n_answers > 3)
        accepted = source.get("AcceptedAnswerId")
        is_there = any(answer["Id"] == accepted for answer in source["answers"])
        assert answers.startswith(f"[Answer 1 of {n_answers}: accepted, ") == is_there
        n_accepted += is_there
    assert n_accepted == 886  # Chen et al. (2020), section 5: accepted of 3,023


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_sheet_of_every_published_question_is_read_back(everything, tmp_path, suffix):
    path = tmp_path / f"sheet{suffix}"
    questions, threads = everything
    write_sheet(path, questions, threads, read_study(find_study()).taxonomy, {})
    lines = read_table(path, ["question_set", "site", "question_id", "label_1", "label_3", "note"])
    assert len(lines) == len(questions)
    for line, row in zip(lines, questions, strict=True):
        assert line.values["question_id"] == str(row.question_id)
        assert line.values["url"] == row.url
        assert line.values["label_1"] == ""
        body = line.values["body"].replace("_x005F_", "_")
        text = html_to_text(threads[row.key[1:]].question.body)
        if text.startswith(("=", "+", "-", "@")):
            body = body.removeprefix("'")
        assert body[:200].strip() == text[:200].strip()
        assert len(body.encode("utf-16-le")) // 2 <= MAX_CELL


def test_a_workbook_offers_each_set_its_own_categories(everything, tmp_path):
    path = tmp_path / "sheet.xlsx"
    rows = [row for row in everything[0] if row.position <= 3]
    write_sheet(path, rows, everything[1], read_study(find_study()).taxonomy, {})
    book = openpyxl.load_workbook(path)
    sheet, categories = book["questions"], book["categories"]
    header = [cell.value for cell in sheet[1]]
    validations = sheet.data_validations.dataValidation
    for number, row in enumerate(rows, start=2):
        name = row.question_set
        for column in ("label_1", "label_2", "label_3"):
            cell = sheet.cell(number, header.index(column) + 1)
            (choice,) = [one for one in validations if cell.coordinate in one.sqref]
            target = choice.formula1.removeprefix("categories!").replace("$", "")
            offered = [cell.value for (cell,) in categories[target]]
            assert offered == [one.name for one in read_study(find_study()).taxonomy.choices(name)]
            assert offered[-3:] == ["false positive", "unclear", "pending"]
        cell = sheet.cell(number, header.index("url") + 1)
        assert cell.hyperlink.target == row.url
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line if cell.value)
    assert sheet.freeze_panes == "F2"


def test_an_open_set_offers_no_list(tmp_path):
    data = write_warehouse(tmp_path / "data", [Post(1, title="t")], {"s": [1]})
    path = tmp_path / "sheet.xlsx"
    threads = read_threads(data, None, [question(1)])
    write_sheet(path, [question(1)], threads, Taxonomy(()), {})
    book = openpyxl.load_workbook(path)
    assert not book["questions"].data_validations.dataValidation
    assert [row[1].value for row in book["categories"].iter_rows(min_row=2)] == [
        "false positive",
        "unclear",
        "pending",
    ]


def test_bodies_that_spreadsheets_mangle(tmp_path):
    posts = [
        Post(1, body="<p>=1+1</p>", title="=HYPERLINK(1)"),
        Post(2, body="<p>" + "word " * 20_000 + "</p>", title="-1"),
        Post(3, body="<ul><li>a\x00b</li></ul>", title=None),
        Post(4, body="", title="+"),
    ]
    data = write_warehouse(tmp_path / "data", posts, {"s": [1, 2, 3, 4]})
    questions = [question(key) for key in (1, 2, 3, 4)]
    threads = read_threads(data, None, questions)
    for name in ("s.xlsx", "s.csv"):
        write_sheet(tmp_path / name, questions, threads, Taxonomy(()), {})
    cells = openpyxl.load_workbook(tmp_path / "s.xlsx")["questions"]
    heights = [cells.row_dimensions[number].height for number in range(2, 6)]
    assert max(heights) == heights[1] == 409  # the most that Excel takes
    assert min(heights) > 0
    bodies = [cells.cell(number, 7).value for number in range(2, 6)]
    assert bodies[0] == "=1+1"
    assert len(bodies[1]) == MAX_CELL
    assert bodies[1].endswith("[cut here, at what a cell can hold]")
    assert bodies[2] == "- a\ufffdb"
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        values = list(csv.DictReader(file))
    assert [row["title"] for row in values] == ["'=HYPERLINK(1)", "'-1", "", "'+"]
    assert values[2]["body"] == "'- a\ufffdb"


def test_answers_come_accepted_first_then_by_score(tmp_path):
    posts = [
        Post(1, title="q", accepted_answer_id=5),
        Post(2, parent_post_id=1, score=9, body="best"),
        Post(3, parent_post_id=1, score=None, body="unscored", created_at="2020-01-01T00:00:00"),
        Post(4, parent_post_id=1, score=-1, body="worst"),
        Post(5, parent_post_id=1, score=0, body="accepted one"),
        Post(6, title="other", accepted_answer_id=99),
        Post(7, title="nobody"),
        Post(8, parent_post_id=6, score=1, body="alone"),
        Post(2, parent_post_id=7, score=9, body="elsewhere", site="other.com"),
    ]
    data = write_warehouse(tmp_path / "data", posts, {"s": [1, 6, 7]})
    keys = [question(1), question(6), question(7)]
    threads = read_threads(data, None, keys)
    first, second, third = (threads[one.key[1:]].answers for one in keys)
    assert answers_as_text(first, 3) == (
        "[Answer 1 of 4: accepted, score 0, 2019-05-04]\naccepted one\n\n"
        "[Answer 2 of 4: score 9, 2019-05-04]\nbest\n\n"
        "[Answer 3 of 4: score -1, 2019-05-04]\nworst\n\n"
        "[1 more answer at the url]"
    )
    assert answers_as_text(second, 3) == "[Answer 1 of 1: score 1, 2019-05-04]\nalone"
    assert not answers_as_text(third, 3)
    assert answers_as_text(first, 0) == "[4 more answers at the url]"
    assert answers_as_text(first, 9).endswith("[Answer 4 of 4: 2020-01-01]\nunscored")


def test_a_question_that_is_not_loaded_is_named(tmp_path):
    data = write_warehouse(tmp_path / "data", [Post(1)], {"s": [1]})
    with pytest.raises(LabellingError, match=f"question 2 of {SITE}, drawn for s, is not among"):
        read_threads(data, None, [question(1), question(2)])


def test_a_database_without_posts_is_one_line(tmp_path):
    with duckdb.connect(str(tmp_path / "deep_learning_deployment.duckdb")) as connection:
        connection.execute("create view stg_posts as select 1 as a")
        connection.execute("drop view stg_posts")
    with pytest.raises(WarehouseError, match="run `stackstudy build`") as caught:
        read_threads(tmp_path, None, [question(1)])
    assert "\n" not in str(caught.value)


def test_a_sheet_with_labels_is_not_overwritten(everything, tmp_path):
    path = tmp_path / "ann.csv"
    path.write_text("somebody's work", encoding="utf-8")
    questions, threads = everything
    with pytest.raises(LabellingError, match="may hold labels"):
        write_sheet(path, questions, threads, Taxonomy(()), {})
    assert path.read_text(encoding="utf-8") == "somebody's work"
    write_sheet(path, questions[:2], threads, Taxonomy(()), {}, force=True)
    assert len(read_table(path, ["question_id"])) == 2
