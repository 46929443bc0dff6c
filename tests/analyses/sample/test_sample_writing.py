"""Writing a sample: the same bytes again, bounded memory, no harm done, and the command."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_reader import read_rows

from analyses.sample.official import MARK
from analyses.sample.writer import TABLES, write_sample
from loader.errors import SampleError
from stackstudy import main

ROOT = Path(__file__).resolve().parents[3]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def in_a_new_process(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_same_seed_same_bytes(tmp_path):
    first, again, other = (tmp_path / name / "sample.stackstudy" for name in "abc")
    write_sample(first, n_questions=300, seed=5)
    in_a_new_process(
        "from pathlib import Path; from analyses.sample.writer import write_sample; "
        f"write_sample(Path({str(again)!r}), n_questions=300, seed=5)",
        PYTHONHASHSEED="77",
        TZ="Asia/Kolkata",
        LC_ALL="C",
    )
    write_sample(other, n_questions=300, seed=6)
    assert digests(first) == digests(again)
    assert all(digests(first)[name] != digests(other)[name] for name in digests(first))


def test_memory_is_less_than_stated(tmp_path):
    """A kilobyte per question at most, 7 of them written."""
    code = (
        "import json, tracemalloc; from pathlib import Path; "
        "from analyses.sample.writer import write_sample; "
        "write_sample(Path({folder!r}), n_questions=50); "  # imports, phrase books, buffers
        "tracemalloc.start(); "
        "report = write_sample(Path({folder!r}), n_questions={n}, force=True); "
        "print(json.dumps([tracemalloc.get_traced_memory()[1], report.n_bytes]))"
    )
    peaks = {}
    for n in (1000, 5000):
        folder = str(tmp_path / str(n) / "sample.stackstudy")
        peaks[n] = json.loads(in_a_new_process(code.format(folder=folder, n=n)))
    (small, small_bytes), (large, large_bytes) = peaks[1000], peaks[5000]
    assert large_bytes - small_bytes > 4000 * 6000
    assert large - small < 4000 * 1000


@pytest.mark.parametrize("n_questions", [1, 2, 7, 40])
def test_tiny_samples_are_whole(tmp_path, n_questions):
    folder = tmp_path / "sample.stackstudy"
    report = write_sample(folder, n_questions=n_questions)
    rows = {name: read_rows(folder / f"{name}.xml") for name in TABLES}
    assert sum(row["PostTypeId"] == "1" for row in rows["Posts"]) == n_questions
    assert report.n_rows == {name: len(found) for name, found in rows.items()}
    assert report.n_bytes == sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.parametrize("until", ["2009-01-01", "2016-01-02", "2019-06-15", "2023-04-01"])
def test_the_snapshot_date_can_be_chosen(tmp_path, until):
    folder = tmp_path / "sample.stackstudy"
    write_sample(folder, n_questions=400, until=datetime.fromisoformat(until).replace(tzinfo=UTC))
    posts = read_rows(folder / "Posts.xml")
    assert sum(row["PostTypeId"] == "1" for row in posts) == 400
    assert all(row["LastActivityDate"] < until for row in posts)
    last = datetime.fromisoformat(posts[-1]["CreationDate"])
    assert (datetime.fromisoformat(until) - last).days < 60


def test_larger_samples_keep_the_shape(tmp_path):
    shares = []
    for n in (1000, 4000):
        folder = tmp_path / str(n) / "sample.stackstudy"
        write_sample(folder, n_questions=n)
        questions = [row for row in read_rows(folder / "Posts.xml") if row["PostTypeId"] == "1"]
        recent = sum(row["CreationDate"] > "2018" for row in questions)
        accepted = sum("AcceptedAnswerId" in row for row in questions)
        shares.append((recent / n, accepted / n))
    assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    folder = tmp_path / "sample.stackstudy"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(SampleError, match="not empty.*--force"):
        write_sample(folder, n_questions=3)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_force_writes_over_a_sample_and_leaves_the_rest(tmp_path):
    folder = tmp_path / "sample.stackstudy"
    write_sample(folder, n_questions=30, seed=1)
    (folder / "notes.txt").write_text("mine")
    before = digests(folder)
    write_sample(folder, n_questions=30, seed=2, force=True)
    after = digests(folder)
    assert after.keys() == before.keys()
    assert {name for name in before if before[name] == after[name]} == {"notes.txt"}


@pytest.mark.parametrize("name", ["Posts.xml", "votes.XML"])
def test_force_never_writes_over_a_real_dump(tmp_path, shared_data, name):
    folder = tmp_path / "sample.stackstudy"
    folder.mkdir()
    real = shared_data / "sites" / "conlang.meta.stackexchange.com-2020-09" / "Votes.xml"
    (folder / name).write_bytes(real.read_bytes())
    with pytest.raises(SampleError, match="not written by stackstudy sample"):
        write_sample(folder, n_questions=3, force=True)
    assert (folder / name).read_bytes() == real.read_bytes()
    assert len(list(folder.iterdir())) == 1


def test_an_interrupted_sample_leaves_no_half_table(tmp_path):
    folder = tmp_path / "sample.stackstudy"
    write_sample(folder, n_questions=30, seed=1)
    before = digests(folder)

    def interrupt(n: int) -> None:
        if n == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(folder, n_questions=30, seed=2, force=True, progress=interrupt)
    assert digests(folder) == before


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SampleError, match=r"file.*cannot be written.*choose another folder"):
        write_sample(tmp_path / "file" / "sample.stackstudy", n_questions=3)


def invoke(*arguments: str):
    return CliRunner().invoke(main, ["sample", *arguments])


def test_command_writes_and_says_what(tmp_path):
    folder = tmp_path / "sample.stackstudy"
    result = invoke(str(folder), "--questions", "25", "--seed", "3", "--until", "2018-01-01")
    assert result.exit_code == 0, result.output
    assert str(folder) in result.output
    assert "Synthetic" in result.output
    for name in TABLES:
        n_rows = len(read_rows(folder / f"{name}.xml"))
        assert any(
            f"{name}.xml" in line and f" {n_rows:,} rows" in line
            for line in result.output.splitlines()
        )
    first = (folder / "Tags.xml").read_text("utf-8-sig").splitlines()[1]
    assert first == f"<!-- {MARK}, seed 3; not from any real site -->"


def test_command_writes_to_the_sample_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert invoke("--questions", "5").exit_code == 0
    assert len(list((tmp_path / "sample" / "sample.stackstudy").iterdir())) == len(TABLES)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--questions", "0"), 2, "0 is not in the range"),
        (("--questions", "100000001"), 1, "choose a number"),
        (("--until", "2019-13-01"), 2, "does not match the format"),
        (("--until", "2008-01-01"), 1, "choose a date"),
        (("--seed", "x"), 2, "not a valid integer"),
        (("real.stackexchange.com",), 1, "must end in sample.stackstudy"),
    ],
)
def test_misuse_is_one_line(tmp_path, monkeypatch, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    result = invoke(*arguments)
    assert result.exit_code == code
    assert says in result.output
    if code == 1:
        assert len(result.output.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_command_refuses_a_full_folder_in_one_line(tmp_path):
    folder = tmp_path / "sample.stackstudy"
    assert invoke(str(folder), "--questions", "5").exit_code == 0
    result = invoke(str(folder), "--questions", "5")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "--force" in result.output
    assert invoke(str(folder), "--questions", "5", "--force").exit_code == 0


def test_help_has_examples():
    result = invoke("--help")
    assert result.exit_code == 0
    assert "Examples:" in result.output
    assert "stackstudy sample --questions" in result.output
