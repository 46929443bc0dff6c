"""What a dump may do and a reader should know: ids twice, rows out of order, rows that name none.

None of it is an error: dumps leave out deleted posts and users, and keep their comments and votes.
It is counted from the finished Parquet when somebody asks (`stackstudy info`), and not while
loading: references run between tables, which may be loaded on different days, and nobody who does
not ask should wait. docs/decisions/loader-faults.md has the figures.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from loader.manifest import Manifest
    from loader.store import Store

REFERENCES: Final = {
    "posts": {
        "AcceptedAnswerId": "posts",
        "ParentId": "posts",
        "OwnerUserId": "users",
        "LastEditorUserId": "users",
    },
    "votes": {"PostId": "posts", "UserId": "users"},
    "comments": {"PostId": "posts", "UserId": "users"},
    "badges": {"UserId": "users"},
    "post_history": {"PostId": "posts", "UserId": "users"},
    "post_links": {"PostId": "posts", "RelatedPostId": "posts"},
    "tags": {"ExcerptPostId": "posts", "WikiPostId": "posts"},
}
"""Columns that name a row of another table, and which table that is."""

FOLDER: Final = ".checks"
_BATCH_ROWS: Final = 1 << 18
_WIDEST: Final = 1 << 29
"""Ids this far apart get a mark of a byte each; Stack Overflow's are below 400 million."""


@dataclass(frozen=True)
class TableCheck:
    """What was counted in a table.

    Attributes
    ----------
    n_duplicate_ids : int
        Rows whose id an earlier row has.
    n_out_of_order : int
        Rows whose id is less than that of the row before.
    n_dangling : dict of str to int
        Rows that name a row which is not there, by column; without what names nothing, and without
        columns whose table was not in the dump.
    """

    site: str
    table: str
    n_duplicate_ids: int
    n_out_of_order: int
    n_dangling: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)


def check_site(store: Store, site: str) -> list[TableCheck]:
    """Count in all tables of a site; what was counted before, and has not changed, is remembered.

    Memory holds marks of one table's ids, a byte an id.

    Parameters
    ----------
    store : Store
        Where the tables are.
    site : str
        Which site.
    """
    manifests = {one.table: one for one in store.manifests(site) if one.state == "finished"}
    path = store.data / FOLDER / f"{site}.json"
    key = {name: [one.finished_at, one.n_bytes] for name, one in sorted(manifests.items())}
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["of"] == key:
            return [TableCheck(**one) for one in kept["checks"]]
    found = _check(store, manifests)
    with suppress(OSError):  # a store that only may be read is counted each time
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        checks = [one.to_dict() for one in found]
        unfinished.write_text(json.dumps({"of": key, "checks": checks}) + "\n", encoding="utf-8")
        unfinished.replace(path)
    return found


def _check(store: Store, manifests: dict[str, Manifest]) -> list[TableCheck]:
    dangling: dict[str, dict[str, int]] = {name: {} for name in manifests}
    own: dict[str, tuple[int, int]] = {}
    for name, manifest in manifests.items():
        folder = store.folder(name, manifest.site)
        n_falling, n_equal = _order(folder)
        is_named = any(name in columns.values() for columns in REFERENCES.values())
        marks = _Marks.of(folder) if is_named or n_falling else None
        if marks is not None and n_falling:
            n_equal = manifest.n_rows - marks.n_ids
        own[name] = n_equal, n_falling
        for other in manifests if is_named else ():
            for column, target in REFERENCES.get(other, {}).items():
                if target == name and marks is not None:
                    place = store.folder(other, manifest.site)
                    dangling[other][column] = marks.count_unknown(place, column)
    return [
        TableCheck(
            one.site,
            name,
            *own[name],
            {c: dangling[name][c] for c in REFERENCES.get(name, {}) if dangling[name].get(c)},
        )
        for name, one in manifests.items()
    ]


def _order(folder: Path) -> tuple[int, int]:
    """How many ids are less than the one before, and how many are the same."""
    n_falling = n_equal = 0
    last: int | None = None
    for ids in _numbers(folder, "Id"):
        if last is not None:
            n_falling += int(ids[0] < last)
            n_equal += int(ids[0] == last)
        n_falling += int(np.count_nonzero(ids[1:] < ids[:-1]))
        n_equal += int(np.count_nonzero(ids[1:] == ids[:-1]))
        last = int(ids[-1])
    return n_falling, n_equal


class _Marks:
    """The ids of a table: a mark for each number between the least and the greatest of them.

    Ids too far apart for that are kept themselves, sorted: nothing but a damaged or made-up dump
    has them.
    """

    def __init__(self, least: int, marks: NDArray[np.bool_] | None, ids: NDArray[np.int64]) -> None:
        self._least = least
        self._marks = marks
        self._ids = ids
        self.n_ids = len(ids) if marks is None else int(np.count_nonzero(marks))

    @classmethod
    def of(cls, folder: Path) -> _Marks:
        least, greatest = 0, -1
        for number, ids in enumerate(_numbers(folder, "Id")):
            low, high = int(ids.min()), int(ids.max())
            least, greatest = (low, high) if number == 0 else (min(least, low), max(greatest, high))
        if greatest - least >= _WIDEST:
            return cls(least, None, np.unique(np.concatenate(list(_numbers(folder, "Id")))))
        marks = np.zeros(greatest - least + 1, np.bool_)
        for ids in _numbers(folder, "Id"):
            marks[ids - least] = True
        return cls(least, marks, np.empty(0, np.int64))

    def count_unknown(self, folder: Path, column: str) -> int:
        """Count the values of a column that are none of the ids."""
        n_unknown = 0
        for values in _numbers(folder, column):
            if self._marks is None:
                n_unknown += int(np.count_nonzero(~np.isin(values, self._ids)))
                continue
            greatest = self._least + len(self._marks) - 1
            near = values[(values >= self._least) & (values <= greatest)]
            known = int(np.count_nonzero(self._marks[near - self._least]))
            n_unknown += len(values) - known
        return n_unknown


def _numbers(folder: Path, column: str) -> Iterator[NDArray[np.int64]]:
    """Values of a column that are not null, some at a time, in the order of the dump."""
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=[column]):
                values = batch.column(0).drop_null()
                if len(values):
                    yield values.to_numpy()
