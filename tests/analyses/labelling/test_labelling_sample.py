"""A draw depends on seed, set and ids alone, and its file says which part is the pilot."""

import random
from dataclasses import replace

import duckdb
import openpyxl
import pytest
from label_warehouse import SITE, Post, write_warehouse

from analyses.labelling.sample import (
    Population,
    SampledQuestion,
    in_part,
    read_populations,
    read_sample,
    sample_questions,
    write_sample,
)
from loader.errors import LabellingError, WarehouseError


def drawn(data, names, sizes, **options):
    populations = read_populations(data, None, names)
    return sample_questions(list(zip(populations, sizes, strict=True)), **({"seed": 1} | options))


def test_the_published_sets_are_populations(published_data):
    """Chen et al. (2020), section 4: 1,325, 1,533 and 165 questions."""
    populations = read_populations(
        published_data, None, ["mobile", "browser", "server_cloud", "mobile"]
    )
    assert [(one.question_set, len(one.questions)) for one in populations] == [
        ("mobile", 1533),
        ("browser", 165),
        ("server_cloud", 1325),
    ]
    assert [one.is_candidate_set for one in populations] == [False, True, False]
    assert [one.question_set for one in read_populations(published_data)] == [
        "server_cloud",
        "mobile",
        "browser",
    ]
    with pytest.raises(WarehouseError, match="no question set is named 'mobil'; there are server"):
        read_populations(published_data, None, ["mobil"])


def test_a_draw_is_a_part_of_its_set_pilot_first(published_data, published_questions):
    questions = drawn(published_data, ["server_cloud", "mobile"], [297, 307], seed=2020)
    for name, size, n_pilot in (("server_cloud", 297, 90), ("mobile", 307, 93)):
        rows = [row for row in questions if row.question_set == name]
        titles = {int(row["Id"]): row["Title"] for row in published_questions[name]}
        assert len({row.question_id for row in rows}) == size
        assert all(row.title == titles[row.question_id] for row in rows)
        assert [row.position for row in rows] == list(range(1, size + 1))
        assert [row.is_pilot for row in rows] == [True] * n_pilot + [False] * (size - n_pilot)
        assert {row.population for row in rows} == {len(titles)}


def test_a_draw_is_stable_and_a_larger_one_begins_with_it(published_data):
    first = drawn(published_data, ["mobile"], [100])
    assert drawn(published_data, ["mobile"], [100]) == first
    larger = drawn(published_data, ["browser", "mobile"], [5, 300])[5:]
    assert [row.key for row in larger[:100]] == [row.key for row in first]
    other = drawn(published_data, ["mobile"], [100], seed=2)
    assert len({row.key for row in other} & {row.key for row in first}) < 30


def test_row_order_changes_nothing():
    members = [("a.com", key) for key in range(200)]
    shuffled = random.Random(1).sample(members, len(members))
    one, two = (
        sample_questions([(Population("s", False, dict.fromkeys(rows, ("", "")), {}), 50)], seed=7)  # noqa: FBT003
        for rows in (members, shuffled)
    )
    assert one == two


def test_the_file_gives_the_draw_back(tmp_path, published_data):
    questions = drawn(published_data, ["browser", "mobile"], [165, 20], pilot_share=0.1)
    path = tmp_path / "draw.csv"
    write_sample(path, questions)
    back = read_sample(path)
    # A title that would be a formula carries an apostrophe; titles are read from the posts again.
    assert [replace(row, title="") for row in back] == [replace(row, title="") for row in questions]
    assert in_part(path, back, "all") == back
    pilot, rest = in_part(path, back, "pilot"), in_part(path, back, "rest")
    assert len(pilot) == 17 + 2
    assert {row.key for row in pilot} | {row.key for row in rest} == {row.key for row in back}
    with pytest.raises(LabellingError, match="exists already"):
        write_sample(path, questions)


def test_a_draw_is_read_in_its_own_order_from_a_sorted_workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["position", "question_id", "site", "question_set", "is_pilot"])
    for row in ([2.0, 10.0, "x.com", "s", False], [1, 30, "x.com", "s", True]):
        sheet.append(row)
    book.save(tmp_path / "draw.xlsx")
    assert read_sample(tmp_path / "draw.xlsx") == [
        SampledQuestion("s", "x.com", 30, 1, is_pilot=True),
        SampledQuestion("s", "x.com", 10, 2, is_pilot=False),
    ]


