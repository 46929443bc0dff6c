"""Every command and query of the README and of docs/ is run, in the order of its page."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import click
import pytest
from browser import find_browser
from pages import DOCS, PAGES, ROOT, Block, blocks, code_spans, links, name_of

from analyses.study.starter import copied, write_new
from analyses.study.study import find_study, read_study
from analyses.warehouse.database import connect
from stackstudy import main

LANGUAGES = {"sh", "sql", "python", "csv", "yaml", "bibtex", "latex"}

NOT_RUN = {
    ("README.md", "sets up and loads for minutes; .ci/run does the same"): 1,
    ("README.md", "needs the authors' package; tests/analyses/replication runs it"): 1,
    ("docs/build.md", "the tests of the models do"): 1,
    ("docs/cluster.md", "needs Java and Spark; `make test-spark` builds with it"): 1,
    ("docs/cluster.md", "needs a cluster"): 1,
    (
        "docs/decide.md",
        "pages wait for people; tests/analyses/labelling drives them in a browser",
    ): 1,
    (
        "docs/labelling.md",
        "pages wait for people; tests/analyses/labelling drives them in a browser",
    ): 1,
    ("docs/load.md", "needs a dump of Stack Overflow"): 1,
    ("docs/load.md", "needs the internet"): 1,
    (
        "docs/paper.md",
        "needs acmart; tests/analyses/report compiles it with a class of the same widths",
    ): 1,
    ("docs/replicate.md", "loads and builds for a minute; tests/analyses/replication runs it"): 1,
    ("docs/replicate.md", "needs the artifact; tests/analyses/replication runs it"): 1,
}
"""Every block that is not run, and why; a new one has to be argued for here."""

_SLOW = re.compile(r"stackstudy (build|run)\b(?!.*--study)")
"""Commands whose result a desk has: what the shipped study makes of the loaded dump."""


@pytest.fixture
def desk(tmp_path, sample_warehouse, shared_data) -> Path:
    """A folder as a reader has it: a virtual environment, dumps, and a data folder of their own."""
    shutil.copytree(sample_warehouse, tmp_path / "data", ignore=shutil.ignore_patterns("dbt"))
    (tmp_path / "data" / "demo").symlink_to(sample_warehouse)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    beer = shared_data / "sites" / "beer.stackexchange.com-2020-06" / "beer.stackexchange.com.7z"
    (tmp_path / beer.name).symlink_to(beer)
    (tmp_path / "Posts.xml").symlink_to(shared_data / "fse2020" / "Posts.xml")
    return tmp_path


def said_before(page: Path) -> set[str]:
    """Return slow commands that an earlier page says word for word: they are run there."""
    earlier = PAGES[: PAGES.index(page)]
    return {
        line.split("#")[0].strip()
        for one in earlier
        for block in blocks(one)
        if block.language == "sh" and not block.not_run
        for line in block.text.splitlines()
        if _SLOW.search(line)
    }


def run(block: Block, desk: Path, skipped: set[str]) -> None:
    lines = [line for line in block.text.splitlines() if line.split("#")[0].strip() not in skipped]
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(lines)]
    if block.language == "python":
        command = [sys.executable, "-c", block.text]
    clean = {name: value for name, value in os.environ.items() if "STACKSTUDY" not in name}
    done = subprocess.run(
        command,
        cwd=desk,
        env=clean | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block.where}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def runnable(page: Path) -> list[Block]:
    return [
        block
        for block in blocks(page)
        if block.language in {"sh", "sql", "python"} and not block.not_run
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if runnable(page)], ids=lambda page: page.name
)
def test_the_commands_of_a_page_run_in_its_order(page, desk) -> None:
    skipped = said_before(page)
    for block in blocks(page):
        if block.file:
            (desk / block.file).write_text(block.text, encoding="utf-8")
        elif block.language in {"sh", "python"} and not block.not_run:
            if re.search(r"--format (svg|pdf|png)", block.text) and find_browser() is None:
                pytest.skip(f"{block.where}: no Chromium on this machine")
            run(block, desk, skipped)
        elif block.language == "sql":
            with connect(desk / "data") as connection:
                assert connection.execute(block.text).description, block.where


def test_what_is_not_run_is_counted_and_argued_for() -> None:
    found = Counter(
        (block.page, block.not_run) for page in PAGES for block in blocks(page) if block.not_run
    )
    assert found == NOT_RUN
    assert sum(found.values()) < sum(len(runnable(page)) for page in PAGES) / 2


def test_every_block_says_its_language() -> None:
    for page in PAGES:
        for block in blocks(page):
            assert block.language in LANGUAGES, block.where


def check_command(words: list[str], where: str) -> None:
    """A command is one that there is, and so are its options: also where it is not run."""
    command: click.Command = main
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        assert name in command.commands, f"{where}: no command {name}"
        command = command.get_command(click.Context(command), name)
    context = click.Context(command, help_option_names=["-h", "--help"])
    known = {option for param in command.get_params(context) for option in param.opts}
    used = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    assert used <= known, where


def commands_of(text: str) -> list[list[str]]:
    """Words of each command; one goes on in the next line where a quotation does."""
    found, begun = [], ""
    for line in text.splitlines():
        begun += f"{line}\n"
        try:
            found.append(shlex.split(begun, comments=True))
        except ValueError:
            continue
        begun = ""
    assert not begun, text
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    said = [
        (words, block.where)
        for block in blocks(page)
        if block.language == "sh"
        for words in commands_of(block.text)
    ]
    said += [
        (shlex.split(code, comments=True), page.name)
        for code in code_spans(page)
        if re.match(r"(stackstudy|make) ", code)
    ]
    for words, where in said:
        if words[:1] == ["stackstudy"]:
            check_command(words, where)
        elif words[:1] == ["make"]:
            assert words[1] in targets, where


@pytest.mark.parametrize("page", [*PAGES, *sorted(DOCS.rglob("README.md"))], ids=name_of)
def test_links_lead_somewhere(page) -> None:
    for link in links(page):
        if not re.match(r"[a-z]+:|#", link):
            assert (page.parent / link.partition("#")[0]).exists(), link


def test_every_page_is_in_the_index() -> None:
    listed = set(links(DOCS / "README.md"))
    for page in DOCS.glob("*.md"):
        assert page.name in listed | {"README.md"}


def test_studies_in_docs_are_good(tmp_path) -> None:
    """The files of a study on a page pass the check, as copies of what ships or as they are."""
    files = [
        block
        for page in PAGES
        for block in blocks(page)
        if block.file and "/" in block.file and block.language != "latex"
    ]
    assert {Path(block.file).name for block in files} == {
        "study.yml",
        "decisions.csv",
        "labels.csv",
    }
    for block in files:
        path = tmp_path / block.page / block.file
        if path.name != "study.yml":
            shipped = read_study(find_study("deep_learning_deployment"))
            write_new(path.parent, copied(shipped, path.parent))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        study = read_study(path.parent)
        assert study.notes == ()
        assert path.name in study.files
