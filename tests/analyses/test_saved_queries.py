"""The saved queries run on a whole dump, answer what they say, and stay listed and described."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import click
import duckdb
import pytest
import yaml

from analyses.warehouse.database import connect
from analyses.warehouse.shell import SAVED, command, saved_queries, saved_query, saved_rows
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

QUERIES = sorted(path.stem for path in SAVED.glob("*.sql"))


@pytest.fixture
def data(sample_warehouse) -> Path:
    """A data folder with a sample dump, all eight tables."""
    return sample_warehouse


@pytest.fixture
def database(data):
    with connect(data) as connection:
        yield connection


def answer(database: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, object]]:
    result = database.execute(saved_query(name))
    columns = [column[0] for column in result.description]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def members(database) -> dict[str, set[int]]:
    found = defaultdict(set)
    rows = database.execute("select question_set, question_id from question_set_members")
    for question_set, question_id in rows.fetchall():
        found[question_set].add(question_id)
    return found


def test_there_are_at_least_eight_and_each_says_what_it_answers() -> None:
    assert len(QUERIES) >= 8
    assert list(saved_queries()) == QUERIES
    assert all(text.endswith(".") for text in saved_queries().values())
    described = yaml.safe_load((SAVED / "analyses.yml").read_text(encoding="utf-8"))["analyses"]
    assert sorted(entry["name"] for entry in described) == QUERIES


@pytest.mark.parametrize("name", QUERIES)
def test_each_gives_rows_through_the_command(data, name, capfd) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["--saved", name, "--format", "csv", "--data", str(data)])
    assert left.value.code == 0
    assert list(csv.DictReader(io.StringIO(capfd.readouterr().out)))


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(WarehouseError, match="there are answerer_concentration"):
        saved_query("../../secret")


def test_self_answers_are_those_of_the_asker(database) -> None:
    posts = {
        post_id: (owner, accepted)
        for post_id, owner, accepted in database.execute(
            "select post_id, owner_user_id, accepted_answer_id from stg_posts"
        ).fetchall()
    }
    sets = members(database)
    for row in answer(database, "self_answers"):
        accepted = [one for one in sets[row["question_set"]] if posts[one][1] is not None]
        own = sum(posts[one][0] == posts[posts[one][1]][0] is not None for one in accepted)
        assert (row["n_accepted"], row["n_self_answered"]) == (len(accepted), own)


def test_a_name_means_in_a_saved_query_what_it_means_in_the_tables() -> None:
    """An accepted answer that the dump does not hold counts as accepted, by whomever it is."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table question_sets as select 's' as question_set, 1 as position"
        )
        connection.execute(
            "create table set_measures as select 's' as question_set, 4 as n_accepted,"
            " 1 as n_self_answered, 0.25 as self_answered_share,"
            " 1.0 as median_response_minutes_self_answered,"
            " 2.0 as median_response_minutes_of_others"
        )
        assert answer(connection, "self_answers")[0]["self_answered_share"] == 0.25


def shown(data: Path, capfd, *arguments: str) -> list[dict[str, str]]:
    with pytest.raises(SystemExit) as left:
        command.main([*arguments, "--format", "csv", "--data", str(data)])
    assert left.value.code == 0
    return list(csv.DictReader(io.StringIO(capfd.readouterr().out)))


def test_sets_of_a_saved_query_are_chosen(data, capfd) -> None:
    rows = shown(data, capfd, "--saved", "self_answers", "--set", "mobile", "--set", "server_cloud")
    assert [row["question_set"] for row in rows] == ["server_cloud", "mobile"]  # the study's order
    rows = shown(data, capfd, "--saved", "question_set_overlap", "--set", "mobile")
    assert rows
    assert all("mobile" in {row["set_a"], row["set_b"]} for row in rows)


def test_rows_of_a_saved_query_are_limited_per_set(data, database, capfd) -> None:
    rows = shown(
        data, capfd, "--saved", "unanswered_most_viewed", "--set", "mobile", "--limit", "3"
    )
    viewed = database.execute(
        "select view_count from mobile_questions where not is_accepted order by 1 desc limit 3"
    ).fetchall()
    assert [int(row["view_count"]) for row in rows] == [count for (count,) in viewed]
    rows = shown(data, capfd, "--saved", "hours_of_the_day", "--limit", "1")
    assert [row["question_set"] for row in rows] == list(
        dict.fromkeys(name for name in set_order(database) if name in members(database))
    )


