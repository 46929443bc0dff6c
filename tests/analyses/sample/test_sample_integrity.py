"""References, order and oddities of a sample: those of a real dump."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from sample_reader import when

from analyses.sample.writer import TABLES
from loader import schemas

DELETED_NAME = re.compile(r"user\d+")


def test_every_table_is_there(dump):
    assert {path.name for path in dump.folder.iterdir()} == {f"{name}.xml" for name in TABLES}
    assert {name.lower() for name in TABLES} == set(schemas.BY_ROOT)
    assert len(dump.posts("1")) == 20_000


def test_every_attribute_has_a_column(dump):
    for name in TABLES:
        known = set(schemas.BY_ROOT[name.lower()].attributes)
        assert {key for row in dump[name] for key in row} <= known


@pytest.mark.parametrize("table", TABLES)
def test_ids_ascend_and_dates_with_them(dump, table):
    ids = [int(row["Id"]) for row in dump[table]]
    assert all(a < b for a, b in pairwise(ids))
    date = {"Badges": "Date", "Tags": None}.get(table, "CreationDate")
    if date:
        dates = [row[date] for row in dump[table]]
        assert dates == sorted(dates)
        assert dates[0] >= "2008-08-01"
        assert dates[-1] < "2019-12-01"


def test_no_date_is_past_the_snapshot(dump):
    for rows in dump.tables.values():
        for row in rows:
            assert all(
                value < "2019-12-01"
                for name, value in row.items()
                if name.endswith("Date") or name == "Date"
            )


def test_post_ids_stay_below_those_of_fabricated_posts(dump):
    assert int(dump["Posts"][-1]["Id"]) < schemas.FIRST_FABRICATED_POST_ID


def test_answers_and_their_questions_know_each_other(dump):
    questions, answers = dump.posts("1"), dump.posts("2")
    n_answers = Counter(row["ParentId"] for row in answers.values())
    assert set(n_answers) <= set(questions)
    older = own = 0
    for post_id, question in questions.items():
        assert int(question["AnswerCount"]) == n_answers[post_id]
        accepted = question.get("AcceptedAnswerId")
        if accepted:
            answer = answers[accepted]
            assert answer["ParentId"] == post_id
            older += when(answer) < when(question)
            own += "OwnerUserId" in answer and answer["OwnerUserId"] == question.get("OwnerUserId")
    assert 1 <= older <= 60  # merged questions
    assert 500 < own < 2500  # self-answers
    assert all("ViewCount" not in row and "Title" not in row for row in answers.values())


def test_comments_are_counted(dump):
    n_comments = Counter(row["PostId"] for row in dump["Comments"])
    for row in dump["Posts"]:
        assert int(row["CommentCount"]) == n_comments[row["Id"]]


def test_children_refer_to_posts_and_come_after_them(dump):
    created = {row["Id"]: row["CreationDate"] for row in dump["Posts"]}
    for table in ("Comments", "PostHistory"):
        assert all(created[row["PostId"]] <= row["CreationDate"] for row in dump[table])
    # Votes have a date without time; a question merged later than its answer is the one exception.
    early = sum(created[row["PostId"]][:10] > row["CreationDate"][:10] for row in dump["Votes"])
    assert early == 0


def test_users_are_known_and_registered_before_they_write(dump):
    registered = {row["Id"]: row["CreationDate"] for row in dump["Users"]}
    assert dump["Users"][0]["Id"] == "-1"
    columns = {
        "Posts": ("OwnerUserId", "LastEditorUserId"),
        "Comments": ("UserId",),
        "PostHistory": ("UserId",),
        "Votes": ("UserId",),
        "Badges": ("UserId",),
    }
    for table, names in columns.items():
        for row in dump[table]:
            for name in names:
                if name in row:
                    assert row[name] in registered
    for row in dump["Posts"]:
        if "OwnerUserId" in row:
            assert registered[row["OwnerUserId"]] <= row["CreationDate"]


def test_deleted_accounts_leave_a_name(dump):
    users = {row["Id"] for row in dump["Users"]}
    orphans = [row for row in dump["Posts"] if "OwnerUserId" not in row]
    assert 100 < len(orphans) < 1500
    for row in orphans:
        assert DELETED_NAME.fullmatch(row["OwnerDisplayName"])
        assert row["OwnerDisplayName"].removeprefix("user") not in users
    assert any("UserId" not in row and "UserDisplayName" in row for row in dump["Comments"])


def test_scores_are_the_sum_of_votes(dump):
    score = Counter()
    for row in dump["Votes"]:
        score[row["PostId"]] += {"2": 1, "3": -1}.get(row["VoteTypeId"], 0)
    for row in dump["Posts"]:
        assert int(row["Score"]) == score[row["Id"]]
    assert min(score.values()) < 0


def test_accept_votes_are_nearly_the_accepted_answers(dump):
    """As in real dumps, where minds were changed (beer.stackexchange.com: 625 to 619)."""
    voted = {row["PostId"] for row in dump["Votes"] if row["VoteTypeId"] == "1"}
    accepted = {
        row["AcceptedAnswerId"] for row in dump.posts("1").values() if "AcceptedAnswerId" in row
    }
    assert accepted <= voted
    assert 0 < len(voted - accepted) < 0.02 * len(accepted)


def test_votes_show_who_favours_and_what_a_bounty_is_worth(dump):
    kinds = Counter(row["VoteTypeId"] for row in dump["Votes"])
    assert {"1", "2", "3", "5", "8", "9", "16"} <= set(kinds)
    favorites = Counter(row["PostId"] for row in dump["Votes"] if row["VoteTypeId"] == "5")
    for row in dump["Posts"]:
        assert int(row.get("FavoriteCount", 0)) == favorites[row["Id"]]
    for row in dump["Votes"]:
        assert ("UserId" in row) == (row["VoteTypeId"] in {"5", "8"})
        assert ("BountyAmount" in row) == (row["VoteTypeId"] in {"8", "9"})
        assert row["CreationDate"].endswith("T00:00:00.000")


def test_history_holds_the_first_revision_and_the_edit(dump):
    """Titles and tags are as they were written, the last body has the date of the post's edit."""
    first = {"1": ["2", "1", "3"], "2": ["2"], "4": ["2"], "5": ["2"]}
    revisions: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in dump["PostHistory"]:
        revisions.setdefault(row["PostId"], {}).setdefault(row["RevisionGUID"], []).append(row)
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row["RevisionGUID"])
    guids = [guid for of_post in revisions.values() for guid in of_post]
    assert len(guids) == len(set(guids))
    n_edited = 0
    for row in dump["Posts"]:
        written, *edits = revisions[row["Id"]].values()
        assert [part["PostHistoryTypeId"] for part in written] == first[row["PostTypeId"]]
        if row["PostTypeId"] == "1":
            assert [part["Text"] for part in written[1:]] == [row["Title"], row["Tags"]]
        if row["PostTypeId"] not in {"1", "2"}:
            continue
        assert bool(edits) == ("LastEditDate" in row)
        assert row["LastActivityDate"] >= row.get("LastEditDate", row["CreationDate"])
        for ((edit,),) in [edits] if edits else []:
            n_edited += 1
            assert edit["PostHistoryTypeId"] == "5"
            assert edit["CreationDate"] == row["LastEditDate"]
            assert edit["Text"].startswith(written[0]["Text"] + "\r\n\r\n")
    assert n_edited > 5000


