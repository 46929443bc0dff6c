"""A build holds whatever was loaded: one table or eight, no question of any set, several sites."""

from __future__ import annotations

import shutil
from pathlib import Path

from dbt_runs import Warehouse, run_dbt, share_store

from analyses.warehouse.database import connect
from analyses.warehouse.dictionary import read_dictionary
from loader.schemas import TABLES

DUMP = [f"stg_{name}" for name in TABLES]


def test_only_posts_were_loaded(rules_only):
    counts = {name: rules_only.column(f"select count(*) from {name}")[0] for name in DUMP}
    assert counts.pop("stg_posts") == 5694
    assert set(counts.values()) == {0}
    assert dict(rules_only.rows('select "table", state from dump_manifest')) == {
        name: "finished" if name == "posts" else "absent" for name in TABLES
    }


def test_staging_has_every_column_of_the_store(rules_only):
    """Renamed, never dropped: as many columns as the schema has, the site, and a mark of posts."""
    for name, table in TABLES.items():
        columns = rules_only.rows(f"describe stg_{name}")
        assert len(columns) == len(table.schema) + 1 + (name == "posts"), name
        assert dict(row[:2] for row in columns)["site"] == "VARCHAR", name
        assert "TIMESTAMP WITH TIME ZONE" not in {row[1] for row in columns}, name


class TestNoQuestionOfAnySet:
    def test_sets_are_there_and_empty(self, no_deep_learning):
        rows = no_deep_learning.records("from acceptance")
        assert len(rows) == 7
        assert {row["n_questions"] for row in rows} == {0}
        assert {row["no_accepted_share"] for row in rows} == {None}
        for table in ("questions", "question_set_members", "question_set_matches"):
            assert no_deep_learning.column(f"select count(*) from {table}") == [0]

    def test_summaries_have_no_numbers(self, no_deep_learning):
        rows = no_deep_learning.records("from response_time_summary")
        assert len(rows) == 7
        for row in rows:
            assert row["n_accepted"] == row["n_response_times"] == 0
            assert row["median_response_minutes"] is row["upper_whisker"] is None

    def test_tests_have_their_pairs_and_no_numbers(self, no_deep_learning):
        for table in ("proportion_tests", "response_time_tests"):
            rows = no_deep_learning.records(f"from {table}")
            assert len(rows) == 7
            assert {row["p_value"] for row in rows} == {None}
            assert {row["p_value_adjusted"] for row in rows} == {None}

    def test_all_questions_are_counted_beside_the_empty_sets(self, no_deep_learning):
        by_year = "select sum(n_questions) from yearly_popularity where question_set = ?"
        [asked] = no_deep_learning.column("select count(*) from stg_posts where post_type_id = 1")
        assert asked > 50
        assert no_deep_learning.column(by_year, "all_questions") == [asked]
        assert no_deep_learning.column(by_year, "dl") == [0]
        assert set(
            no_deep_learning.column(
                "select distinct question_share from yearly_popularity where question_set = 'dl'"
            )
        ) == {0.0}

    def test_no_figure_agrees_or_differs_where_the_site_is_not_the_papers(self, no_deep_learning):
        verdicts = dict(
            no_deep_learning.rows("select verdict, count(*) from replication_checks group by all")
        )
        assert set(verdicts) == {"not this paper's data", "print is wrong"}
        assert verdicts["print is wrong"] == 1  # the statistic, from the published counts
        reasons = "select distinct reason from replication_checks where verdict like 'not this%'"
        [reason] = no_deep_learning.column(reasons)
        assert reason == (
            "The figures are of stackoverflow.com; the loaded posts are of"
            " conlang.meta.stackexchange.com."
        )

    def test_data_folder_may_have_any_name(self, no_deep_learning):
        assert no_deep_learning.data.name == "it's [a] data* folder"
        assert no_deep_learning.column("select distinct site from dump_manifest") == [
            "conlang.meta.stackexchange.com"
        ]


