"""How much faster one group gets there than another: the effect size beside the log-rank test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.statistics.results import CONFIDENCE, Result, checked_confidence, normal_quantile

if TYPE_CHECKING:
    from analyses.statistics.survival import LogRank


@dataclass(frozen=True)
class HazardRatio(Result):
    """Rate of events in group a by that in group b; below 1 where group a waits longer."""

    hazard_ratio: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


def hazard_ratio(test: LogRank, confidence: float = CONFIDENCE) -> HazardRatio:
    """Hazard ratio from the observed and expected events of a log-rank test of two groups.

    ``(O_a / E_a) / (O_b / E_b)``, its logarithm with standard error ``sqrt(1 / E_a + 1 / E_b)``. It
    is one number for the whole time: where the curves cross, it says little.

    Parameters
    ----------
    test : LogRank
        Of two groups.
    confidence : float
        In (0, 1).

    Returns
    -------
    HazardRatio
        ``None`` throughout where a group has no expected events; no interval, and ratio 0, where
        group a has no events; ``None`` throughout where group b has none, for nothing is a
        multiple of that.

    Notes
    -----
    Pike's estimator: Berry, Kitchin and Mock (1991), https://doi.org/10.1002/sim.4780100510. From
    R's ``survdiff`` by its ``obs`` and ``exp``. It lies nearer to 1 than that of Cox's model.
    """
    checked_confidence(confidence)
    if len(test.n_events) != 2:
        raise ValueError(f"a hazard ratio compares two groups, not {len(test.n_events)}")
    (events_a, events_b), (expected_a, expected_b) = test.n_events, test.n_expected
    if not (expected_a > 0 and expected_b > 0 and events_b > 0):
        return HazardRatio(None, confidence, None, None)
    ratio = (events_a / expected_a) / (events_b / expected_b)
    if ratio == 0:
        return HazardRatio(0.0, confidence, None, None)
    reach = normal_quantile(confidence) * math.sqrt(1 / expected_a + 1 / expected_b)
    return HazardRatio(ratio, confidence, ratio * math.exp(-reach), ratio * math.exp(reach))
