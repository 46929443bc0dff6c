"""The sources of a dump's tables: files, and members of archives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A table's file, or member of an archive; or an archive inside of another.

    Attributes
    ----------
    path : Path
        The file on disk to read.
    member : str or None
        Name inside the archive; None for a plain file.
    n_bytes : int
        Size of its XML.
    site : str
        Its site.
    table : str or None
        Which table; None for an archive's member that only its root element can tell.
    is_claimed : bool
        Whether its name is a table's, so that any other content is an error.
    origin : Path or None
        The archive that was given, where the table is in an archive inside of it; ``path`` is then
        the inner archive, unpacked for the load.
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
        """The file that was given, or found in a given folder."""
        return self.origin or self.path

    @property
    def name(self) -> str:
        """The file, for messages."""
        return str(self.file) if self.member is None else f"{self.file}: {self.member}"


@dataclass
class Dump:
    """A dump: its sources, and what is left out.

    Attributes
    ----------
    sources : list of Source
        In the order found.
    left_out : list of str
        Lines about files that look like parts of the dump and are not loaded.
    names : dict of str to str
        The name from which each site was read, where nobody gave the site.
    nested : list of Source
        Archives inside of archives, whose content is known only after unpacking.
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