@pytest.mark.parametrize(("limit", "n"), [("null", 20), ("25", 25), ("99", 30)])
def test_a_limit_may_be_above_the_twenty_of_a_query(limit, n) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table question_sets as select 's' question_set, 'topic' kind")
        connection.execute(
            "create table questions as select 'a.com' site, range question_id, 1 view_count,"
            " 0 answer_count, null asked_at, '' title, '' url, false is_accepted from range(30)"
        )
        connection.execute(
            "create table question_set_members as"
            " select 's' question_set, site, question_id from questions"
        )
        connection.execute(f"set variable rows_per_set = {limit}")  # as the command does
        assert len(answer(connection, "unanswered_most_viewed")) == n


def set_order(database) -> list[str]:
    rows = database.execute("select question_set from question_sets order by position").fetchall()
    return [name for (name,) in rows]


def test_an_unknown_set_is_answered_with_the_nearest(data) -> None:
    with pytest.raises(WarehouseError, match="mobil: no question set .* did you mean mobile"):
        saved_rows(data, None, "self_answers", ["mobil"])


def test_a_set_without_a_saved_query_is_refused() -> None:
    with pytest.raises(click.UsageError, match="name one with --saved"):
        command.main(["from acceptance", "--set", "mobile"], standalone_mode=False)


def test_answerers_are_counted_per_person(database) -> None:
    answers = database.execute(
        "select parent_post_id, owner_user_id from stg_posts"
        " where post_type_id = 2 and owner_user_id is not null"
    ).fetchall()
    sets = members(database)
    for row in answer(database, "answerer_concentration"):
        counted = Counter(who for parent, who in answers if parent in sets[row["question_set"]])
        assert row["n_answerers"] == len(counted)
        assert row["n_answers"] == counted.total()
        assert row["n_answers_of_top_ten"] == sum(n for _, n in counted.most_common(10))
        assert row["n_answered_once"] == sum(n == 1 for n in counted.values())


def test_edits_are_those_before_the_accepted_answer(database) -> None:
    answered = dict(
        database.execute(
            "select question_id, accepted_answer_at from questions"
            " where accepted_answer_at is not null"
        ).fetchall()
    )
    edits = defaultdict(set)
    for post_id, revision, at in database.execute(
        "select post_id, revision_guid, created_at from stg_post_history"
        " where post_history_type_id between 4 and 6"
    ).fetchall():
        if post_id in answered and at < answered[post_id]:
            edits[post_id].add((revision, at))
    sets = members(database)
    for row in answer(database, "edits_before_acceptance"):
        counts = [len(edits[question]) for question in sets[row["question_set"]] & set(answered)]
        assert row["n_accepted_in_dump"] == len(counts)
        assert row["n_edited"] == sum(n > 0 for n in counts)
        assert row["max_edits"] == max(counts)


def test_duplicates_are_counted_once_each(database) -> None:
    links = database.execute(
        "select post_id, related_post_id from stg_post_links where link_type_id = 3"
    ).fetchall()
    sets = members(database)
    rows = {row["question_set"]: row for row in answer(database, "duplicates_in_a_set")}
    assert set(rows) == set(sets)
    for question_set, questions in sets.items():
        row = rows[question_set]
        within = {a for a, b in links if a in questions and b in questions}
        assert row["n_questions"] == len(questions)
        assert row["n_duplicates"] == len({a for a, _ in links if a in questions})
        assert row["n_duplicates_within_the_set"] == len(within)


def test_hours_add_up_to_the_set(database) -> None:
    sets = members(database)
    totals = Counter()
    for row in answer(database, "hours_of_the_day"):
        assert 0 <= row["hour_of_day"] <= 23
        totals[row["question_set"]] += row["n_questions"]
    assert totals == {name: len(questions) for name, questions in sets.items()}


def test_tags_are_compared_with_the_base_set(database) -> None:
    sets = members(database)
    tags = dict(database.execute("select question_id, tags from questions").fetchall())
    for row in answer(database, "tags_beside_a_set"):
        inside = [row["tag_name"] in tags[question] for question in sets[row["question_set"]]]
        base = [row["tag_name"] in tags[question] for question in sets["dl"]]
        assert row["n_questions"] == sum(inside)
        assert row["tag_share"] == pytest.approx(sum(inside) / len(inside))
        if row["lift"] is not None:
            assert row["lift"] == pytest.approx(row["tag_share"] / (sum(base) / len(base)))
