"""The form of every result, and what the functions share in checking their arguments."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
"""Confidence level of every interval unless the caller says otherwise."""


@dataclass(frozen=True)
class Result:
    """Base of all results."""

    def to_dict(self) -> dict[str, Any]:
        """Fields by name, ready for JSON: arrays and tuples as lists, NaN in an array as None."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def checked_confidence(confidence: float) -> float:
    """Return a confidence level in (0, 1), or raise ValueError."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), not {confidence}")
    return float(confidence)


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile, 1.96 for 0.95; ``confidence`` in (0, 1)."""
    from scipy.special import ndtri

    return float(ndtri((1 + checked_confidence(confidence)) / 2))


def checked_count(name: str, value: int) -> int:
    """Return a whole number of 0 or more, or raise ValueError."""
    if value != int(value) or value < 0:
        raise ValueError(f"{name} must be a whole number of 0 or more, not {value}")
    return int(value)


def checked_values(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return finite numbers as an array of shape (n,), or raise ValueError."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers only")
    return array


def finite_or_none(value: float) -> float | None:
    """Return a Python float, or ``None`` for what is NaN or infinite: it is not known."""
    return float(value) if math.isfinite(value) else None


def exp_or_none(exponent: float) -> float | None:
    """Return ``exp(exponent)``, or ``None`` where floating point has no such number."""
    with np.errstate(over="ignore"):
        return finite_or_none(np.exp(exponent))
