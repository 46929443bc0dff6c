"""What an iterator yields, made in a thread ahead of whoever takes it."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread, main_thread
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

T = TypeVar("T")

_LOOK_EVERY: Final = 0.2  # seconds between looks at whether the other side is still there


class Ahead(Generic[T]):
    """An iterator over another one's items, which a thread makes; use as a context manager.

    What the other one raises is raised where its item would have been taken.

    Parameters
    ----------
    items : iterator
        Is run, and closed, in the thread.
    most : int
        How many items may wait to be taken.
    name : str
        The thread's.
    is_waited_for : bool
        Whether leaving waits until the thread is done with its item: it must be, where it holds
        what has to be closed. A thread that may wait for ever is let go.
    """

    def __init__(
        self, items: Iterator[T], most: int, name: str, *, is_waited_for: bool = True
    ) -> None:
        self._items = items
        self._queue: Queue[tuple[T | None, BaseException | None]] = Queue(most)
        self._is_closed = Event()
        self._is_waited_for = is_waited_for
        self._thread = Thread(target=self._run, name=name, daemon=not is_waited_for)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return self.next()

    def next(self, seconds: float | None = None) -> Any:
        """Return the next item.

        Raises
        ------
        queue.Empty
            When none comes in so many seconds.
        """
        item, error = self._queue.get(timeout=seconds)
        if error is not None:
            self._queue.put((None, StopIteration()))  # for whoever asks once more
            raise error
        return item

    def close(self) -> None:
        """Take no more items."""
        self._is_closed.set()
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        if self._is_waited_for:
            self._thread.join()

    def _run(self) -> None:
        last: BaseException = StopIteration()
        try:
            for item in self._items:
                if not self._put((item, None)):
                    break
            if (close := getattr(self._items, "close", None)) is not None:
                close()
        except BaseException as error:  # noqa: BLE001 - it is raised where it can be told
            last = error
        self._put((None, last))

    def _put(self, item: tuple[T | None, BaseException | None]) -> bool:
        """Hand an item over; False when nobody will take it."""
        while not self._is_closed.is_set() and main_thread().is_alive():
            with suppress(Full):
                self._queue.put(item, timeout=_LOOK_EVERY)
                return True
        return False
