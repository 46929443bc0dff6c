"""An iterator that runs in a thread, ahead of its consumer."""

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
    """Run another iterator in a thread, and yield its items; use as a context manager.

    An error of the other iterator is raised in place of the item.

    Parameters
    ----------
    items : iterator
        Runs, and is closed, in the thread.
    most : int
        Items that may wait at most.
    name : str
        Name of the thread.
    is_waited_for : bool
        Whether leaving waits for the thread to finish its item, which it must where the iterator
        holds something to be closed. A thread that may never finish is abandoned.
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
            When none comes within these seconds.
        """
        item, error = self._queue.get(timeout=seconds)
        if error is not None:
            self._queue.put((None, StopIteration()))  # for a consumer that asks again
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
        """Hand an item over; return False when the consumer has gone."""
        while not self._is_closed.is_set() and main_thread().is_alive():
            with suppress(Full):
                self._queue.put(item, timeout=_LOOK_EVERY)
                return True
        return False
