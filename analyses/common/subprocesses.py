"""Programs that a command starts: none outlives the command, whatever ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that ask a process to end, beside Ctrl-C, for which Python raises an exception."""

_PATIENCE: Final = 5.0  # seconds that a program has to end by itself


class EndedBySignal(BaseException):
    """Signal `number` ended this process; no Exception, so that nobody takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


@contextmanager
def started(
    command: Sequence[str], *, own_session: bool = False, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Start a program and wait for it; end it when anything is raised meanwhile.

    Parameters
    ----------
    own_session : bool
        Whether it is cut off from the terminal: then Ctrl-C reaches this process alone, which ends
        the program and all that it has started.
    **options
        Further arguments of `subprocess.Popen`.

    Raises
    ------
    EndedBySignal
        When this process was asked to end.
    """
    with _signals_raise():
        process = subprocess.Popen(  # noqa: S603 - no shell between
            command, start_new_session=own_session, text=True, encoding="utf-8", **options
        )
        try:
            yield process
            process.wait()
        finally:
            _end(process, os.killpg if own_session and hasattr(os, "killpg") else os.kill)
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


def _end(process: subprocess.Popen[str], send: Callable[[int, int], None]) -> None:
    if process.poll() is not None:
        return
    try:
        send(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt, EndedBySignal):
        with contextlib.suppress(ProcessLookupError):
            send(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Make the signals that end a process raise, so that `finally` blocks run first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def _raise(number: int, _frame: object) -> NoReturn:
        raise EndedBySignal(number)

    before = {
        number: signal.signal(number, _raise)
        for number in _SIGNALS
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
