"""How long to keep trying, and how long to wait between tries."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util.retry import Retry

from loader.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LONGEST_WAIT: Final = 3600.0
"""A source that asks for a longer wait, in seconds, is left alone: the user comes back later."""

_NEVER: Final = 10**9


class Interrupted(Exception):  # noqa: N818 - not an error yet: it is tried again
    """A try failed in a way that another one may mend.

    Parameters
    ----------
    why : str
        One line.
    retry_after : str, optional
        The header of that name, as the server sent it: seconds or a date.
    made_progress : bool
        Whether this try brought something that the ones before it had not.
    """

    def __init__(
        self, why: str, retry_after: str | None = None, *, made_progress: bool = False
    ) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.made_progress = made_progress


class Patience:
    """Tries again with exponential backoff, and after what a server's Retry-After asks for.

    Tries count from the last one that made progress, so a long transfer over a bad line goes on
    as long as it gets on.

    Parameters
    ----------
    tries : int
        Fruitless tries in a row before giving up.
    backoff : float
        Seconds before the second fruitless try; doubled with each one, up to two minutes.
    sleep : callable
        Waits for that many seconds.
    """

    def __init__(
        self,
        tries: int = 8,
        backoff: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.tries = tries
        self._sleep = sleep
        self._least = backoff
        self._policy = Retry(
            total=tries - 1,
            backoff_factor=backoff,
            backoff_max=120,
            backoff_jitter=backoff,
            retry_after_max=_NEVER,
        )

    def run(
        self,
        attempt: Callable[[], T],
        on_wait: Callable[[Interrupted, float], None],
        cure: Callable[[], str] = lambda: "try again later",
    ) -> T:
        """Try until it works.

        Parameters
        ----------
        attempt : callable
            Raises `Interrupted` where another try may mend it.
        on_wait : callable
            Hears what went wrong, and for how many seconds it waits.
        cure : callable
            Says what the user is told in the end.

        Raises
        ------
        FetchError
            When the tries are used up, or the server asks for a wait longer than `LONGEST_WAIT`.
        """
        retry = self._policy
        while True:
            try:
                return attempt()
            except Interrupted as stop:
                try:
                    before = self._policy if stop.made_progress else retry
                    retry = before.increment("GET", error=stop)
                except MaxRetryError:
                    raise FetchError(
                        f"{stop}; gave up after {self.tries} tries; {cure()}"
                    ) from stop
                seconds = self._seconds(retry, stop)
                if seconds > LONGEST_WAIT:
                    raise FetchError(
                        f"{stop}; it asks to come back in {duration(seconds)}; {cure()}"
                    ) from stop
                on_wait(stop, seconds)
                self._sleep(seconds)

    def _seconds(self, retry: Retry, stop: Interrupted) -> float:
        if stop.retry_after is not None:
            try:
                return retry.parse_retry_after(stop.retry_after)
            except (InvalidHeader, ValueError, OverflowError):
                pass  # a server that cannot say when
        return max(self._least, retry.get_backoff_time())


def duration(seconds: float) -> str:
    """Write a time span for people: ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"
