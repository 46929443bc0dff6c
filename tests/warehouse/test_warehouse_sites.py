"""Tables of the loaded sites against counts over their XML by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from statistics import median
from xml.etree import ElementTree as ET

import pytest

SITES = {
    "ai.stackexchange.com": "ai.stackexchange.com-2016-12-lf",
    "meta.mathoverflow.net": "meta.mathoverflow.net-2013-09",
}


@pytest.fixture(scope="module", params=SITES)
def site(request, shared_data):
    """A site's name, its questions by id, and its answers by the question's id."""
    path = shared_data / "sites" / SITES[request.param] / "Posts.xml"
    questions, answers = {}, defaultdict(list)
    for _, row in ET.iterparse(path):
        if row.get("PostTypeId") == "1":
            questions[row.get("Id")] = dict(row.attrib)
        elif row.get("PostTypeId") == "2":
            answers[row.get("ParentId")].append(row.get("CreationDate"))
    assert questions
    return request.param, questions, answers


def test_years(several_sites, site):
    name, questions, answers = site
    found = {
        row["year"]: row
        for row in several_sites.records("select * from site_years where site = $1", name)
    }
    asked, users, answered, accepted = Counter(), defaultdict(set), Counter(), Counter()
    minutes = defaultdict(list)
    for number, one in questions.items():
        year = int(one["CreationDate"][:4])
        asked[year] += 1
        users[year] |= {one["OwnerUserId"]} if "OwnerUserId" in one else set()
        answered[year] += bool(answers.get(number))
        accepted[year] += "AcceptedAnswerId" in one
        later = [at for at in answers.get(number, ()) if at >= one["CreationDate"]]
        if later:
            waited = datetime.fromisoformat(min(later)) - datetime.fromisoformat(
                one["CreationDate"]
            )
            minutes[year].append(waited.total_seconds() / 60)
    written = Counter(int(at[:4]) for dates in answers.values() for at in dates)
    assert set(found) == set(asked) | set(written)
    for year, row in found.items():
        assert row["n_questions"] == asked[year]
        assert row["n_answers"] == written[year]
        assert row["n_users"] == len(users[year])
        assert row["n_answered"] == answered[year]
        assert row["n_accepted"] == accepted[year]
        assert row["answered_share"] == pytest.approx(answered[year] / asked[year])
        assert row["median_first_answer_minutes"] == pytest.approx(median(minutes[year]))


def test_tags(several_sites, site):
    name, questions, answers = site
    expected = defaultdict(lambda: [0, 0, 0])
    for number, one in questions.items():
        for tag in one["Tags"].strip("<>|").replace("><", "|").split("|"):
            counted = expected[tag]
            counted[0] += 1
            counted[1] += bool(answers.get(number))
            counted[2] += "AcceptedAnswerId" in one
    rows = several_sites.records("select * from site_tags where site = $1", name)
    assert {
        row["tag"]: [row["n_questions"], row["n_answered"], row["n_accepted"]] for row in rows
    } == dict(expected)
    assert [row["n_questions"] for row in rows] == sorted(
        (n for n, _, _ in expected.values()), reverse=True
    )


def test_hours(several_sites, site):
    name, questions, _ = site
    expected = Counter()
    for one in questions.values():
        at = datetime.fromisoformat(one["CreationDate"])
        expected[at.isoweekday(), at.hour] += 1
    rows = several_sites.records("select * from site_hours where site = $1", name)
    assert [(row["weekday"], row["hour_of_day"]) for row in rows] == [
        (day, hour) for day in range(1, 8) for hour in range(24)
    ]
    assert all(row["n_questions"] == expected[row["weekday"], row["hour_of_day"]] for row in rows)


def test_licenses_hold_every_post(several_sites):
    assert several_sites.records(
        "select site, sum(n_posts) as n from site_licenses group by site order by site"
    ) == several_sites.records(
        "select site, n_rows as n from dump_manifest where \"table\" = 'posts' order by site"
    )