def test_duplicates_are_closed_and_linked(dump):
    questions = dump.posts("1")
    closed = {post_id for post_id, row in questions.items() if "ClosedDate" in row}
    linked = {
        row["PostId"]: row["RelatedPostId"] for row in dump["PostLinks"] if row["LinkTypeId"] == "3"
    }
    assert 0.2 * len(closed) < len(linked) < 0.6 * len(closed)
    assert closed >= set(linked)
    assert questions.keys() >= set(linked.values())


def test_links_are_mostly_to_posts_that_are_there(dump):
    posts = {row["Id"] for row in dump["Posts"]}
    missing = [row for row in dump["PostLinks"] if row["RelatedPostId"] not in posts]
    assert 0 < len(missing) < 0.05 * len(dump["PostLinks"])
    assert all(row["PostId"] in posts for row in dump["PostLinks"])


def test_tags_are_counted_and_described(dump):
    used = Counter(
        tag for row in dump.posts("1").values() for tag in re.findall("<([^>]+)>", row["Tags"])
    )
    assert {row["TagName"]: int(row["Count"]) for row in dump["Tags"]} == dict(used)
    wikis, excerpts = dump.posts("5"), dump.posts("4")
    assert {row["WikiPostId"] for row in dump["Tags"] if "WikiPostId" in row} == set(wikis)
    assert {row["ExcerptPostId"] for row in dump["Tags"] if "WikiPostId" in row} == set(excerpts)
    assert 0.5 < len(wikis) / len(used) < 1


def test_licences_follow_the_date(dump):
    for row in dump["Posts"]:
        written = row.get("LastEditDate", row["CreationDate"])
        version = "2.5" if written < "2011-04-08" else "3.0" if written < "2018-05-02" else "4.0"
        assert row["ContentLicense"] == f"CC BY-SA {version}"


def test_tags_are_used_only_once_they_exist(dump):
    first = {}
    for row in dump.posts("1").values():
        for tag in re.findall("<([^>]+)>", row["Tags"]):
            first.setdefault(tag, row["CreationDate"])
    assert first["tensorflow"] >= "2015-11-09"  # TensorFlow's release
    assert first["pytorch"] >= "2017-01-18"
    assert first["tensorflow-lite"] >= "2017-05-17"
    assert first["coreml"] >= "2017-06-05"
    assert first["tensorflow.js"] >= "2018-03-30"


def test_text_is_as_wild_as_on_a_real_site(dump):
    bodies = " ".join(row["Body"] for row in dump["Posts"])
    assert "<pre><code>" in bodies
    assert re.search(r"<p>[^<]*<code>", bodies)
    assert "&lt;" in bodies
    assert "&amp;" in bodies
    assert "谢谢" in " ".join(row["Text"] for row in dump["Comments"])
    assert any("\t" in line for line in (dump.folder / "PostHistory.xml").open(encoding="utf-8"))
    names = {row["DisplayName"] for row in dump["Users"]}
    assert {"王小明", "<script>", '"Ace"'} <= names
    communities = [row for row in dump["Posts"] if row.get("LastEditorUserId") == "-1"]
    assert communities
    assert any("CommunityOwnedDate" in row for row in dump["Posts"])
