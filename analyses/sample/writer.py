"""Writing a sample: its files whole or not at all, and never in place of somebody's real data."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from analyses.sample.chance import Chance
from analyses.sample.crowd import Crowd
from analyses.sample.official import MARK, TableFile
from analyses.sample.people import People
from analyses.sample.posts import PostTables
from analyses.sample.shape import DEFAULT_UNTIL, SITE, strata
from analyses.sample.study import STUDY, check_study, write_study
from analyses.sample.threads import plan_threads
from analyses.sample.wording import Wording
from loader.dump.folders import site_named
from loader.errors import SampleError
from loader.schemas import BY_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

TABLES: Final = (
    "Posts", "Users", "Votes", "Comments", "Badges", "PostHistory", "PostLinks", "Tags",
)  # fmt: skip
MOST_QUESTIONS: Final = 10_000_000
"""Each takes up to a kilobyte of memory."""

_FIRST_UNTIL: Final = datetime(2009, 1, 1, tzinfo=UTC)
_LAST_UNTIL: Final = datetime(2040, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SampleReport:
    """What was written.

    Attributes
    ----------
    folder, study : Path
        The dump's folder, and that of the study beside it.
    n_bytes : int
        Size of the dump's files.
    n_rows, n_lines : dict of str to int
        Rows by table, and lines by file of the study.
    """

    folder: Path
    study: Path
    n_bytes: int
    n_rows: dict[str, int]
    n_lines: dict[str, int]


def write_sample(  # noqa: PLR0913 - the options of the command
    folder: Path,
    *,
    n_questions: int = 20_000,
    seed: int = 1,
    until: datetime = DEFAULT_UNTIL,
    decide: bool = False,
    force: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> SampleReport:
    """Write a synthetic data dump, and a study of it beside it.

    Parameters
    ----------
    folder : Path
        The dump's folder; its name is the site's name and ends in ``sample.stackstudy``.
    n_questions : int
        How many questions, in [1, 10,000,000]; everything else follows.
    seed : int
        Same seed, same bytes.
    until : datetime
        The snapshot date (UTC): everything is older. In [2009-01-01, 2040-01-01].
    decide : bool
        Also give the study decisions about the browser candidates.
    force : bool
        Overwrite an existing sample, and its study.
    progress : callable
        Called with the number of questions so far.

    Returns
    -------
    SampleReport
        The folders, and the numbers of rows and bytes.

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
    study = folder.parent / STUDY
    check_study(study, force=force)
    comment = f"{MARK}, seed {seed}; not from any real site"
    tables = {name: TableFile(folder / f"{name}.xml", comment) for name in TABLES}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for table in tables.values():
                stack.enter_context(table)
            posts = _write(tables, n_questions, seed, until, progress)
        for table in tables.values():
            table.part.replace(table.path)
        site = site_named(folder.name) or folder.name
        n_lines = write_study(study, posts, site, seed, decide=decide)
    except OSError as error:
        raise SampleError(
            f"{error.filename or folder}: cannot be written: {error.strerror}; "
            "choose another folder, or make room"
        ) from error
    finally:
        for table in tables.values():
            if table.part.is_file():
                table.part.unlink()
    n_rows = {name: table.n_rows for name, table in tables.items()}
    n_bytes = sum(table.n_bytes for table in tables.values())
    return SampleReport(folder, study, n_bytes, n_rows, n_lines)


def _write(
    tables: Mapping[str, TableFile],
    n_questions: int,
    seed: int,
    until: datetime,
    progress: Callable[[int], None],
) -> NDArray:
    """Write all tables, and return the posts."""
    kinds, until_ms = strata(), int(until.timestamp() * 1000)
    chance, rng = Chance(seed), Random(seed)  # noqa: S311 - reproducible chance is wanted
    posts = plan_threads(kinds, n_questions, until, chance)
    people = People(posts, kinds, until_ms, chance)
    crowd = Crowd(posts, people, kinds, until_ms, chance)
    people.register()
    wording = Wording(rng)
    PostTables(tables, wording, rng).write(posts, people, [one.name for one in kinds], progress)
    crowd.write_comments(tables["Comments"], wording)
    crowd.write_votes(tables["Votes"])
    crowd.write_badges(tables["Badges"])
    crowd.write_links(tables["PostLinks"])
    people.write(tables["Users"], rng)
    return posts


def _check(folder: Path, *, force: bool) -> None:
    """Refuse a folder with another name, or with files of somebody else."""
    if not folder.name.endswith(SITE):
        raise SampleError(
            f"{folder}: the folder's name is the site's name, and must end in {SITE} so that "
            f"nobody takes it for a real site; try {folder / SITE}"
        )
    if folder.exists() and not folder.is_dir():
        raise SampleError(f"{folder}: is a file, not a folder; choose another folder")
    try:
        present = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise SampleError(
            f"{folder}: cannot be read: {error.strerror}; choose another folder"
        ) from error
    if present and not force:
        raise SampleError(
            f"{folder}: is not empty; choose another folder, or overwrite the sample in it "
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
