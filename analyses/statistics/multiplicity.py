"""Correction of p-values for many comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust a family of p-values by Holm's step-down method, as R's ``p.adjust(method = "holm")``.

    Parameters
    ----------
    p_values : sequence of float or None, shape (k,)
        Each in [0, 1]. A comparison without a p-value (``None``) stays without one and does not
        count in the family.

    Returns
    -------
    list of float or None, shape (k,)
        Adjusted p-values in the order given, at most 1; an empty family gives an empty list.

    Notes
    -----
    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal
    of Statistics 6(2), 65-70, https://www.jstor.org/stable/4615733. statsmodels' ``multipletests``
    has the same, but collects garbage in each call: an eighth of a second per family within dbt.
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    if any(not 0 <= p <= 1 for p, _ in known):
        raise ValueError("p-values must be in [0, 1]")
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(known):
        largest = min(1.0, max(largest, (len(known) - rank) * p))
        adjusted[index] = largest
    return adjusted
