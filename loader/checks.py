"""Counts of what is unusual in a dump: doubled ids, dangling references, missing answers.

None of it is an error: dumps leave out deleted posts and users, and keep their votes. It is counted
in the finished Parquet, since references run between tables: after a load, and when a build, a
report or `stackstudy info` asks. `warnings` compares the counts with those of whole dumps
(docs/decisions/loader-faults.md): only they show that a dump was cut and closed again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from loader.errors import StoreError
from loader.files import read_json, write_json
from loader.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from loader.manifest import Manifest

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
_FORMAT: Final = 2
_BATCH_ROWS: Final = 1 << 18
_WIDEST: Final = 1 << 29
"""Ids within this range are marked in an array of bytes; Stack Overflow's are below 400 million."""

_QUESTION, _ANSWER = 1, 2
_USUAL_SHARE: Final = 0.01
_USUAL_SHARES: Final = {
    "votes.PostId": 0.2,
    "post_links.PostId": 0.2,
    "post_links.RelatedPostId": 0.2,
}
"""Share of dangling references above which a dump is unusual. In seven whole sites of 2013 to 2023,
2 to 8% of the votes and 0 to 7% of the links are on deleted posts; no other reference dangles."""
_FEWEST: Final = 20
"""References below which a share says nothing."""


@dataclass(frozen=True)
class TableCheck:
    """What was counted in a table.

    Attributes
    ----------
    n_rows : int
        Rows of the table.
    n_duplicate_ids : int
        Rows whose id an earlier row has.
    n_out_of_order : int
        Rows whose id is less than that of the row before.
    n_named : dict of str to int
        References to rows of another table, by column. Columns are left out whose table the dump
        lacks.
    n_dangling : dict of str to int
        Those references whose row is not there.
    n_deleted : int
        Posts with a DeletionDate.
    n_stated_answers, n_lacking_answers : int
        Answers by the questions' own counts, and those of them that are not there.
    n_questions, n_short_questions : int
        Questions that count their answers, and those of them with fewer answers than they say.
    n_mixed_answers : int
        Answers with tags or a count of answers, which only questions have, and which come last
        in a row.
    """

    site: str
    table: str
    n_rows: int
    n_duplicate_ids: int
    n_out_of_order: int
    n_named: dict[str, int] = field(default_factory=dict)
    n_dangling: dict[str, int] = field(default_factory=dict)
    n_deleted: int = 0
    n_stated_answers: int = 0
    n_lacking_answers: int = 0
    n_questions: int = 0
    n_short_questions: int = 0
    n_mixed_answers: int = 0


def warnings_of(data: Path, sites: Iterable[str] | None = None) -> list[str]:
    """Return one line for each unusual count, over sites of a data folder.

    Parameters
    ----------
    data : Path
        The data folder.
    sites : iterable of str, optional
        Which sites; all loaded ones where absent. A site that is not loaded has no line.
    """
    store = Store(data)
    if sites is None:
        sites = dict.fromkeys(one.site for one in store.manifests())
    return [line for site in sites for line in warnings(check_site(store, site))]


def warnings(checks: Iterable[TableCheck]) -> list[str]:
    """Return one line for each count that is unusual for a whole dump.

    Parameters
    ----------
    checks : iterable of TableCheck
        What `check_site` counted.
    """
    lacking: dict[tuple[str, str], list[str]] = {}
    lines = []
    for one in checks:
        for target, what in _unusual_references(one):
            lacking.setdefault((one.site, target), []).append(what)
        lines += [f"{one.site} {one.table}: {what}" for what in _unusual_rows(one)]
    return lines + [
        f"{site} {target}: may lack rows, or be of another dump than the tables that name them:"
        f" {'; '.join(what)}"
        for (site, target), what in lacking.items()
    ]


def _unusual_references(one: TableCheck) -> Iterator[tuple[str, str]]:
    """Yield which table lacks what a column names, and how much of it."""
    for column, n in one.n_dangling.items():
        n_named = one.n_named[column]
        usual = _USUAL_SHARES.get(f"{one.table}.{column}", _USUAL_SHARE)
        if n_named >= _FEWEST and n > usual * n_named:
            what = (
                f"{n / n_named:.0%} of the {n_named:,} {one.table} with a {column} name one that is"
                f" not there ({n:,}; at most {usual:.0%} is usual)"
            )
            yield REFERENCES[one.table][column], what