class TestSeveralSites:
    def test_every_site_is_there(self, several_sites):
        assert dict(several_sites.rows("select site, count(*) from stg_posts group by all")) == {
            "stackoverflow.com": 5694,
            "ai.stackexchange.com": 1279,
            "beer.stackexchange.com": 3471,
            "meta.mathoverflow.net": 672,
        }
        assert several_sites.column("select count(*) from dump_manifest") == [4 * len(TABLES)]

    def test_absent_zeros_are_null(self, several_sites):
        """meta.mathoverflow.net's dump leaves AnswerCount out where it is 0."""
        assert several_sites.column(
            "select count(*) from stg_posts where site = 'meta.mathoverflow.net'"
            " and post_type_id = 1 and answer_count is null"
        ) == [50]

    def test_what_the_dump_holds_twice_is_told_apart(self, several_sites):
        """beer.stackexchange.com: 625 accept votes, and 619 questions that name an answer."""
        [votes] = several_sites.column(
            "select count(*) from stg_votes where site = 'beer.stackexchange.com'"
            " and vote_type_id = 1"
        )
        [named] = several_sites.column(
            "select count(accepted_answer_id) from stg_posts where site = 'beer.stackexchange.com'"
        )
        assert (votes, named) == (625, 619)

    def test_sets_run_over_all_sites(self, several_sites, rules_only):
        members = "select count(*) from question_set_members where question_set = 'dl'"
        assert several_sites.column(members) == [2098]
        assert rules_only.column(members) == [2095]
        assert several_sites.column("select count(*) from non_deployment_questions") == [3]

    def test_the_same_user_id_on_two_sites_is_two_users(self, several_sites):
        """In every year of real questions, counted once more from staging."""
        expected = several_sites.rows(
            """
            select year(created_at) as year, count(distinct site || ' ' || owner_user_id)
            from stg_posts where post_type_id = 1 and owner_user_id is not null
            group by all order by all
            """
        )
        found = several_sites.rows(
            "select year, n_users from yearly_popularity where question_set = 'all_questions'"
            " order by year"
        )
        assert found == expected

    def test_months_have_no_gap(self, several_sites):
        months = several_sites.column(
            "select month from monthly_popularity where question_set = 'dl' order by month"
        )
        [(first, last)] = several_sites.rows(
            "select min(created_at), max(created_at) from stg_posts where post_type_id = 1"
        )
        expected = (last.year - first.year) * 12 + last.month - first.month + 1
        assert len(months) == len(set(months)) == expected
        assert (months[0].year, months[0].month) == (first.year, first.month)

    def test_a_title_on_a_tag_wiki_makes_no_question(self, several_sites):
        types = several_sites.column(
            "select distinct posts.post_type_id from questions"
            " join stg_posts as posts on questions.site = posts.site"
            " and questions.question_id = posts.post_id"
        )
        assert types == [1]


class TestWhatGoesWrong:
    def test_nothing_is_loaded(self, tmp_path):
        data = tmp_path / "data"
        data.mkdir()
        done = run_dbt(data, "build")
        assert done.returncode != 0
        assert f"no dump is loaded in {data}: run `stackstudy load`" in done.stdout
        assert "Traceback" not in done.stdout

    def test_some_models_alone_are_served_and_a_slip_begins_nothing(
        self, sample_warehouse, sample_study, tmp_path
    ):
        """`dbt run --select`, as one works on a model; then the study folder gets a slip."""
        data = share_store(tmp_path / "data", sample_warehouse)
        study = Path(shutil.copytree(sample_study, tmp_path / sample_study.name))
        posts = Warehouse(sample_warehouse).column("select count(*) from stg_posts")
        done = run_dbt(data, "run", "--select", "stg_posts", study=study)
        assert done.returncode == 0, done.stdout
        assert Warehouse(data).column("select count(*) from stg_posts") == posts

        whole = (study / "labels.csv").read_text("utf-8")
        (study / "labels.csv").write_text(f"{whole}phones,a.com,1,x,,\n", "utf-8")
        done = run_dbt(data, "run", "--select", "stg_labels", study=study)
        assert done.returncode == 2  # dbt's own code where it cannot begin
        row = whole.count("\n") + 1
        assert f"labels.csv: row {row}: no question set is named 'phones'" in done.stdout
        assert "Traceback" not in done.stdout
        assert Warehouse(data).column("select count(*) from stg_posts") == posts

    def test_there_is_no_folder(self, tmp_path):
        done = run_dbt(tmp_path / "nowhere", "build")
        assert done.returncode != 0
        assert f"there is no folder {tmp_path / 'nowhere'}: set STACKSTUDY_DATA" in done.stdout
        assert "Traceback" not in done.stdout
        assert not (tmp_path / "nowhere").exists()


SETS = ("question_set", "set_a", "set_b")
UNORDERED = "replication_measures"
"""What figures are looked up in: a row is found by its measure, not read one after the other."""
BEFORE_SETS = ("measure", "step", "figure")
"""Columns by which a table is divided before it is by sets."""


def test_tables_come_in_the_order_of_the_study_and_of_years(sample_warehouse):
    """Whoever selects without an order gets sets as the study has them, and years one by one."""
    with connect(sample_warehouse) as connection:
        names = connection.execute("select question_set from question_sets order by position")
        place = {name: n for n, (name,) in enumerate(names.fetchall())}
        checked = set()
        for table in read_dictionary():
            found = connection.execute(f'select * from "{table}"')
            columns = [column[0] for column in found.description]
            if not {*SETS, "year"} & set(columns) or table == UNORDERED:
                continue
            rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
            first = [name for name in BEFORE_SETS if name in columns and columns.index(name) < 2]
            for_sets = [name for name in SETS if name in columns]
            whole = [name for name in ("inner_category", "leaf_category") if name in columns]
            groups: dict[tuple, list[tuple]] = {}
            years: dict[tuple, list] = {}
            for row in rows:
                key = tuple(row[name] for name in first)
                # what is no set (all questions, a pair) comes first
                sets = tuple(place.get(row[name], -1) for name in for_sets)
                groups.setdefault(key, []).append(sets)
                rest = (*key, *(row[name] for name in (*for_sets, *whole)), row.get("site"))
                for name in {"year", "month"} & set(columns):
                    years.setdefault(rest, []).append(row[name] or 0)
            assert all(group == sorted(group) for group in groups.values()), table
            assert all(group == sorted(group) for group in years.values()), table
            checked |= {table} if len(rows) > 1 else set()
        assert {"yearly_popularity", "proportion_tests", "question_set_members"} <= checked
