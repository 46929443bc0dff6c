"""A thinned curve is near the whole one at every time, and small."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.statistics.thinning import LEVELS, kept_steps

FALLS = st.lists(st.integers(0, 40), max_size=120)


def _heights(falls, floor=0.1):
    total = max(1, sum(falls))
    return 1 - (1 - floor) * np.cumsum(falls) / total


def _worst(heights, kept):
    """Most by which the thinned step function is above the whole one, step by step."""
    shown = heights[kept[np.searchsorted(kept, np.arange(heights.size), side="right") - 1]]
    return (shown - heights).max()


@given(FALLS, st.integers(1, 30))
def test_never_off_by_a_level(falls, levels):
    heights = _heights(falls)
    kept = kept_steps(heights, levels)
    assert len(kept) <= levels + 2
    assert (np.diff(kept) > 0).all()
    if heights.size:
        assert kept[0] == 0
        assert kept[-1] == heights.size - 1
        fall = 1 - heights[-1]
        assert _worst(heights, kept) < fall / levels + 1e-12 or fall == 0


@given(FALLS)
def test_more_levels_than_steps_keep_every_fall(falls):
    heights = _heights(falls)
    kept = kept_steps(heights, 10**6)
    fallen = np.flatnonzero(np.diff(heights, prepend=1.0) < 0)
    assert set(fallen) <= set(kept.tolist())


def test_one_great_fall_among_small_ones_keeps_its_time():
    heights = np.array([0.999, 0.998, 0.3, 0.299, 0.298, 0.2])
    assert kept_steps(heights, 10).tolist() == [0, 2, 5]


def test_edges():
    assert kept_steps([]).tolist() == []
    assert kept_steps([1.0]).tolist() == [0]
    assert kept_steps([1.0, 1.0, 1.0]).tolist() == [0, 2]
    assert kept_steps([0.0]).tolist() == [0]


@pytest.mark.parametrize("heights", [[0.5, 0.6], [1.1], [0.5, float("nan")]])
def test_what_rises_is_refused(heights):
    with pytest.raises(ValueError, match="never rise"):
        kept_steps(heights)


def test_no_level_is_refused():
    with pytest.raises(ValueError, match="levels must be 1 or more"):
        kept_steps([0.5], 0)


def test_a_million_steps_take_no_time():
    heights = np.exp(-np.linspace(0, 3, 1_000_000))
    start = time.process_time()
    kept = kept_steps(heights)
    assert time.process_time() - start < 2
    assert LEVELS / 2 < len(kept) <= LEVELS + 2
