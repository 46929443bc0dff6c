"""Matching and membership by SQL against the same rules in plain Python, on real posts."""

from __future__ import annotations

import pytest
from rules_in_python import occurs, plain_text, rule_matches


@pytest.fixture(scope="module")
def posts(several_sites):
    return several_sites.records("select * from stg_posts where post_type_id = 1")


@pytest.fixture(scope="module")
def rules(several_sites):
    return several_sites.records("select * from question_set_rules")


@pytest.fixture(scope="module")
def matches(posts, rules):
    return rule_matches(posts, rules)


def test_matches_are_those_of_plain_python(several_sites, matches):
    found = set(
        several_sites.rows("select question_set, rule, site, question_id from question_set_matches")
    )
    assert len(found) > 10_000
    assert found == matches


def test_two_sites_have_questions_of_the_base_set(several_sites):
    assert dict(
        several_sites.rows(
            "select site, count(*) from question_set_members where question_set = 'dl' group by all"
        )
    ) == {"stackoverflow.com": 2095, "ai.stackexchange.com": 3}


def test_members_follow_from_matches(several_sites, matches):
    """Precedence, union and baseline by set algebra; there are no decisions here."""
    sets = {row["question_set"]: row for row in several_sites.records("from question_sets")}
    candidates = {
        name: {key[2:] for key in matches if key[0] == name}
        for name, row in sets.items()
        if row["kind"] not in {"union", "baseline"}
    }
    members = dict(candidates)
    for name, yields_to in several_sites.rows(
        "select question_set, unnest(yields_to) from stg_question_sets"
    ):
        members[name] = members[name] - candidates[yields_to]
    topics = set().union(*(members[name] for name in sets if sets[name]["kind"] == "topic"))
    members["deployment"] = topics
    members["non_deployment"] = members["dl"] - topics
    for name in sets:
        found = several_sites.rows(
            "select site, question_id from question_set_members where question_set = ?", name
        )
        assert len(found) == len(set(found))
        assert set(found) == members[name], name


@pytest.mark.parametrize("code", ["kept", "blocks_dropped", "all_dropped"])
def test_every_way_of_reading_and_comparing(several_sites, text_macros, posts, code):
    """Beside the shipped rules every combination, with terms that tell the combinations apart."""
    terms = ["model", "ios", "tf", "import", "c++", "é", "print", "server"]
    matches = ["token", "word", "substring"]
    sql = f"""
        with texts as materialized (
            select
                site,
                post_id,
                lower({text_macros.plain_text("body", code)}) as body_text
            from stg_posts
            where post_type_id = 1
        )
        select site, post_id, term, match
        from texts, unnest({terms}) as terms(term), unnest({matches}) as matches(match)
        where {text_macros.term_occurs("body_text", "term", "match")}
    """
    expected = {
        (post["site"], post["post_id"], term, match)
        for post in posts
        for text in [plain_text(post["body"] or "", code).lower()]
        for term in terms
        for match in matches
        if occurs(text, term, match)
    }
    assert {match for *_, match in expected} == set(matches)
    assert set(several_sites.rows(sql)) == expected


def test_a_block_with_a_language_is_kept_when_bare_blocks_go(several_sites):
    """The authors' 279 hold five questions that are found in such blocks only."""
    found = several_sites.column(
        """
        select question_id from stg_posts as posts
        join question_set_matches as matches
            on posts.site = matches.site and posts.post_id = matches.question_id
        where
            matches.question_set = 'server_cloud' and matches.rule like '%term%'
            and not regexp_matches(
                lower(title || regexp_replace(body, '<pre.*?</pre>', '', 'gs')),
                'deploy[\\s\\S]*(cloud|server|serving)|(cloud|server|serving)[\\s\\S]*deploy'
            )
        """
    )
    assert set(found) == {44013819, 48211904, 55362917, 55974076, 57272481}
