"""A share against a published one: other studies print percentages, often without counts."""

from __future__ import annotations

from dataclasses import dataclass

from analyses.statistics.proportions import cohens_h, proportion
from analyses.statistics.results import CONFIDENCE, Result, finite_or_none


@dataclass(frozen=True)
class BaselineComparison(Result):
    """A share against a published one without counts; the difference is share - baseline."""

    n_successes: int
    n: int
    share: float | None
    baseline_share: float
    chi2: float | None
    df: int
    p_value: float | None
    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None


def compare_with_baseline(
    n_successes: int, n: int, baseline_share: float, confidence: float = CONFIDENCE
) -> BaselineComparison:
    """Compare a share with a published one that came without counts, as R's ``prop.test(x, n, p)``.

    The baseline is taken as exact, so the test is more sure than one against the baseline's
    counts; where those are published, ``compare_proportions`` is the test to use.

    Parameters
    ----------
    n_successes, n : int
        ``0 <= n_successes <= n``.
    baseline_share : float
        In (0, 1), ends excluded.
    confidence : float
        In (0, 1).

    Returns
    -------
    BaselineComparison
        chi-squared with one degree of freedom and Yates' correction ``min(0.5, |x - n p|)``; the
        interval of the difference is Wilson's of the share, less the baseline. Defined at 0 of n
        and n of n; ``None`` at 0 of 0.

    Notes
    -----
    R Core Team, ``stats::prop.test``; Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953.
    """
    if not 0 < baseline_share < 1:
        raise ValueError(f"baseline_share must be in (0, 1), not {baseline_share}")
    own = proportion(n_successes, n, confidence)
    chi2 = p_value = difference = low = high = h = None
    if own.share is not None:
        from scipy.special import chdtrc  # noqa: PLC0415 - see proportion

        deviation = abs(own.n_successes - own.n * baseline_share)
        deviation -= min(0.5, deviation)
        chi2 = deviation**2 / (own.n * baseline_share * (1 - baseline_share))
        p_value = finite_or_none(chdtrc(1, chi2))
        difference = own.share - baseline_share
        low, high = own.ci_low - baseline_share, own.ci_high - baseline_share
        h = cohens_h(own.share, baseline_share)
    return BaselineComparison(
        n_successes=own.n_successes,
        n=own.n,
        share=own.share,
        baseline_share=float(baseline_share),
        chi2=chi2,
        df=1,
        p_value=p_value,
        share_difference=difference,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        cohens_h=h,
    )