def _unusual_rows(one: TableCheck) -> Iterator[str]:
    if one.n_short_questions > _USUAL_SHARE * one.n_questions:
        share = one.n_short_questions / one.n_questions
        yield (
            f"{share:.0%} of the questions ({one.n_short_questions:,} of {one.n_questions:,}) say"
            f" that they have more answers than are there; {one.n_lacking_answers:,} of"
            f" {one.n_stated_answers:,} answers are lacking, where none is usual; the file may have"
            " been cut off and closed again"
        )
    if one.n_mixed_answers:
        yield (
            "answers with tags or a number of answers, which only questions have:"
            f" {one.n_mixed_answers:,}; two rows may have become one"
        )
    if one.n_duplicate_ids:
        yield (
            f"{one.n_duplicate_ids:,} of {one.n_rows:,} rows have an Id that an earlier row has,"
            " where none is usual; a part of the file may be there twice"
        )


def check_site(store: Store, site: str) -> list[TableCheck]:
    """Count in all tables of a site. Counts of unchanged tables are read from a cache.

    Memory holds the marks of one table's ids, one byte per id.

    Parameters
    ----------
    store : Store
        Where the tables are.
    site : str
        Which site.

    Raises
    ------
    StoreError
        When a Parquet file is damaged.
    """
    manifests = {one.table: one for one in store.manifests(site) if one.state == "finished"}
    path = store.data / FOLDER / f"{site}.json"
    tables = {name: [one.finished_at, one.n_bytes] for name, one in sorted(manifests.items())}
    key = {"format": _FORMAT, "tables": tables}
    with suppress(TypeError, KeyError):
        kept = read_json(path)
        if kept["of"] == key:
            return [TableCheck(**one) for one in kept["checks"]]
    try:
        found = _check(store, manifests)
    except (OSError, pa.ArrowException, LookupError, ValueError) as error:
        raise StoreError(
            f"{store.data}: the tables of {site} cannot be read"
            f" ({' '.join(str(error).split())}); `stackstudy info --verify` names the damaged file"
        ) from error
    with suppress(OSError):  # a store that is read-only is counted each time
        path.parent.mkdir(exist_ok=True)
        write_json(path, {"of": key, "checks": [asdict(one) for one in found]})
    return found


