"""What takes long says how far it is: on a terminal a bar, in a pipe a line now and then."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from loader import progress
from loader.progress import StepProgress


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The seconds that it is; a test may let time pass."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def shown(monkeypatch):
    """Let the next steps show in a text, as on a terminal or in a pipe."""

    def to(*, is_terminal: bool) -> io.StringIO:
        text = io.StringIO()
        console = Console(file=text, force_terminal=is_terminal, width=80)
        monkeypatch.setattr(progress, "Console", lambda **_: console)
        return text

    return to


def test_short_work_is_quiet_in_a_pipe(shown, clock):
    said = shown(is_terminal=False)
    with StepProgress("Exporting") as steps:
        for _ in steps.each("abcdefgh"):
            clock[0] += 1
    assert said.getvalue() == ""


def test_long_work_says_four_times_a_minute_what_is_left(shown, clock):
    said = shown(is_terminal=False)
    with StepProgress("Exporting") as steps:
        for _ in steps.each([str(n) for n in range(120)]):
            clock[0] += 1
    lines = said.getvalue().splitlines()
    assert lines[0] == "Exporting: 15 of 120, about 105 s left"
    assert lines[1] == "Exporting: 30 of 120, about 90 s left"
    assert len(lines) == 8


def test_bytes_are_shown_as_bytes(shown, clock):
    said = shown(is_terminal=False)
    with StepProgress("Checking the store", 400_000_000, is_bytes=True) as steps:
        clock[0] += 20
        steps.advance(100_000_000)
    assert said.getvalue() == "Checking the store: 100.0 MB of 400.0 MB, about 60 s left\n"


def test_what_is_not_known_is_not_said(shown, clock):
    said = shown(is_terminal=False)
    with StepProgress("Building") as steps:
        clock[0] += 20
        steps.advance()
    assert said.getvalue() == "Building: 1\n"


def test_a_terminal_gets_a_bar_that_fits_and_goes_away(shown):
    said = shown(is_terminal=True)
    with StepProgress("Building", 2) as steps:
        steps.advance(
            step="a_check_with_a_very_long_name_of_more_than_eighty_characters_in_a_line" * 2
        )
        steps.advance()
    frames = re.split(r"\r|\n", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "\r", said.getvalue()))
    assert any("of 2" in frame for frame in frames)
    assert max(len(frame) for frame in frames) <= 80
    assert said.getvalue().endswith("\x1b[2K")
