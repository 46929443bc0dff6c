"""`stackstudy study tags`: every real site counted by hand, and what --accept writes."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

import py7zr
import pytest
import yaml
from click.testing import CliRunner

from analyses.study import read_study
from analyses.study.study import find_study
from analyses.study.tags import TagCandidate, accept_tags, tag_candidates
from loader import load
from loader.errors import StudyError
from stackstudy import main

SITES = [
    "ai.stackexchange.com-2016-12-lf",
    "beer.stackexchange.com-2014-05",
    "beer.stackexchange.com-2020-06",
    "bicycles.meta.stackexchange.com-2023-09",
    "conlang.meta.stackexchange.com-2020-09",
    "french.meta.stackexchange.com-2021-09",
    "meta.mathoverflow.net-2013-09",
]
YML = "study: own\ntitle: Own\nbase:\n  own: {tags: [TAG]}\n"


def write(folder, yml):
    folder.mkdir()
    (folder / "study.yml").write_bytes(yml.encode())
    return read_study(folder)


def tags_of_questions(path):
    """Tags of every question of a Posts.xml, by its id."""
    return {
        row.get("Id"): set(re.findall(r"[^<>|]+", row.get("Tags", "")))
        for _, row in ET.iterparse(path)
        if row.tag == "row" and row.get("PostTypeId") == "1"
    }


@pytest.mark.parametrize("site", SITES)
def test_like_a_count_by_hand(site, shared_data, tmp_path):
    """The base set is what the most used tag makes."""
    folder = shared_data / "sites" / site
    archives = list(folder.glob("*.7z"))
    for archive in archives:
        with py7zr.SevenZipFile(archive) as opened:
            opened.extract(tmp_path, targets=["Posts.xml"])
    posts = (tmp_path if archives else folder) / "Posts.xml"
    load([posts], tmp_path / "data", site="site.com")
    tags = tags_of_questions(posts)
    n_with_tag = Counter(tag for own in tags.values() for tag in own)
    [(tag, n_questions)] = n_with_tag.most_common(1)
    n_in_set = Counter(one for own in tags.values() if tag in own for one in own)
    study = write(tmp_path / "own", YML.replace("TAG", f'"{tag}"'))
    found = tag_candidates(tmp_path / "data", study, "own", n_titles=0)
    assert len(found) > 5
    assert {one.tag: (one.n_with_tag, one.n_in_set, one.n_questions) for one in found} == {
        one: (n_with_tag[one], n, n_questions) for one, n in n_in_set.items() if one != tag
    }
    for one in found:
        assert one.significance == n_in_set[one.tag] / n_with_tag[one.tag]
        assert one.relevance == n_in_set[one.tag] / n_questions
    order = [(-one.significance, -one.relevance) for one in found]
    assert order == sorted(order)


@pytest.fixture(scope="module")
def beer(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("beer")
    load(
        [shared_data / "sites" / "beer.stackexchange.com-2014-05" / "Posts.xml"],
        folder / "data",
        site="beer.stackexchange.com",
    )
    return folder / "data"


def run(data, study, *arguments):
    return CliRunner().invoke(
        main, ["study", "tags", str(study.folder), "--data", str(data), *arguments]
    )


def test_thresholds_titles_and_limit(beer, tmp_path):
    study = write(tmp_path / "own", YML.replace("TAG", "taste"))
    every = tag_candidates(beer, study, "own")
    done = run(beer, study, "--min-significance", "0.3", "--min-relevance", "0.05")
    listed = re.findall(r"^(\S+): significance", done.output, re.MULTILINE)
    expected = [x.tag for x in every if x.significance >= 0.3 and x.relevance >= 0.05]
    assert listed == expected
    assert 0 < len(expected) < len(every)
    for one in every:
        assert len(one.titles) == min(10, one.n_with_tag)
        assert len(set(one.titles)) == len(one.titles)
    few = run(beer, study, "--limit", "2", "--titles", "1")
    assert few.output.count("significance") == 2
    assert few.output.count("    - ") == 2
    none = run(beer, study, "--min-significance", "1", "--min-relevance", "1")
    assert none.exit_code == 0
    assert "No tag beside own has significance 1 and relevance 1" in none.output


FORMS = {
    "flow": YML,
    "flow with a comma and comments": (
        "study: own\ntitle: Own  # a title\nbase:\n  own:\n    tags: [\n      TAG,  # the first\n"
        "    ]\n\n# the end\n"
    ),
    "block": "study: own\ntitle: Own\nbase:\n  own:\n    tags:\n    - TAG # one\n    label: O\n",
    "block at the end, no newline": "study: own\ntitle: Own\nbase:\n  own:\n    tags:\n      - TAG",
    "rules": (
        "study: own\ntitle: Own\nbase:\n  own:\n    rules:\n"
        "      - {tags: [brewing], must_contain: hops, in: title}\n      - {tags: [TAG]}\n"
    ),
    "carriage returns": YML.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + YML,
}


@pytest.mark.parametrize("form", FORMS)
def test_accepted_tags_are_written_with_their_numbers(beer, tmp_path, form):
    study = write(tmp_path / "own", FORMS[form].replace("TAG", "taste"))
    first, second, *_ = tag_candidates(beer, study, "own")
    path = study.folder / "study.yml"
    before = path.read_bytes().decode("utf-8-sig")
    done = run(beer, study, "--accept", first.tag.upper(), "--accept", second.tag)
    assert done.exit_code == 0, done.output
    text = path.read_bytes().decode()
    for one in (first, second):
        [line] = [line for line in text.splitlines() if one.tag in line.replace(",", " ").split()]
        assert f"# significance {one.significance:.3f} ({one.n_in_set} of {one.n_with_tag})" in line
        assert f"relevance {one.relevance:.3f} ({one.n_in_set} of {one.n_questions})" in line
    values = [rule.value for rule in read_study(study.folder).rules if not rule.must_contain]
    assert values == ["taste", first.tag, second.tag]
    comments = re.findall("# (?!significance).*", before)
    assert re.findall("# (?!significance).*", text) == comments
    old, new = yaml.safe_load(before), yaml.safe_load(text)
    assert list(old) == list(new)
    assert old["title"] == new["title"]


def test_a_tag_that_yaml_would_misread_is_quoted(tmp_path):
    study = write(tmp_path / "own", YML.replace("TAG", "taste"))
    names = ["c#", "2.0", "no", ".net", "c++", "node.js"]
    accept_tags(study, "own", [TagCandidate(name, 2, 1, 3, 0.5, 1 / 3) for name in names])
    assert [rule.value for rule in read_study(study.folder).rules] == ["taste", *names]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--accept", "tastes"], "--accept tastes: no question of own carries the tag"),
        (["--accept", "taste"], "or a rule names it already"),
        (["--set", "other"], "--set other: no set with rules has this name; there are own"),
    ],
)
def test_a_slip_is_one_line(beer, tmp_path, arguments, said):
    study = write(tmp_path / "own", YML.replace("TAG", "taste"))
    before = (study.folder / "study.yml").read_bytes()
    done = run(beer, study, *arguments)
    assert done.exit_code == 1
    assert said in done.output
    assert done.output.count("\n") == 1
    assert (study.folder / "study.yml").read_bytes() == before


def test_a_study_that_ships_is_not_written():
    with pytest.raises(StudyError, match="--from github_actions` copies it"):
        accept_tags(read_study(find_study("github_actions")), "github_actions", [])
