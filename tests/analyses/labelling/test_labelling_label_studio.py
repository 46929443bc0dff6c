"""Label Studio gets tasks and a configuration of the codebook; its export comes back as ratings."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from label_warehouse import SITE, Post, write_warehouse

from analyses.labelling.label_studio import read_annotations, write_tasks
from analyses.labelling.posts import read_threads
from analyses.labelling.ratings import DECIDE, LABEL, Rating
from analyses.labelling.sample import SampledQuestion
from analyses.study.labels import Category, Taxonomy
from loader.errors import LabellingError

TAXONOMY = Taxonomy(
    (
        Category("s", "export", "procedure", description='how "to" <do> it'),
        Category("s", "export", "tools"),
        Category("s", "speed"),
        Category("t", "other"),
    )
)
DRAW = [SampledQuestion(name, SITE, key, key, is_pilot=False) for name in "st" for key in (1, 2)]


@pytest.fixture
def threads(tmp_path):
    posts = [
        Post(1, "<p>q<script>bad()</script></p>", title="<i>One</i>", accepted_answer_id=3),
        Post(2, title="Two"),
        Post(3, "<p>an answer</p>", parent_post_id=1),
    ]
    data = write_warehouse(tmp_path / "data", posts, {"s": [1, 2]}, comments=[(1, "hm")])
    return read_threads(data, None, DRAW)


def test_tasks_and_configuration_of_each_set(threads, tmp_path):
    said = {DRAW[0].key: Rating((TAXONOMY.categories[0], TAXONOMY.categories[2]), "why")}
    files = write_tasks(tmp_path / "x.json", DRAW, threads, TAXONOMY, LABEL, said)
    assert [path.name for path in files] == ["x-s.json", "x-s.xml", "x-t.json", "x-t.xml"]
    first, second = json.loads(files[0].read_text("utf-8"))
    assert first["data"]["question_id"] == 1
    assert "bad()" not in first["data"]["text"]
    for part in ("&lt;i&gt;One", "Accepted answer, score 0", "an answer", "hm"):
        assert part in first["data"]["text"]
    assert "predictions" not in second
    root = ET.fromstring(files[1].read_text("utf-8"))
    # the names of the tags and attributes are those of Label Studio's documentation
    control, text, note = root.find("Taxonomy"), root.find("HyperText"), root.find("TextArea")
    assert text.get("value") == "$text"
    for one in first["predictions"][0]["result"]:
        named = control if one["type"] == "taxonomy" else note
        assert (one["from_name"], one["to_name"]) == (named.get("name"), text.get("name"))
        assert one["type"] == named.tag.lower()
    assert first["predictions"][0]["result"][0]["value"] == {
        "taxonomy": [["export", "procedure"], ["speed"]]
    }
    assert [one.get("value") for one in control] == [
        *("export", "speed", "false positive", "unclear", "pending"),
    ]
    assert [one.get("value") for one in control[0]] == ["procedure", "tools"]
    assert control[0][0].get("hint") == 'how "to" <do> it'
    with pytest.raises(LabellingError, match="exists already"):
        write_tasks(tmp_path / "x.json", DRAW, threads, TAXONOMY, LABEL, {})
    decide = DECIDE.taxonomy(DRAW, TAXONOMY)
    _, path = write_tasks(tmp_path / "d.json", DRAW[:2], threads, decide, DECIDE, {})
    control = ET.fromstring(path.read_text("utf-8")).find("Taxonomy")
    assert control.get("maxUsages") == "1"
    assert [one.get("value") for one in control] == ["include", "exclude", "pending"]


def task(key, *annotations, question_set="s"):
    data = {"question_set": question_set, "site": SITE, "question_id": key}
    return {"id": 7, "data": data, "annotations": list(annotations), "drafts": []}


def annotation(by, *paths, note=None, at="2026-01-01", **more):
    """An annotation as Label Studio's guide on its task format shows it."""
    result = [
        {"id": "a1", "from_name": "labels", "to_name": "question", "type": "taxonomy",
         "origin": "manual", "value": {"taxonomy": [list(one) for one in paths]}},
    ]  # fmt: skip
    if note:
        value = {"text": [note]}
        result.append(
            {"from_name": "note", "to_name": "question", "type": "textarea", "value": value}
        )
    return {"completed_by": by, "result": result, "updated_at": at, "was_cancelled": False, **more}


def exported(path, *tasks):
    path.write_text(json.dumps(tasks), "utf-8")
    return path


def said(ratings):
    return {
        key[2]: ([one.name for one in rating.labels], rating.note)
        for key, rating in ratings.by_question.items()
    }


def test_the_last_annotation_of_one_person_counts(tmp_path):
    path = exported(
        tmp_path / "e.json",
        task(
            1,
            annotation(3, ("speed",), at="2026-01-03", note="later"),
            annotation(3, ("export", "tools"), at="2026-01-02"),
            annotation(4, ("export", "procedure"), ("speed",)),
            annotation(3, ("unclear",), at="2026-01-09", was_cancelled=True),
        ),
        task(2, annotation({"id": 3, "email": "3"}, ("unclear",)), annotation(4)),
    )
    assert said(read_annotations(path, DRAW, TAXONOMY, "3")) == {
        1: (["speed"], "later"), 2: (["unclear"], ""),
    }  # fmt: skip
    four = read_annotations(path, DRAW, TAXONOMY, "4")
    assert said(four) == {1: (["export - procedure", "speed"], "")}
    assert len(four.unlabelled) == 3
    for annotator, message in (
        (None, "has annotations by 3, 4; name one"),
        ("5", "there are 3, 4"),
    ):
        with pytest.raises(LabellingError, match=message):
            read_annotations(path, DRAW, TAXONOMY, annotator)


def test_slips_of_an_export_are_named(tmp_path):
    path = exported(
        tmp_path / "e.json",
        task(1, annotation(3, ("sped",))),
        task(2, annotation(3, ("unclear",), ("speed",))),
        task(9, annotation(3, ("speed",))),
        task(2, annotation(3, ("export",)), question_set="t"),
    )
    found = read_annotations(path, DRAW, TAXONOMY, None).problems
    assert len(found) == 4
    for line, part in zip(
        found,
        ("nearest is 'speed'", "'unclear' stands alone", "not in the sample", "no category"),
        strict=True,
    ):
        assert re.match(rf"{re.escape(str(path))}: task \d: question \d", line)
        assert part in line


@pytest.mark.parametrize(
    "text", ["", "{}x", "[1]", "[" * 100_000, '{"a": 1}',
             '[{"data": {"question_set": "s"}, "annotations": []}]',
             '[{"question_set": "s", "site": "x", "question_id": 1, "labels": "speed"}]'],
)  # fmt: skip
def test_what_is_no_export_is_one_line(tmp_path, text):
    path = tmp_path / "e.json"
    path.write_text(text, "utf-8")
    with pytest.raises(LabellingError, match="is no JSON export of Label Studio") as caught:
        read_annotations(path, DRAW, TAXONOMY, None)
    assert "\n" not in str(caught.value)