def _check(store: Store, manifests: dict[str, Manifest]) -> list[TableCheck]:
    n_named: dict[str, dict[str, int]] = {name: {} for name in manifests}
    n_dangling: dict[str, dict[str, int]] = {name: {} for name in manifests}
    facts: dict[str, dict[str, int]] = {}
    for name, manifest in manifests.items():
        folder = store.folder(name, manifest.site)
        n_falling, n_equal = _order(folder)
        naming = [
            (other, column)
            for other in manifests
            for column, target in REFERENCES.get(other, {}).items()
            if target == name
        ]
        ids = _Ids.of(folder) if naming or n_falling or name == "posts" else None
        if ids is not None and n_falling:
            n_equal = manifest.n_rows - ids.n_distinct
        facts[name] = {"n_duplicate_ids": n_equal, "n_out_of_order": n_falling}
        for other, column in naming:
            assert ids is not None  # read above, for a reference to it
            n, n_known = ids.count_known(store.folder(other, manifest.site), column)
            n_named[other][column] = n
            if n > n_known:
                n_dangling[other][column] = n - n_known
        if name == "posts" and ids is not None:
            facts[name] |= _answers(folder, ids)
    return [
        TableCheck(
            site=one.site,
            table=name,
            n_rows=one.n_rows,
            n_named=n_named[name],
            n_dangling=n_dangling[name],
            **facts[name],
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


def _answers(folder: Path, ids: _Ids) -> dict[str, int]:
    """Compare the answers with what questions say of them."""
    n_answers = np.zeros(ids.n_places, np.uint16)
    n_mixed = n_deleted = 0
    for batch in _batches(folder, ["PostTypeId", "ParentId", "AnswerCount", "Tags"]):
        is_answer = _equals(batch, "PostTypeId", _ANSWER)
        parents, has_parent = _values(batch, "ParentId")
        np.add.at(n_answers, ids.places_of(parents[is_answer & has_parent]), 1)
        is_mixed = _is_valid(batch, "AnswerCount") | _is_valid(batch, "Tags")
        n_mixed += int(np.count_nonzero(is_mixed & is_answer))
    n_stated = n_lacking = n_questions = n_short = 0
    for batch in _batches(folder, ["Id", "PostTypeId", "AnswerCount", "DeletionDate"]):
        n_deleted += len(batch) - batch.column("DeletionDate").null_count
        stated, has_count = _values(batch, "AnswerCount")
        is_counted = _equals(batch, "PostTypeId", _QUESTION) & has_count
        stated = stated[is_counted]
        there = n_answers[ids.places_of(_values(batch, "Id")[0][is_counted])]
        lacking = np.maximum(stated - there, 0)
        n_questions += len(stated)
        n_stated += int(stated.sum())
        n_lacking += int(lacking.sum())
        n_short += int(np.count_nonzero(lacking))
    return {
        "n_deleted": n_deleted,
        "n_stated_answers": n_stated,
        "n_lacking_answers": n_lacking,
        "n_questions": n_questions,
        "n_short_questions": n_short,
        "n_mixed_answers": n_mixed,
    }


# Of a column, its buffers are looked at: for `to_numpy`, as for any value of Python that it is
# given, Arrow imports pandas, which takes as long as all the rest.
def _is_valid(batch: pa.RecordBatch, name: str) -> NDArray[np.bool_]:
    column = batch.column(name)
    bits = column.buffers()[0]
    if bits is None:
        return np.ones(len(column), np.bool_)
    marks = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
    return marks[column.offset :][: len(column)].astype(np.bool_)


def _values(batch: pa.RecordBatch, name: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the numbers of a column without a copy, and which of them are not null."""
    column = batch.column(name)
    numbers = np.frombuffer(column.buffers()[1], f"i{column.type.bit_width // 8}")
    return numbers[column.offset :][: len(column)], _is_valid(batch, name)


def _equals(batch: pa.RecordBatch, name: str, number: int) -> NDArray[np.bool_]:
    values, is_valid = _values(batch, name)
    return is_valid & (values == number)


class _Ids:
    """The ids of a table, each with a place: its distance from the smallest.

    Ids too far apart for that are kept in a sorted array; only a damaged or made-up dump has them.
    """

    def __init__(self, least: int, marks: NDArray[np.bool_] | None, ids: NDArray[np.int64]) -> None:
        self._least = least
        self._marks = marks
        self._ids = ids
        self.n_distinct = len(ids) if marks is None else int(np.count_nonzero(marks))
        self.n_places = len(ids) if marks is None else len(marks)

    @classmethod
    def of(cls, folder: Path) -> _Ids:
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

    def places_of(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of those values that are ids."""
        if self._marks is None:
            places = np.minimum(np.searchsorted(self._ids, values), len(self._ids) - 1)
            return places[self._ids[places] == values]
        greatest = self._least + len(self._marks) - 1
        near = values[(values >= self._least) & (values <= greatest)] - self._least
        return near[self._marks[near]]

    def count_known(self, folder: Path, column: str) -> tuple[int, int]:
        """Count the values of a column, and those of them that are ids."""
        n = n_known = 0
        for values in _numbers(folder, column):
            n += len(values)
            n_known += len(self.places_of(values))
        return n, n_known


def _numbers(folder: Path, column: str) -> Iterator[NDArray[np.int64]]:
    """Values of a column that are not null, some at a time, in the order of the dump."""
    for batch in _batches(folder, [column]):
        values, is_valid = _values(batch, column)
        if is_valid.any():
            yield values[is_valid]


def _batches(folder: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(_BATCH_ROWS, columns=columns)
