"""The commands of a study, as a person uses them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses.study.starter import starter, write_new
from analyses.study.study import find_study, read_study
from stackstudy import main
from studies import DOCKER, write_study


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a folder of its own; return its output and its exit code."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        result = CliRunner().invoke(main, ["study", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output, result.exit_code

    return command


def test_a_starter_passes_the_check_at_once(run, tmp_path):
    output, code = run("new", "docker", "--tag", "docker", "--tag", "C#")
    assert code == 0
    assert "Next: edit docker/study.yml, then `stackstudy study preview docker`." in output
    output, code = run("check", "docker")
    assert code == 0
    assert output == (
        "docker: Questions about docker, c#\n  docker (base, 2 rules)\nRead: study.yml.\n"
    )
    study = read_study(tmp_path / "docker")
    assert [rule.value for rule in study.rules] == ["docker", "c#"]


def test_the_examples_of_a_starter_pass_too(run, tmp_path):
    """A line that begins with one # is an example: without it, it is part of the study."""
    run("new", "net_core", "--tag", ".net-core")
    path = tmp_path / "net_core" / "study.yml"
    text = path.read_text("utf-8")
    path.write_text(re.sub("^#(?!#)", "", text, flags=re.MULTILINE))
    study = read_study(tmp_path / "net_core")
    assert [one.kind for one in study.sets] == ["base", "topic", "topic", "union", "baseline"]
    assert study.sites == ("stackoverflow.com",)
    assert study.other_studies
    assert study.doi


def test_a_folder_that_cannot_be_made_names_the_reason(run, tmp_path):
    """To remove the folder that was never made failed in its turn, and that was said."""
    (tmp_path / "docker").symlink_to("nowhere")
    output, code = run("new", "docker")
    assert (output.count("\n"), code) == (1, 1)
    assert output.startswith("Error: docker: File exists; ")
    assert (tmp_path / "docker").is_symlink()


@settings(max_examples=40)
@given(st.lists(st.from_regex(r"[a-z0-9.#+-]{1,20}", fullmatch=True), max_size=3))
def test_a_starter_of_any_tags_passes(tmp_path_factory, tags):
    folder = tmp_path_factory.mktemp("starter") / "mine"
    study = write_new(folder, starter(folder, tags))
    assert [rule.value for rule in study.rules] == list(dict.fromkeys(tags)) or ["docker"]


def test_nothing_is_overwritten(run, tmp_path):
    run("new", "docker")
    path = tmp_path / "docker" / "study.yml"
    path.write_text(DOCKER)
    for more in ([], ["--from", "github_actions"]):
        output, code = run("new", "docker", *more)
        assert code == 1
        assert "docker/study.yml: exists already and stays as it is" in output
    assert path.read_text() == DOCKER


@pytest.mark.parametrize("name", ["Docker", "main", "2_docker", "my-docker"])
def test_a_folder_that_cannot_name_a_study_is_refused_and_not_made(run, tmp_path, name):
    output, code = run("new", f"deep/{name}")
    assert code == 1
    assert "cannot name a database" in output
    assert not list(tmp_path.iterdir())


def test_a_copy_of_a_shipped_study_is_that_study_under_its_own_name(run, tmp_path):
    output, code = run("new", "mine", "--from", "deep_learning_deployment")
    assert code == 0, output
    copy = read_study(tmp_path / "mine")
    assert copy.name == "mine"
    original = read_study(find_study("deep_learning_deployment"))
    assert (copy.sets, copy.rules) == (original.sets, original.rules)
    assert (copy.published, copy.taxonomy) == (original.published, original.taxonomy)
    output, _ = run("new", "again", "--from", "mine")
    assert read_study(tmp_path / "again").rules == copy.rules


def test_what_cannot_be_is_a_misuse(run):
    assert run("new", "x", "--tag", "a", "--from", "github_actions")[1] == 2
    assert run("new", "x", "--tag", "a b")[1] == 2
    assert run("new", "x", "--tag", "")[1] == 2


def test_check_names_every_slip_and_ends_with_1(run, tmp_path):
    write_study(tmp_path / "docker", DOCKER.replace("in: title,", "in: titel,"), labels="a\n")
    output, code = run("check", "docker")
    assert code == 1
    slips = output.splitlines()
    assert len(slips) == 3
    assert slips[0].startswith("docker/study.yml: line 12, column 27: builds: in: 'titel' is unkn")
    assert slips[1].startswith("docker/labels.csv: row 1: no column question_set, site, qu")
    assert slips[2] == "2 slips."


def test_check_says_what_it_read(run, tmp_path):
    write_study(
        tmp_path / "docker",
        decisions="question_set,site,question_id,decision\nswarm,x.com,1,include\n",
        **{"notes.md": ""},
    )
    output, code = run("check", "docker")
    assert code == 0
    assert output.splitlines() == [
        "docker: Docker",
        "  docker (base, 1 rule)",
        "  docker_like (searched, 2 rules)",
        "  swarm (topic, 1 rule)",
        "  builds (topic, 4 rules)",
        "  docker_topics (union)",
        "  docker_rest (baseline)",
        "Read: decisions.csv, study.yml; 1 decision.",
        "Note: docker/notes.md: nothing reads this file",
    ]


def test_list_names_what_ships(run):
    output, code = run("list")
    assert code == 0
    assert "github_actions\n    How developers talk about GitHub Actions\n" in output


def test_preview_shows_counts_titles_and_neighbours(run, sample_warehouse):
    output, code = run("new", "phones", "--tag", "tensorflow-lite")
    output, code = run("preview", "phones", "--data", str(sample_warehouse))
    assert code == 0, output
    head, blank, first, rule, *rest = output.splitlines()
    assert (head, blank) == ("Questions about tensorflow-lite", "")
    n = int(re.fullmatch(r"Tensorflow lite \(tensorflow_lite\): ([0-9,]+) questions", first)[1])
    assert n >= 10
    assert rule == f"  {n}  tag tensorflow-lite (among all)"
    assert sum(line.startswith("    - ") for line in rest) == 10
    assert any(re.match(r"  Tags beside, in it of all: \S+ \d+ of \d+", line) for line in rest)


def test_preview_says_when_nothing_is_loaded_and_which_site_is_not(run, tmp_path, sample_warehouse):
    write_study(tmp_path / "docker", DOCKER + "sites: [stackoverflow.com]\n")
    output, code = run("preview", "docker", "--data", "nowhere")
    assert code == 1
    assert "no dump is loaded here; run `stackstudy load DUMP` first" in output
    output, code = run("preview", "docker", "--data", str(sample_warehouse))
    assert code == 0
    assert "Note: " in output
    assert "site 'stackoverflow.com' is not loaded; there are sample.stackstudy" in output
