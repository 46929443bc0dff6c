"""Numbers as people write them: 1,234 and 62.7% and 17.1 h and p < 0.001; a dash for no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NONE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
GLUE = "\N{NO-BREAK SPACE}"
"""Between a number and its unit or sign, so that a line never ends there."""

FEW = 30
"""With fewer questions a sentence begins with their number."""

_HOUR = 60
_DAY = 24 * _HOUR
_YEAR = 365.25 * _DAY


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def count(value: float | None) -> str:
    """Write a whole number with thousands separators."""
    return NONE if value is None else _signed(f"{value:,.0f}")


def counted(n: float, one: str, many: str = "") -> str:
    """Write how many there are of something: 1 question, 2 questions."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def number(value: float | None, places: int = 2) -> str:
    """Write a number with a fixed number of decimals."""
    return NONE if value is None else _signed(f"{value:,.{places}f}")


def signed(value: float | None, places: int = 2) -> str:
    """Write a difference or an effect: always with its sign, unless it rounds to zero."""
    if value is None:
        return NONE
    text = f"{value:+,.{places}f}"
    return _signed(text.lstrip("+-") if float(text.replace(",", "")) == 0 else text)


def percent(share: float | None) -> str:
    """Write a share in [0, 1] as a percentage with one decimal."""
    return NONE if share is None else f"{100 * share:,.1f}%"


def small_percent(share: float) -> str:
    """Write a share with three significant digits below 1%: shares of a whole site are small."""
    value = 100 * share
    return f"{value:.3g}%" if value < 1 else f"{value:.1f}%"


def points(share: float | None) -> str:
    """Write a difference of shares in percentage points, signed, without its unit."""
    return NONE if share is None else signed(100 * share, 1)


def p_value(value: float | None) -> str:
    """Write a p-value with three decimals; never 0, and 1 only if it is exactly that."""
    if value is None:
        return NONE
    if value < 0.001:
        return f"<{GLUE}0.001"
    return f">{GLUE}0.999" if 0.9995 <= value < 1 else f"{value:.3f}"


def p_words(value: float | None) -> str:
    """Write a p-value as part of a sentence: p < 0.001, p = 0.012."""
    text = p_value(value)
    return f"p{GLUE}{text}" if text[0] in "<>" else f"p{GLUE}={GLUE}{text}"


def duration(minutes: float | None) -> str:
    """Write minutes in the unit a person would choose: seconds, minutes, hours, days or years."""
    if minutes is None:
        return NONE
    if minutes < 0:
        return MINUS + duration(-minutes)
    if minutes < 1:
        return f"{60 * minutes:.0f}{GLUE}s"
    for limit, unit, name in ((_HOUR, 1, "min"), (2 * _DAY, _HOUR, "h"), (_YEAR, _DAY, "d")):
        if minutes < limit:
            return f"{minutes / unit:,.1f}{GLUE}{name}"
    return f"{minutes / _YEAR:,.1f}{GLUE}y"


def between(
    low: float | None, high: float | None, write: Callable[[float | None], str] = number
) -> str:
    """Write an interval: 68.4% to 72.3%; one dash where neither end is known."""
    return NONE if low is None and high is None else f"{write(low)} to {write(high)}"


def few(n: int) -> str:
    """Begin a sentence about few questions with their number; about many, with nothing."""
    return f"Few questions (n{GLUE}={GLUE}{count(n)}): " if n < FEW else ""


def and_list(words: list[str]) -> str:
    """Write words as a sentence lists them: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
