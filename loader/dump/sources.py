"""What there is to load: files, and members of archives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A file, or a member of an archive, that holds a table; or an archive inside of one.

    Attributes
    ----------
    path : Path
        The file on disk that is read.
    member : str or None
        Name inside the archive; None for a plain file.
    n_bytes : int
        Size of its XML.
    site : str
        Whose table it is.
    table : str or None
        Which table; None for an archive's member whose name does not say it: its root element will.
    is_claimed : bool
        Whether its name says that it is a table, so that anything else in it is an error.
    origin : Path or None
        The archive that was given, where the table is in an archive inside of it; ``path`` is then
        that inner archive, unpacked for the time of the load.
    packed_name : str or None
        Name in ``path``, where that is not ``member``.
    """

    path: Path
    member: str | None
    n_bytes: int
    site: str
    table: str | None = None
    is_claimed: bool = False
    origin: Path | None = None
    packed_name: str | None = None

    @property
    def file(self) -> Path:
        """The file that was given, or found in a folder that was."""
        return self.origin or self.path

    @property
    def name(self) -> str:
        """The file, for messages."""
        return str(self.file) if self.member is None else f"{self.file}: {self.member}"


@dataclass
class Dump:
    """What there is to load.

    Attributes
    ----------
    sources : list of Source
        In the order found.
    left_out : list of str
        Lines about files that look like a part of the dump and are not loaded.
    names : dict of str to str
        Site, and the name it was read from (for sites that nobody named).
    nested : list of Source
        Archives inside of archives, which must be unpacked before anybody knows what they hold.
    """

    sources: list[Source] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    nested: list[Source] = field(default_factory=list)

    @property
    def sites(self) -> list[str]:
        """Sites, in the order found."""
        sites = [one.site for one in self.sources] + [one.site for one in self.nested]
        return list(dict.fromkeys(sites))
