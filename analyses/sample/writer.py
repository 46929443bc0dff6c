"""Writing a sample: its files whole or not at all, and never over somebody's real data."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from analyses.sample.coding import Beside, coding, is_ours
from analyses.sample.official import MARK, TableFile
from analyses.sample.shape import DEFAULT_UNTIL, SITE, strata
from analyses.sample.site import Site
from loader.errors import SampleError
from loader.schemas import BY_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES: Final = (
    "Posts", "Users", "Votes", "Comments", "Badges", "PostHistory", "PostLinks", "Tags",
)  # fmt: skip
MOST_QUESTIONS: Final = 100_000_000
"""Beyond this, post ids would reach those of fabricated posts."""

_FIRST_UNTIL: Final = datetime(2009, 1, 1, tzinfo=UTC)
_LAST_UNTIL: Final = datetime(2040, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SampleReport:
    """What was written.

    Attributes
    ----------
    folder : str
        The dump's folder.
    seed, n_questions : int
        As asked for.
    until : str
        The snapshot date.
    n_bytes : int
        Size of all files.
    n_rows : dict of str to int
        Rows by file name.
    labels, decisions : str
        The files beside the folder, of what people would make of the questions.
    n_labels, n_decisions : int
        Their lines.
    """

    folder: str
    seed: int
    n_questions: int
    until: str
    n_bytes: int
    n_rows: dict[str, int]
    labels: str
    decisions: str
    n_labels: int
    n_decisions: int

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


def write_sample(  # noqa: PLR0913 - the options of the command
    folder: Path,
    *,
    n_questions: int = 20_000,
    seed: int = 1,
    until: datetime = DEFAULT_UNTIL,
    force: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> SampleReport:
    """Write a synthetic data dump.

    Parameters
    ----------
    folder : Path
        The dump's folder; its name is the site's name and ends in ``sample.stackstudy``.
    n_questions : int
        How many questions, in [1, 100,000,000]; everything else follows.
    seed : int
        Same seed, same bytes.
    until : datetime
        The snapshot date (UTC): everything is older. In [2009-01-01, 2040-01-01].
    force : bool
        Write over a sample that is there already.
    progress : callable
        Called with the number of questions so far.

    Returns
    -------
    SampleReport
        Where, how many rows, how many bytes.

    Raises
    ------
    SampleError
        When the folder cannot be used, or an argument is out of bounds.
    """
    if not 1 <= n_questions <= MOST_QUESTIONS:
        raise SampleError(
            f"--questions {n_questions}: a sample has 1 to {MOST_QUESTIONS:,} questions; "
            "choose a number in between"
        )
    if not _FIRST_UNTIL <= until <= _LAST_UNTIL:
        raise SampleError(
            f"--until {until:%Y-%m-%d}: a snapshot lies between {_FIRST_UNTIL:%Y-%m-%d} "
            f"and {_LAST_UNTIL:%Y-%m-%d}; choose a date in between"
        )
    _check(folder, force=force)
    beside = Beside.of(folder)
    for path in (beside.labels, beside.decisions):
        if path.exists() and not is_ours(path):
            raise SampleError(
                f"{path}: somebody has written in it, and it is not overwritten;"
                " move it away, or choose another folder"
            )
    comment = f"{MARK}, seed {seed}; not from any real site"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables = {name: TableFile(folder / f"{name}.xml", comment) for name in TABLES}
        try:
            with ExitStack() as stack:
                coded = stack.enter_context(coding(folder, seed))
                for table in tables.values():
                    stack.enter_context(table)
                site = Site(
                    strata(), n_questions, seed=seed, until=until, files=tables, coding=coded
                )
                site.live(progress)
            for table in tables.values():
                table.part.replace(table.path)
        finally:
            for table in tables.values():
                table.part.unlink(missing_ok=True)
    except OSError as error:
        raise SampleError(
            f"{error.filename or folder}: cannot be written: {error.strerror}; "
            "choose another folder, or make room"
        ) from error
    return SampleReport(
        str(folder),
        seed,
        n_questions,
        f"{until:%Y-%m-%d}",
        sum(table.n_bytes for table in tables.values()),
        {name: table.n_rows for name, table in tables.items()},
        str(beside.labels),
        str(beside.decisions),
        coded.n_labels,
        coded.n_decisions,
    )


def _check(folder: Path, *, force: bool) -> None:
    if not folder.name.endswith(SITE):
        raise SampleError(
            f"{folder}: the folder's name is the site's name, and must end in {SITE} so that "
            f"nobody takes it for a real site; try {folder / SITE}"
        )
    if folder.exists() and not folder.is_dir():
        raise SampleError(f"{folder}: is a file, not a folder; choose another folder")
    if not folder.is_dir():
        return
    try:
        present = sorted(folder.iterdir())
    except OSError as error:
        raise SampleError(
            f"{folder}: cannot be read: {error.strerror}; choose another folder"
        ) from error
    if present and not force:
        raise SampleError(
            f"{folder}: is not empty; choose another folder, or write over the sample in it "
            "with --force"
        )
    for path in present:
        if path.suffix.lower() == ".xml" and path.stem.lower() in BY_ROOT and not _is_sample(path):
            raise SampleError(
                f"{path}: was not written by stackstudy sample and is not overwritten; "
                "choose another folder"
            )


def _is_sample(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(1024)
    except OSError:
        return False
