"""Whatever study somebody writes down, it is read as it was meant."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analyses.study.study import read_study

NAMES = st.from_regex("[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name not in {"all", "all_questions"} and not name.startswith(("int_", "stg_"))
)
TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
SENTENCES = st.lists(TEXTS, min_size=1, max_size=4).map(" ".join)
TAGS = st.from_regex("[a-zA-Z0-9#+.-]{1,15}", fullmatch=True)
SHARES = st.floats(0.001, 0.999)


def lists(values, least=1):
    return st.lists(values, min_size=least, max_size=4, unique_by=lambda text: text.lower())


@st.composite
def rules(draw, searchable=()):
    """A rule as it is written, and its rows from kind to what they must contain."""
    rule = {}
    is_term = draw(st.booleans()) if searchable else False
    rule["terms" if is_term else "tags"] = draw(lists(SENTENCES if is_term else TAGS))
    if searchable and draw(st.booleans()):
        rule["must_contain"] = draw(SENTENCES)
    if is_term or "must_contain" in rule:
        for key, values in (
            ("in", ["title", "title_body"]),
            ("match", ["token", "word", "substring"]),
        ):
            if draw(st.booleans()):
                rule[key] = draw(st.sampled_from(values))
        if rule.get("in") != "title" and draw(st.booleans()):
            rule["code"] = draw(st.sampled_from(["kept", "blocks_dropped", "all_dropped"]))
        scope = rule.get("in", "title_body")
        code = None if scope == "title" else rule.get("code", "kept")
        how = (scope, rule.get("match", "word"), code)
    else:
        how = (None, None, None)
    runs_over = None
    if searchable:
        runs_over = searchable[0]
        if draw(st.booleans()):
            rule["among"] = draw(st.sampled_from(["all", *searchable]))
            runs_over = None if rule["among"] == "all" else rule["among"]
    must = rule["must_contain"].lower() if "must_contain" in rule else None
    rows = [
        ("term" if is_term else "tag", value.lower(), *how, runs_over, must)
        for value in rule.get("terms", rule.get("tags"))
    ]
    return rule, rows


@st.composite
def studies(draw):
    """A study.yml as plain values, and what it means."""
    names = draw(st.lists(NAMES, min_size=7, max_size=7, unique=True))
    base, searched, *topics, union, baseline = names
    topics = topics[: draw(st.integers(0, 3))]
    label = draw(SENTENCES)
    base_rule, rows = draw(rules())
    yml = {"study": "any", "title": draw(SENTENCES), "base": {base: {"label": label, **base_rule}}}
    sets = [(base, label, "base", None, (), False)]
    meant = [(base, *row) for row in rows]
    searchable = [base]
    if draw(st.booleans()):
        rule, rows = draw(rules())
        yml["searched"] = {searched: rule}
        searchable.append(searched)
        meant += [(searched, *row) for row in rows]
        sets.append((searched, None, "scope", base, (), False))
    whole = []
    for place, topic in enumerate(topics):
        drawn = draw(st.lists(rules(searchable), min_size=1, max_size=3))
        value = {"rules": [rule for rule, _ in drawn]}
        yields = (
            draw(lists(st.sampled_from(topics[:place]))) if place and draw(st.booleans()) else []
        )
        if yields:
            value["yields_to"] = yields
        value["needs_decisions"] = draw(st.booleans())
        yml.setdefault("topics", {})[topic] = value
        sets.append((topic, None, "topic", base, tuple(yields), value["needs_decisions"]))
        meant += [(topic, *row) for _, rows in drawn for row in rows]
        whole += [topic] if draw(st.booleans()) else []
    if topics:
        yml["union"] = {union: draw(SENTENCES)}
        yml["baseline"] = {baseline: {"label": draw(SENTENCES)}}
        sets.append((union, yml["union"][union], "union", base, (), False))
        sets.append((baseline, yml["baseline"][baseline]["label"], "baseline", base, (), False))
    questions = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "asked_from": st.dates(date(2008, 1, 1), date(2015, 1, 1)),
                "asked_until": st.dates(date(2015, 1, 2), date(2024, 1, 1)),
                "min_score": st.integers(-100, 100),
                "leave_out": lists(st.sampled_from(["deleted", "closed", "duplicate", "wiki"]), 0),
            },
        )
    )
    if questions:
        yml["questions"] = questions
    plan = draw(
        st.fixed_dictionaries(
            {"whole": st.just(whole)},
            optional={
                "confidence": SHARES,
                "interval": SHARES,
                "expected_share": SHARES,
                "rounding": st.sampled_from(["up", "down"]),
            },
        )
    )
    yml["sampling"] = plan
    return yml, sets, meant, questions, plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("round") / "any"
    folder.mkdir()
    return folder


@given(
    drawn=studies(), flow=st.sampled_from([None, False, True]), encoding=st.sampled_from([8, 16])
)
def test_a_study_that_is_written_is_read(folder, drawn, flow, encoding):
    yml, sets, meant, questions, plan = drawn
    text = yaml.safe_dump(yml, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    (folder / "study.yml").write_text(text, f"utf-{encoding}")
    study = read_study(folder)
    assert study.title == yml["title"]
    assert [
        (one.question_set, one.kind, one.base_set, one.yields_to, one.needs_decisions)
        for one in study.sets
    ] == [(name, kind, base, yields, needs) for name, _, kind, base, yields, needs in sets]
    labels = {one.question_set: one.label for one in study.sets}
    assert all(labels[name] == label for name, label, *_ in sets if label is not None)
    assert [
        (
            *(rule.question_set, rule.kind, rule.value, rule.scope, rule.match, rule.code),
            *(rule.runs_over, rule.must_contain),
        )
        for rule in study.rules
    ] == meant
    assert len({rule.rule for rule in study.rules}) == len(meant)
    for key in ("asked_from", "asked_until", "min_score"):
        assert getattr(study, key) == questions.get(key)
    assert study.leave_out == tuple(questions.get("leave_out", ["deleted"]))
    for topic in (one for one in study.sets if one.kind == "topic"):
        assert topic.confidence == plan.get("confidence", 0.95)
        assert topic.rounding == plan.get("rounding", "up")
        assert topic.is_whole_set == (topic.question_set in plan["whole"])
    tables = study.tables()
    assert tables["rules"].num_rows == len(meant)
    assert all(isinstance(table, pa.Table) for table in tables.values())
