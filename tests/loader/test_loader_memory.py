"""What a load holds in memory when a small archive becomes a long text in which no row ends."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import py7zr
import pytest
import stores
from stores import SITE

ROOT = Path(__file__).resolve().parents[2]
N_BYTES = 200 << 20
BOUND_MIB = 479
"""What the README says that ten GB of posts take on two cores."""
OF_A_COMMENT = 100
"""What more a comment may take that is as long as a row may be: it is proved to be one first."""
CODE = """
import atexit, os
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
atexit.register(lambda: print(open("/proc/self/status").read()))
from stackstudy import main
main()
"""

PACKINGS = {
    "BZip2": [{"id": py7zr.FILTER_BZIP2}],
    "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 1}],
}
STUFFINGS = {
    "blanks between rows": ("", b" ", "", "posts        2"),
    "a body": ('<row Id="9" Body="', b"a", '" />', "at row Id 9: no row for 128 MiB"),
    "a comment": ("<!--", b"x", "-->", "no row for 128 MiB"),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("what", STUFFINGS)
def test_memory_of_a_stream_that_becomes_long(tmp_path, what, packing):
    before, filling, after, said = STUFFINGS[what]
    begin, _, end = stores.posts(2).partition('  <row Id="2"')
    content = f"{begin}{before}".encode() + filling * N_BYTES + f'{after}<row Id="2"{end}'.encode()
    path = tmp_path / f"{SITE}.7z"
    with py7zr.SevenZipFile(path, "w", filters=PACKINGS[packing]) as archive:
        archive.writestr(content, "Posts.xml")
    del content
    assert path.stat().st_size < 100_000
    words = ["load", str(path), "--data", str(tmp_path / "data")]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.replace(" ", "") in (done.stdout + done.stderr).replace(" ", "")
    assert done.returncode == (0 if what.startswith("blanks") else 1)
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1])
    assert peak >> 10 < BOUND_MIB + (OF_A_COMMENT if what == "a comment" else 0)
