"""Files that are written whole or not at all, also after a process that was killed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from loader.files import read_json, written_whole

KILLED = """if True:
    import os, pathlib, signal, sys
    from loader import files
    target = pathlib.Path(sys.argv[1])
    if sys.argv[2] == "while writing":
        with files.written_whole(target) as staged:
            staged.mkdir()
            os.kill(os.getpid(), signal.SIGKILL)
    real = pathlib.Path.replace
    pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    with files.written_whole(target) as staged:
        staged.mkdir()
"""


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "export [1]"
    folder.mkdir()
    (folder / "file").write_text("of a person")
    return folder


@pytest.mark.parametrize("when", ["while writing", "while swapping"])
def test_what_a_killed_process_left_is_put_right(target, when):
    """It stayed for good; killed while swapping, the folder that was there before was hidden."""
    subprocess.run([sys.executable, "-c", KILLED, str(target), when], check=False)
    left = names_in(target.parent)
    assert len(left) == 2
    assert (target.name in left) == (when == "while writing")
    with pytest.raises(KeyError), written_whole(target):
        raise KeyError
    assert names_in(target.parent) == [target.name]
    assert (target / "file").read_text() == "of a person"


def test_what_a_running_process_writes_is_left_to_it(target):
    other = target.with_name(f".{os.getppid()}-{target.name}")
    names = [other.name, f".1-{target.name}x", f".x-{target.name}", f".1-old-{target.name}"]
    for name in names:
        (target.parent / name).mkdir()
    with written_whole(target) as staged:
        staged.mkdir()
    assert names_in(target.parent) == sorted([*names, target.name])


def test_json_that_nests_without_end_is_none(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert read_json(tmp_path / "deep.json") is None
