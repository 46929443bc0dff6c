"""Every error that stackstudy raises on purpose.

The command line prints one as a single line and exits with code 1; anything else that
escapes is a defect::

    StackstudyError
    ├── LoaderError               a dump cannot be loaded
    │   ├── NotADumpError         a file is no table of a dump (a feed, a pointer, empty)
    │   ├── TruncatedError        a file ends before its table does
    │   ├── RowError              a row is not well-formed, or a value does not fit
    │   └── ArchiveError          an archive cannot be read
    ├── FetchError                a dump cannot be fetched
    ├── StoreError                the data folder cannot be read or written
    ├── SampleError               a synthetic dump cannot be written where it was asked for
    ├── PackageError              a published replication package cannot be used
    ├── ReportError               a figure cannot be drawn: no browser, or it fails
    ├── StudyError                a study folder cannot be used: one line per slip
    ├── LabellingError            a draw or a rater's sheet cannot be used
    ├── ExportError               files cannot be written where they were asked for
    └── WarehouseError            the database is absent, locked, or lacks what was asked for
        └── BuildError            dbt could not build the models
"""

from __future__ import annotations


def on_one_line(text: str) -> str:
    """Return a text fit to show: names in a dump may hold line ends or control characters."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one == "\xa0" else one.encode("unicode_escape").decode()
        for one in text
    )


class StackstudyError(Exception):
    """Base of all errors a user can mend; one line names what, where and the cure."""

    def __str__(self) -> str:
        """Return one line, whatever the names in it hold."""
        return on_one_line(super().__str__())


class LoaderError(StackstudyError):
    """A dump cannot be loaded."""


class NotADumpError(LoaderError):
    """A file is not a table of a Stack Exchange data dump."""


class TruncatedError(LoaderError):
    """A file ends before its table does."""


class RowError(LoaderError):
    """A row is not well-formed, or holds a value that its column cannot hold."""


class ArchiveError(LoaderError):
    """An archive cannot be read."""


class FetchError(StackstudyError):
    """A dump cannot be fetched: its source lacks it, cannot be reached, or sends another."""


class StoreError(StackstudyError):
    """The data folder cannot be read or written."""


class SampleError(StackstudyError):
    """A synthetic dump cannot be written as or where it was asked for."""


class PackageError(StackstudyError):
    """A published replication package is incomplete, or holds something unexpected."""


class StudyError(StackstudyError):
    """A study folder, or a file of it, cannot be used.

    Parameters
    ----------
    *slips : str
        One line for each slip: file, place, value and cure.

    Attributes
    ----------
    slips : tuple of str
    """

    def __init__(self, *slips: str) -> None:
        super().__init__(*slips)
        self.slips = slips

    def __str__(self) -> str:
        """Return one line per slip, whatever the names in it hold."""
        return "\n".join(on_one_line(slip) for slip in self.slips)


class LabellingError(StackstudyError):
    """A draw, a rater's sheet or a taxonomy cannot be used."""


class ExportError(StackstudyError):
    """An export cannot be written where it was asked for."""


class ReportError(StackstudyError):
    """A figure of the report cannot be drawn."""


class WarehouseError(StackstudyError):
    """The database is absent, locked, or lacks what was asked for."""


class BuildError(WarehouseError):
    """The models could not be built."""