def test_a_sample_drawn_elsewhere_needs_three_columns(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("question_set,site,question_id\ns,x.com,30\ns,x.com,10\n", encoding="utf-8")
    rows = read_sample(path)
    assert [(row.question_id, row.position, row.is_pilot) for row in rows] == [
        (30, 1, False),
        (10, 2, False),
    ]
    with pytest.raises(LabellingError, match="holds no question of the part pilot"):
        in_part(path, rows, "pilot")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("s,x.com,1,\ns,x.com,1,\n", "row 3: question 1 is drawn for s already, in row 2"),
        ("s,x.com,1.5,\n", "row 2: '1.5' of 'x.com' in 's' is no question; give"),
        ("s,,1,\n", "row 2: '1' of '' in 's' is no question; give"),
        ("s,x.com,1,maybe\n", "row 2: is_pilot 'maybe' is neither true nor false"),
    ],
)
def test_slips_in_a_draw_are_named(tmp_path, lines, message):
    path = tmp_path / "draw.csv"
    path.write_text("question_set,site,question_id,is_pilot\n" + lines, encoding="utf-8")
    with pytest.raises(LabellingError) as caught:
        read_sample(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_sample_grows_behind_what_it_holds():
    """The first 100 stay, in place and pilot; the next are those that a draw of 200 takes."""
    questions = {("x.com", key): ("", "") for key in range(400)}
    population = Population("s", is_candidate_set=False, questions=questions, plan={})
    other = Population("t", is_candidate_set=False, questions=questions, plan={})
    first = sample_questions([(population, 100), (other, 5)], seed=3)
    grown = sample_questions([(population, 200)], seed=3, earlier=first)
    at_once = sample_questions([(population, 200)], seed=3)
    mine = [one for one in grown if one.question_set == "s"]
    assert [one for one in grown if one.question_set == "t"] == first[100:]
    assert mine[:100] == first[:100]
    assert [one.key for one in mine] == [one.key for one in at_once]
    assert [one.position for one in mine] == list(range(1, 201))
    assert sum(one.is_pilot for one in mine) == 30
    left = {key: questions[key] for key in list(questions) if key[1] % 7}
    fewer = replace(population, questions=left)
    later = sample_questions([(fewer, 150)], seed=3, earlier=first)
    assert later[:100] == first[:100]
    assert len({one.key for one in later if one.question_set == "s"}) == 150
    assert sample_questions([(population, 50)], seed=3, earlier=first) == first


def test_each_category_is_a_stratum(tmp_path):
    data = write_warehouse(
        tmp_path / "data", [Post(key, title="t") for key in range(1, 41)], {"s": range(1, 41)}
    )
    with duckdb.connect(str(data / "deep_learning_deployment.duckdb")) as connection:
        connection.execute(
            f"""
            create table labels as
            select 's' as question_set, '{SITE}' as site, range as question_id,
                if(range <= 20, 'a', if(range <= 24, 'b', 'unclear')) as inner_category
            from range(1, 31)
            union all select 's', '{SITE}', 1, 'b'
            """
        )
    parts = read_populations(data, None, ["s"], by_category=True)
    assert [(one.name, len(one.questions)) for one in parts] == [("s, a", 20), ("s, b", 4)]
    sampled = sample_questions([(parts[0], 10), (parts[1], 4)], seed=1, pilot_share=0.5)
    assert [one.position for one in sampled] == list(range(1, 15))
    assert [one.stratum for one in sampled] == ["a"] * 10 + ["b"] * 4
    assert [one.is_pilot for one in sampled] == [True] * 5 + [False] * 5 + [True] * 2 + [False] * 2
    assert all((one.question_id <= 20) == (one.stratum == "a") for one in sampled)
    write_sample(tmp_path / "draw.csv", sampled)
    assert read_sample(tmp_path / "draw.csv") == sampled
    grown = sample_questions([(parts[0], 12)], seed=1, earlier=sampled)
    assert grown[:14] == sampled
    assert [one.position for one in grown[14:]] == [15, 16]
