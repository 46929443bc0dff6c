"""Every slip in a study folder is named at once, with file, place, value and cure."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from openpyxl import Workbook

from analyses.study.slips import instead
from analyses.study.study import find_study, read_study, unknown_sites
from analyses.warehouse.database import find_database
from loader.errors import StudyError
from studies import DOCKER, write_study


def slips(folder):
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    return list(caught.value.slips)


def place_of(yml, part):
    (number,) = [n for n, line in enumerate(yml.splitlines(), start=1) if part in line]
    return f" line {number}, column {yml.splitlines()[number - 1].index(part) + 1}"


# What stands in the good file, what stands there instead, where it is said, and what is said.
OTHER = "{label: B, no_accepted_percent: 6, source: C"
BAD_YML = [
    ("title: Docker", "titel: Docker", "study.yml has no key 'titel'; did you mean title?"),
    ("study: docker", "study: doker", "study: 'doker' is not the folder's name, 'docker'"),
    ("study: docker", "study: main", "'main' cannot name a database"),
    ("study: docker", "study: Docker", "'Docker' cannot name a database"),
    ("{tags: [docker]}", "{tags: docker}", "docker: tags is 'docker', not a list; write [docker]"),
    ("{tags: [docker]}", "{tags: []}", "docker: tags is an empty list"),
    ("{tags: [docker]}", "{tags: [docker, Docker]}", "'Docker' is there twice"),
    (
        "{tags: [docker]}",
        "{tags: [docker engine]}",
        "is no tag: it has no blanks; write docker-engine",
    ),
    (
        "{tags: [docker]}",
        "{tags: [docker; podman]}",
        "is no tag: it has no blanks; write docker, podman",
    ),
    ("{tags: [docker]}", "{tags: [<docker><podman>]}", "it has no blanks; write docker, podman"),
    ("{tags: [docker]}", "{tags: [[docker]]}", "docker: tags is a list, not a text"),
    ("{tags: [docker]}", "{label: Docker}", "docker has no rule"),
    ("{tags: [docker]}", "", "docker is empty; write `key: value` below it"),
    ("{tags: [docker]}", "{tags: [docker], among: all}", "docker has no key 'among'"),
    ("{tags: [docker]}", "{tags: [docker], tags: [x]}", "tags is there twice, first in line 4"),
    (
        "{tags: [docker]}",
        "{terms: [docker]}",
        "no `among`, which means the base docker; docker is not made by tags alone",
    ),
    ("{tags: [docker]}", "{tags: [docker]}\n  two: {tags: [x]}", "base has 2 sets, docker, two"),
    ("  docker_like:", "  docker:", "a set is named docker already, in line 4"),
    ("  docker_like:", "  all_questions:", "no set can be named all_questions"),
    ("  docker_like:", "  int_searched:", "no set can be named int_searched"),
    ("  docker_like:", "  Docker like:", "cannot name a set: lower case letters"),
    ("  docker_like:", "  docker_lik:", "no set is named 'docker_like'; did you mean docker_lik?"),
    ("  docker_like: {tags: [docker, podman]}", "  {}", "searched names no set"),
    ("yields_to: [builds]", "yields_to: [build]", "is no topic; did you mean builds?"),
    ("yields_to: [builds]", "yields_to: [docker_like]", "yields to 'docker_like', which is no"),
    ("yields_to: [builds]", "yields_to: [swarm]", "swarm yields to itself"),
    ("    rules:", "    yields_to: [swarm]\n    rules:", "swarm yields to builds yields to swarm"),
    ("    rules:", "    needs_decisions: maybe\n    rules:", "'maybe' is neither true nor false"),
    ("    rules:", "    tags: [x]\n    rules:", "builds has rules and tags"),
    (
        "terms: [Jenkins",
        "term: [Jenkins",
        "a rule of builds has no key 'term'; did you mean terms?",
    ),
    ("terms: [ci]", "terms: [ci], tags: [ci]", "has tags and terms: make two rules of it"),
    ("terms: [ci], ", "", "a rule of builds has neither tags nor terms"),
    ("in: title,", "in: titel,", "builds: in: 'titel' is unknown; did you mean title?"),
    ("match: token", "match: tokens", "builds: match: 'tokens' is unknown; did you mean token?"),
    ("match: token", "match: token, code: kept", "code: a title holds no code; remove it"),
    ("terms: [ci]", "terms: [' ci']", "no token is ' ci'; write 'ci', or match: word"),
    (
        "code: blocks_dropped",
        "code: block_dropped",
        "'block_dropped' is unknown; did you mean blocks_dropped?",
    ),
    ("among: docker_like", "among: dockerlike", "named 'dockerlike'; did you mean docker_like?"),
    ("among: docker_like", "among: swarm", "among: swarm is a topic"),
    ("must_contain: docker, ", "match: word, ", "match says nothing of tags alone"),
    ("must_contain: docker,", "must_contain: ,", "must_contain is empty"),
    ("union: {docker_topics: Swarm or builds}", "union: docker_topics", "union is 'docker_topics'"),
    ("union: {docker_topics", "union: {a: A, docker_topics", "union has 2 sets"),
    ("Other Docker}", "Other Docker}\nsites: stackoverflow.com", "write [stackoverflow.com]"),
    ("Other Docker}", "Other Docker}\ncite: {doi: 3368089}", "'3368089' is no DOI"),
    (
        "Other Docker}",
        "Other Docker}\ncite: {bibtex: '@misc{a, author = {A}, year = 2020}'}",
        "bibtex: the entry has no title; copy it whole from the paper's publisher",
    ),
    (
        "Other Docker}",
        "Other Docker}\ncite: {bibtex: 'Chen et al.'}",
        "bibtex: the entry does not begin with a kind and a key",
    ),
    (
        "Other Docker}",
        "Other Docker}\nquestions: {asked_from: 2019-13-01}",
        "asked_from: '2019-13-01' is no day",
    ),
    (
        "Other Docker}",
        "Other Docker}\nquestions: {asked_from: 2019-02-01, asked_until: 2019-02-01}",
        "asked_until: 2019-02-01 is not after asked_from",
    ),
    (
        "Other Docker}",
        "Other Docker}\nquestions: {leave_out: [delete]}",
        "leave_out: 'delete' is unknown; did you mean deleted?",
    ),
    ("Other Docker}", "Other Docker}\nquestions: {min_score: 1.5}", "'1.5' is no whole number"),
    ("Other Docker}", "Other Docker}\nsampling: {confidence: 95}", "'95' is no number greater"),
    ("Other Docker}", "Other Docker}\nsampling: {whole: [swam]}", "did you mean swarm?"),
    (
        "Other Docker}",
        "Other Docker}\nsampling: {rounding: near}",
        "'near' is unknown; there are up",
    ),
    (
        "Other Docker}",
        "Other Docker}\nother_studies: [{label: Big data, no_accepted_percent: 60.5}]",
        "another study has no source",
    ),
    (
        "Other Docker}",
        f"Other Docker}}\nother_studies: [{OTHER}, first_year: 9}}]",
        "another study has one of first_year and last_year; give both or none",
    ),
    (
        "Other Docker}",
        f"Other Docker}}\nother_studies: [{OTHER}, first_year: 9, last_year: 8}}]",
        "first_year 9 is after last_year 8; swap them",
    ),
    (
        "Other Docker}",
        "Other Docker}\npublished: {needs: {dump: {measure: n, reason: r}}}",
        "dump has measure and no question_set",
    ),
    (
        "Other Docker}",
        (
            "Other Docker}\npublished: {counts: {a: {question_set: swarm, bound: print,"
            " n_questions: 1, n_accepted: 2, source: s}}}"
        ),
        "n_accepted 2 is more than n_questions 1",
    ),
]


def test_the_file_that_the_slips_are_put_into_is_good(tmp_path):
    study = read_study(write_study(tmp_path / "docker"))
    assert study.set_names() == [
        *("docker", "docker_like", "swarm", "builds", "docker_topics", "docker_rest")
    ]
    assert [
        (rule.value, rule.scope, rule.match, rule.code, rule.runs_over) for rule in study.rules
    ] == [
        ("docker", None, None, None, None),
        ("docker", None, None, None, None),
        ("podman", None, None, None, None),
        ("docker-swarm", None, None, None, "docker"),
        ("jenkins", "title_body", "word", "blocks_dropped", "docker"),
        ("build server", "title_body", "word", "blocks_dropped", "docker"),
        ("ci", "title", "token", None, "docker_like"),
        ("gitlab-ci", "title_body", "word", "kept", None),
    ]


@pytest.mark.parametrize(("good", "bad", "said"), BAD_YML)
def test_a_slip_in_the_yml_is_named_with_its_place_and_its_cure(tmp_path, good, bad, said):
    assert DOCKER.count(good) == 1
    yml = DOCKER.replace(good, bad)
    path = write_study(tmp_path / "docker", yml) / "study.yml"
    found = slips(path.parent)
    slip = next(slip for slip in found if said in slip)
    assert slip.startswith(f"{path}: line ")
    line = int(slip.split("line ")[1].split(",")[0])
    changed = DOCKER.splitlines().index(next(x for x in DOCKER.splitlines() if good in x)) + 1
    # what is missing is said where it should be, and an `among` where it is written
    may_stand_elsewhere = ("no set is named", "no `among`", "yields to builds yields")
    if not any(words in said for words in may_stand_elsewhere):
        assert changed <= line <= changed + bad.count("\n"), slip
    assert "\n" not in slip


def test_all_slips_are_named_at_once_in_the_order_of_the_file(tmp_path):
    yml = DOCKER.replace("in: title,", "in: titel,").replace(
        "yields_to: [builds]", "yields_to: [x]"
    )
    yml = yml.replace("title: Docker", "titel: Docker")
    folder = write_study(
        tmp_path / "docker",
        yml,
        decisions="question_set,site,question_id,decision\nswam,x.com,1,include\nswarm,x.com,2,incl\n",
    )
    found = slips(folder)
    places = [slip.removeprefix(f"{folder}/").split(":")[:2] for slip in found]
    assert places == [
        ["study.yml", " line 1, column 1"],
        ["study.yml", " line 2, column 1"],
        ["study.yml", place_of(yml, "x]")],
        ["study.yml", place_of(yml, "titel, match")],
        ["decisions.csv", " row 2"],
        ["decisions.csv", " row 3"],
    ]
    assert "did you mean swarm?" in found[4]
    assert "decision 'incl' is neither include nor exclude" in found[5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "study.yml: is empty"),
        (b"study: [docker\n", "line 2, column 1: is not YAML"),
        (b"study: docker\n\ttitle: x\n", "indent with blanks instead of tabs"),
        (b"\tstudy: docker\n", "indent with blanks instead of tabs"),
        (b"study: \xff\n", "save it as text in UTF-8"),
        (b"study: docker\x00\n", "is not YAML"),
        (b"- docker\n", "line 1, column 1: study.yml is a list"),
        (b"docker\n", "line 1, column 1: study.yml is 'docker'"),
        (b"study: docker\n---\nstudy: docker\n", "is not YAML"),
        (b"&a [*a]\n", "study.yml is a list"),
        (b"? [a]\n: b\n", "a key must be a word, not a list"),
    ],
)
def test_what_is_no_study_is_said_in_one_line(tmp_path, content, said):
    folder = write_study(tmp_path / "docker")
    (folder / "study.yml").write_bytes(content)
    found = slips(folder)
    assert any(said in slip for slip in found), found
    assert all(slip.startswith(f"{folder}/study.yml: ") for slip in found)


HEADER = "question_set,site,question_id,decision,note\n"
ROW = "swarm,x.com,1,include,\n"


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
@pytest.mark.parametrize("name", ["study.yml", "decisions.csv", "labels.xlsx"])
def test_what_is_no_file_is_a_slip(tmp_path, name, kind):
    """What a person gave is not passed over: a table was noted as a folder that nothing reads."""
    folder = write_study(tmp_path / "docker")
    path = folder / name
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere")
    (slip,) = slips(folder)
    assert slip.startswith(f"{path}: is no file that can be read")


@pytest.mark.parametrize("ending", [".xls", ".ods", ".XLS"])
def test_a_table_in_a_form_that_is_not_read_is_a_slip(tmp_path, ending):
    folder = write_study(tmp_path / "docker")
    (folder / f"labels{ending}").write_bytes(b"x")
    (slip,) = slips(folder)
    assert slip.endswith(
        f"labels{ending}: is not read in this form; save it as labels.xlsx or labels.csv"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            HEADER + '"' + ROW + ROW * 3,
            "line 2: is not CSV: a quotation mark opens a text that never ends;",
        ),
        (HEADER + '"' + ROW + ROW + '"' + ROW, "line 2 to line 4: is not CSV"),
        (HEADER + 'swarm,"x"y,1,include,\n', "decisions.csv: line 2: is not CSV"),
    ],
)
def test_a_quotation_mark_too_many_is_named_where_it_opens(tmp_path, content, said):
    """The line was that in which reading stopped: the last of the file."""
    (slip,) = slips(write_study(tmp_path / "docker", decisions=content))
    assert said in slip


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_a_table_in_an_unmarked_encoding_is_told_apart_from_one_without_columns(tmp_path, encoding):
    folder = write_study(tmp_path / "docker")
    (folder / "decisions.csv").write_bytes((HEADER + ROW).encode(encoding))
    (slip,) = slips(folder)
    assert slip.endswith("decisions.csv: is not UTF-8; save it as xlsx, or as CSV in UTF-8")


def test_yml_in_utf_16_is_read(tmp_path):
    folder = write_study(tmp_path / "docker")
    (folder / "study.yml").write_bytes(DOCKER.encode("utf-16"))
    assert read_study(folder).title == "Docker"


def test_a_header_with_a_column_twice_is_refused(tmp_path):
    """It was checked as one and read as the other."""
    text = "question_set,site,question_id,decision,decision\nswarm,x.com,1,include,exclude\n"
    folder = write_study(tmp_path / "docker", decisions=text)
    assert slips(folder) == [
        (
            f"{folder}/decisions.csv: row 1: column decision is there twice; keep one; the columns"
            " are question_set, site, question_id, decision, note"
        )
    ]


def test_a_name_with_a_pattern_in_it_reads_no_neighbour(tmp_path):
    """`d[1].csv` was a pattern to the second reader, which then read `d1.csv`."""
    folder = write_study(
        tmp_path / "d[1]" / "docker", decisions=HEADER + "swarm,x.com,1,include,\n"
    )
    neighbour = HEADER + "swarm,x.com,2,exclude,\n"
    write_study(tmp_path / "d1" / "docker", decisions=neighbour)
    (folder / "decision[s].csv").write_text(neighbour, "utf-8")
    (slip,) = slips(folder)
    assert "decision[s].csv: nothing reads this file; did you mean decisions.csv?" in slip
    (folder / "decision[s].csv").unlink()
    assert [(one.question_id, one.decision) for one in read_study(folder).decisions] == [
        (1, "include")
    ]


def test_two_files_of_one_table_are_refused(tmp_path):
    folder = write_study(tmp_path / "docker", labels="x", **{"labels.txt": "x"})
    assert f"{folder}/labels.txt: stands beside labels.csv; keep one of the two, not both" in slips(
        folder
    )


def test_files_that_nothing_reads_are_noted(tmp_path):
    folder = write_study(
        tmp_path / "docker",
        **{
            "README.md": "",
            "LICENSE": "",
            ".gitignore": "",
            "paper.pdf": "",
            "ann.csv": "question_set,site,question_id,label_1\nswarm,x.com,1,\n",
            "draw.csv": "question_set,site,question_id,position\nswarm,x.com,1,1\n",
            "numbers.csv": "a,b\n1,2\n",
        },
    )
    (folder / "figures").mkdir()
    assert read_study(folder).notes == (
        f"{folder}/figures: nothing reads this folder",
        f"{folder}/numbers.csv: nothing reads this file",
        f"{folder}/paper.pdf: nothing reads this file",
    )


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("decisions", HEADER + "swarm,,1,include,\n", "row 2: site is empty"),
        ("decisions", HEADER + "swarm,x.com,99999999999999999999,include,\n", "no whole number"),
        ("decisions", "question_set,site,id,decision\n", "row 1: no column question_id"),
        ("decisions", HEADER + 'swarm,x.com,1,include,"open\n', "is not CSV"),
        ("labels", "question_set,site,question_id,inner_category,leaf\n", None),
        (
            "labels",
            "question_set,site,question_id,inner_category,leaf_categry\n",
            "no column is named 'leaf_categry'; did you mean leaf_category?",
        ),
        (
            "taxonomy",
            "question_set,inner_category\nswarm,a\nswarm, A \n",
            "'A' is in row 2 already",
        ),
        ("taxonomy", "question_set,inner_category\nswarms,a\n", "did you mean swarm?"),
        ("taxonomy", "question_set,inner_category\nswarm,unclear\n", "may be said in every set"),
        (
            "taxonomy",
            "question_set,inner_category,published_percent\nswarm,a,101\n",
            "published_percent 101 is no percentage",
        ),
        (
            "taxonomy",
            'question_set,inner_category,published_percent\nswarm,a,"9,7"\n',
            "published_percent '9,7' is not a number; write it with a point",
        ),
        (
            "published_figures",
            "figure,question_set,published,measure,decimals\nn,swarms,1,questions,0\n",
            "did you mean swarm?",
        ),
        (
            "published_figures",
            "figure,question_set,published,measure,decimals,need\nn,swarm,1,questions,0,dump\n",
            "need 'dump' is not in published: needs of study.yml",
        ),
        (
            "published_figures",
            "figure,question_set,published,measure,decimals,leaf_category\nn,swarm,1,q,0,a\n",
            "row 2: leaf_category without inner_category; fill both, or the inner one",
        ),
        (
            "published_figures",
            "figure,question_set,published,measure,decimals,remark\nn,swarm,1,q,0,Odd.\n",
            "row 2: remark, beside_measure and beside_p_measure: fill all three, or none",
        ),
        (
            "published_response_times",
            "question_set,response_minutes_days_dropped\nswarm,-1\n",
            "row 2: response_minutes_days_dropped is less than 0",
        ),
    ],
)
def test_a_slip_in_a_table_is_named_with_its_row(tmp_path, table, text, said):
    folder = write_study(tmp_path / "docker", **{table: text})
    if said is None:
        read_study(folder)
        return
    (slip,) = slips(folder)
    assert slip.startswith(f"{folder}/{table}.csv: ")
    assert said in slip.replace("not a whole", "no whole")


def test_a_figure_is_of_a_category_of_the_codebook(tmp_path):
    figures = "figure,question_set,published,measure,decimals,inner_category,leaf_category\n"
    folder = write_study(
        tmp_path / "docker",
        taxonomy="question_set,inner_category,leaf_category\nswarm,network,overlay\n",
        published_figures=figures
        + "n,swarm,1,q,0,network,\nn,swarm,1,q,0,network,overlay\nn,swarm,1,q,0,network,overlya\n"
        + "n,builds,1,q,0,anything,\n",
    )
    (slip,) = slips(folder)
    assert slip.startswith(f"{folder}/published_figures.csv: row 4: taxonomy.csv has no category")
    assert "did you mean network - overlay?" in slip


def test_tables_are_read_in_the_forms_of_spreadsheets(tmp_path):
    """Semicolons, tabs, UTF-16, a byte order mark, and xlsx: one reader for all of them."""
    rows = [("swarm", "Stack Overflow", 7, "Include"), ("builds", "x.com", 8, "exclude")]
    header = ("question_set", "site", "question_id", "decision")
    text = "".join("\t".join(map(str, row)) + "\r\n" for row in (header, *rows))
    forms = {
        "utf_16": text.encode("utf-16"),
        "semicolons": b"\xef\xbb\xbf" + text.replace("\t", ";").encode(),
        "hint": b"sep=;\r\n" + text.replace("\t", ";").encode(),
        "commas": text.replace("\t", ",").encode(),
    }
    expected = [("swarm", "stackoverflow.com", 7, "include"), ("builds", "x.com", 8, "exclude")]
    for name, content in forms.items():
        folder = write_study(tmp_path / name / "docker")
        (folder / "decisions.csv").write_bytes(content)
        found = read_study(folder).decisions
        assert [(d.question_set, d.site, d.question_id, d.decision) for d in found] == expected
    folder = write_study(tmp_path / "xlsx" / "docker")
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(folder / "decisions.xlsx")
    study = read_study(folder)
    found = study.decisions
    assert [(d.question_set, d.site, d.question_id, d.decision) for d in found] == expected
    assert study.files == ("decisions.xlsx", "study.yml")


def test_a_label_is_that_of_the_codebook_whatever_its_case(tmp_path):
    folder = write_study(
        tmp_path / "docker",
        taxonomy="question_set,inner_category,leaf_category,description\nswarm,Network,DNS,Names.\n",
        labels="question_set,site,question_id,inner_category,leaf_category\n"
        "swarm,x.com,1,network , dns\nbuilds,x.com,1,anything,\nswarm,x.com,2,Unclear,\n",
    )
    assert [label.key for label in read_study(folder).labels] == [
        ("swarm", "Network", "DNS"),
        ("builds", "anything", ""),
        ("swarm", "unclear", ""),
    ]


def test_sites_that_are_not_loaded_are_named(tmp_path):
    folder = write_study(
        tmp_path / "docker",
        DOCKER + "sites: [stackoverfow.com, Super User]\n",
        decisions=HEADER + "swarm,beer.com,1,include,\nswarm,beer.com,2,include,\n",
    )
    study = read_study(folder)
    assert unknown_sites(study, ["stackoverflow.com", "superuser.com"]) == [
        (
            f"{folder}/study.yml: site 'stackoverfow.com' is not loaded; did you mean"
            " stackoverflow.com? (there are stackoverflow.com, superuser.com)"
        ),
        (
            f"{folder}/decisions.csv: site 'beer.com' is not loaded, in 2 rows; there are"
            " stackoverflow.com, superuser.com"
        ),
    ]
    assert unknown_sites(study, ["stackoverfow.com", "superuser.com", "beer.com"]) == []


@pytest.mark.parametrize(
    ("written", "loaded"),
    [
        ("beer", "beer.stackexchange.com"),
        ("alcohol.stackexchange.com", "beer.stackexchange.com"),
        ("beer.meta.stackexchange.com", "meta.beer.stackexchange.com"),
    ],
)
def test_a_site_that_is_loaded_under_another_name_is_named(tmp_path, written, loaded):
    folder = write_study(
        tmp_path / "docker", DOCKER, decisions=HEADER + f"swarm,{written},1,include,\n"
    )
    others = ["ai.stackexchange.com", "stackoverflow.com"]
    assert unknown_sites(read_study(folder), [*others, loaded]) == [
        f"{folder}/decisions.csv: site {written!r} is not loaded; did you mean {loaded}?"
    ]


def test_a_rule_that_is_there_again_has_a_name_of_its_own(tmp_path):
    yml = DOCKER.replace(
        "    rules:\n", "    rules:\n      - {terms: [c++, c#, ci], match: substring, among: all}\n"
    )
    study = read_study(write_study(tmp_path / "docker", yml))
    names = [rule.rule for rule in study.rules]
    assert len(set(names)) == len(names)
    assert {"builds_term_c__", "builds_term_c_", "builds_term_ci", "builds_term_ci_2"} <= set(names)


def test_the_hash_is_of_what_is_read(tmp_path):
    folder = write_study(tmp_path / "docker", decisions=HEADER, **{"README.md": "a"})
    first = read_study(folder).hash
    assert read_study(write_study(tmp_path / "other" / "docker", decisions=HEADER)).hash == first
    (folder / "README.md").write_text("b")
    assert read_study(folder).hash == first
    (folder / "decisions.csv").write_text(HEADER + "swarm,x.com,1,include,\n")
    second = read_study(folder).hash
    (folder / "study.yml").write_text(DOCKER.replace("podman", "lxc"))
    assert len({first, second, read_study(folder).hash}) == 3


def test_a_study_is_found_by_folder_and_by_name(tmp_path, monkeypatch):
    folder = write_study(tmp_path / "docker")
    monkeypatch.delenv("STACKSTUDY_STUDY", raising=False)
    assert find_study().name == "deep_learning_deployment"
    assert find_study("github_actions").is_absolute()
    monkeypatch.setenv("STACKSTUDY_STUDY", str(folder))
    assert (
        find_study() == find_study(str(folder)) == find_study(str(folder / "study.yml")) == folder
    )
    monkeypatch.chdir(folder)
    assert read_study(find_study(".")).name == "docker"
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path / "github_actions")
    assert str(find_study("github_actions")) == "github_actions"
    with pytest.raises(StudyError, match="did you mean github_actions?"):
        find_study("github-actions")


def test_a_folder_without_a_study_is_said_with_its_cure(tmp_path):
    with pytest.raises(StudyError, match="no such folder; `stackstudy study new"):
        read_study(tmp_path / "none")
    with pytest.raises(StudyError, match="has no study.yml"):
        read_study(tmp_path)
    (tmp_path / "study.yaml").write_text(DOCKER)
    with pytest.raises(StudyError, match=r"study.yaml: is not read under this name; rename it"):
        read_study(tmp_path)


def test_ten_thousand_labels_are_checked_within_a_second(tmp_path):
    rows = "".join(f"swarm,x.com,{n},network,\n" for n in range(10_000))
    header = "question_set,site,question_id,inner_category,leaf_category\n"
    folder = write_study(
        tmp_path / "docker",
        taxonomy="question_set,inner_category\nswarm,network\n",
        labels=header + rows + "swarm,x.com,1,netwrk,\n",
    )
    code = (
        "import sys, pathlib; from analyses.study.study import read_study\n"
        f"try: read_study(pathlib.Path({str(folder)!r}))\n"
        "except Exception as error: print(error)\n"
        "print(sorted({'dbt', 'plotly', 'scipy', 'pyarrow', 'duckdb'} & set(sys.modules)))\n"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    after = os.times()  # of the processor: others may be busy on the machine
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    assert used < 1
    slip, modules = done.stdout.splitlines()
    assert "labels.csv: row 10002: swarm has no category 'netwrk'; the nearest is 'network'" in slip
    assert modules == "[]"


def test_a_study_is_read_from_within_and_from_below(tmp_path, monkeypatch):
    folder = write_study(tmp_path / "docker")
    (folder / "sheets").mkdir()
    monkeypatch.chdir(folder / "sheets")
    assert read_study(find_study("..")).folder == folder
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "docker.duckdb").touch()
    (tmp_path / "data" / "removed.duckdb").touch()
    for study, name in (("..", "docker"), ("../study.yml", "docker"), ("removed", "removed")):
        assert find_database(tmp_path / "data", study).stem == name


def test_of_many_names_a_line_lists_some():
    names = [f"tag-{n:03}" for n in range(65_000)]
    assert instead("quite else", names).endswith(", tag-028, tag-029 and 64,970 more")
    assert instead("quite else", names[:30]).endswith(", tag-028, tag-029")
