"""From an installed wheel, in an empty folder: a study of one's own loads, builds and reports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from small_dumps import answer, question, write_posts

ROOT = Path(__file__).resolve().parents[2]
STUDY = """\
study: tea
title: What is hard about tea
base:
  tea: {label: Tea, tags: [tea]}
topics:
  green: {label: Green tea, tags: [green-tea]}
  pots: {label: Pots, rules: [{terms: [pot, kettle], in: title_body, match: word}]}
union: {tea_some: Green tea or pots}
baseline: {tea_rest: Other tea}
"""


def test_lxml_is_one_without_known_holes() -> None:
    """6.1.0 mends CVE-2026-41066, which let iterparse read local files; 6.0.4 has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [lxml] = [one for one in map(Requirement, project["dependencies"]) if one.name == "lxml"]
    assert not lxml.specifier.contains("6.0.4")
    assert lxml.specifier.contains("6.1.0")


class Installed:
    """The program as pip installs it, away from this checkout."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "venv" / "bin" / "stackstudy"
        self.home = folder / "home"
        self.home.mkdir()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if "STACKSTUDY" not in name}
        clean.pop("PYTHONPATH", None)
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=self.home,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )

    def does(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Build the wheel and install it; what it needs comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index"]
    wheel = [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(wheel, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    [built] = folder.glob("stackstudy-*.whl")
    subprocess.run([*pip, "--python", python, "install", *offline, built], check=True)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return Installed(folder)


@pytest.fixture(scope="module")
def project(installed) -> Path:
    """Where the dbt project lies that was installed with it."""
    [found] = installed.program.parents[1].glob("lib/python*/site-packages/stackstudy_project")
    return found


@pytest.fixture(scope="module")
def reported(installed, project) -> Path:
    """The whole way, after the studies that ship were removed: nothing may need them."""
    assert "deep_learning_deployment" in installed.does("study", "list")
    shutil.rmtree(project / "studies" / "deep_learning_deployment")
    installed.does("study", "new", "tea", "--tag", "tea")
    (installed.home / "tea" / "study.yml").write_text(STUDY)
    installed.does("study", "check", "tea")

    rows = []
    for n in range(0, 400, 4):
        at = datetime(2015, 1, 1, tzinfo=UTC) + n * timedelta(days=5)
        tags = ["tea", "green-tea"] if n % 3 == 0 else ["tea"]
        title = "Which kettle?" if n % 5 == 0 else "How long?"
        accepted = n + 2 if n % 8 else None
        rows.append(question(n + 1, at, *tags, accepted=accepted, Title=title))
        rows.append(question(n + 3, at, "green-tea"))
        rows.append(answer(n + 2, n + 1, at + timedelta(hours=n)))
    write_posts(installed.home / "dump", rows)
    installed.does("load", "dump/Posts.xml", "--site", "tea.example.com")
    said = installed.does("build", "--study", "tea")
    assert "Built " in said
    said = installed.does("report")
    [page] = (installed.home / "data").glob("*.html")
    assert page.name in said.replace("\n", "")
    return page


def test_nothing_comes_from_the_checkout(installed) -> None:
    python = installed.program.with_name("python")
    code = "import loader, analyses.warehouse as w; print(loader.__file__, w.__file__)"
    found = subprocess.run(
        [python, "-c", code], cwd=installed.home, capture_output=True, text=True, check=True
    ).stdout
    assert str(ROOT) not in found
    assert found.count(str(installed.program.parents[1])) == 2


def test_the_report_is_of_that_study(reported) -> None:
    page = reported.read_text("utf-8")
    assert "What is hard about tea" in page
    for label in ("Green tea", "Pots", "Other tea"):
        assert label in page
    for word in ("Deep learning", "tensorflow", "Deployment"):
        assert word not in page


def test_its_tables_are_right(installed, reported) -> None:
    found = installed.does(
        "sql", "select question_set, n_questions from acceptance", "--format", "csv"
    )
    assert reported.is_file()
    green = len(range(0, 400, 12))
    pots = len(range(0, 400, 20))
    both = len(range(0, 400, 60))
    assert dict(line.split(",") for line in found.split()[1:]) == {
        "tea": "100",
        "green": str(green),
        "pots": str(pots),
        "tea_some": str(green + pots - both),
        "tea_rest": str(100 - green - pots + both),
    }


def test_the_removed_study_is_named_where_it_would_be_the_default(installed, reported) -> None:
    done = installed.run("build", "--data", str(reported.parent))
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: deep_learning_deployment: is no folder")
    assert "github_actions" in line
