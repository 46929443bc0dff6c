"""The authors' package: where its files are, in zip archives or unpacked.

Chen et al. (https://doi.org/10.1145/3368089.3409759) published two archives, which unpack to::

    Deployment-related Posts/dl_server_post.txt, dl_mobile_post.txt, dl_browser_post.txt
    Results/RQ1/post_trend.csv, user_trend.csv
    Results/RQ2/response_time.xlsx
    Results/RQ3/category.xlsx

They were packed on a Mac, which added `__MACOSX`, `._` files and `.DS_Store`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from analyses.common.spreadsheets import read_sheets
from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO, Any

POSTS: Final = "Deployment-related Posts"
RESULTS: Final = "Results"

BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a way of packing that Python does not know
    RuntimeError,  # a password
)
"""What reading from a damaged archive raises, or from one that is not as it was published."""

_SKIPPED: Final = frozenset({"__MACOSX", ".git", ".DS_Store"})


@dataclass(frozen=True)
class Topic:
    """How the package names a topic set.

    Attributes
    ----------
    question_set : str
        The set's name here.
    posts : str
        File of its questions.
    sheet : str
        Its sheet in ``category.xlsx``, and its line in the trends.
    """

    question_set: str
    posts: str
    sheet: str


TOPICS: Final = (
    Topic("server_cloud", "dl_server_post.txt", "server"),
    Topic("mobile", "dl_mobile_post.txt", "mobile"),
    Topic("browser", "dl_browser_post.txt", "browser"),
)
FILES: Final = {
    **{topic.posts: POSTS for topic in TOPICS},
    "post_trend.csv": RESULTS,
    "user_trend.csv": RESULTS,
    "response_time.xlsx": RESULTS,
    "category.xlsx": RESULTS,
}
"""Every file that is read, and the archive or folder that holds it."""


@dataclass(frozen=True)
class Member:
    """A file of the package.

    Attributes
    ----------
    path : Path
        The file, or the archive that holds it.
    inside : str or None
        Name within the archive.
    """

    path: Path
    inside: str | None = None

    def __str__(self) -> str:
        """Where it is, for messages."""
        return f"{self.path}: {self.inside}" if self.inside else str(self.path)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open it for reading, also out of an archive.

        Raises
        ------
        PackageError
            When it cannot be opened, or turns out to be damaged while it is read.
        """
        try:
            if self.inside is None:
                with self.path.open("rb") as file:
                    yield file
            else:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.inside) as file:
                    yield file
        except BROKEN as error:
            raise PackageError(f"{self}: is damaged ({error}); get the package again") from error
        except OSError as error:
            raise PackageError(f"{self}: cannot be read ({error.strerror or error})") from error

    def read(self) -> bytes:
        """Return the whole content."""
        with self.open() as file:
            return file.read()

    def read_sheets(self, names: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of sheets of an xlsx, see `analyses.common.spreadsheets.read_sheets`."""
        return read_sheets(io.BytesIO(self.read()), names, str(self), PackageError)


Package = dict[str, Member]
"""The files of a package by the names in `FILES`."""


def find_package(folder: Path) -> Package:
    """Find the files of a package.

    Parameters
    ----------
    folder : Path
        A folder or a clone that holds the two archives, or the folders that they unpack to, at
        any depth.

    Returns
    -------
    Package
        A folder higher up goes before a deeper one, and beside each other an unpacked folder before
        an archive.

    Raises
    ------
    PackageError
        When a file is missing, or an archive is damaged.
    """
    if not folder.is_dir():
        kind = "is not a folder" if folder.exists() else "no such folder"
        raise PackageError(
            f"{folder}: {kind}; give the folder that holds"
            f" `{POSTS}.zip` and `{RESULTS}.zip` of the authors"
        )
    members: dict[str, Member] = {}
    for part in (POSTS, RESULTS):
        found = _members_of(_find(folder, part))
        for name in (name for name, home in FILES.items() if home == part):
            if name not in found:
                raise PackageError(f"{_find(folder, part)}: holds no {name}; get the package again")
            members[name] = found[name]
    return members


def _find(folder: Path, part: str) -> Path:
    places = [
        path
        for pattern in (part, f"{part}.zip")
        for path in folder.rglob(pattern)
        if not _SKIPPED.intersection(path.relative_to(folder).parts)
        and path.is_dir() is (pattern == part)
    ]
    if not places:
        raise PackageError(
            f"{folder}: neither `{part}.zip` nor a folder `{part}` is in it;"
            " give the folder that holds the authors' two archives"
        )
    return min(places, key=lambda path: (len(path.parts), path.suffix == ".zip", path))


def _members_of(home: Path) -> dict[str, Member]:
    """Return the files of an archive or a folder by their last name, without those a Mac added."""
    if home.is_dir():
        paths = {path.relative_to(home).as_posix(): path for path in home.rglob("*")}
        members = {name: Member(path) for name, path in paths.items() if path.is_file()}
    else:
        try:
            with zipfile.ZipFile(home) as archive:
                names = [one.filename for one in archive.infolist() if not one.is_dir()]
        except BROKEN as error:
            raise PackageError(
                f"{home}: is not a whole zip archive ({error}); get the package again"
            ) from error
        except OSError as error:
            raise PackageError(f"{home}: cannot be read ({error.strerror or error})") from error
        members = {name: Member(home, name) for name in names}
    return {
        PurePosixPath(name).name: member
        for name, member in sorted(members.items(), reverse=True)
        if not _SKIPPED.intersection(PurePosixPath(name).parts)
        and not PurePosixPath(name).name.startswith("._")
    }
