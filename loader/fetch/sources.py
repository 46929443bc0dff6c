"""Which source a user means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loader.fetch.archive_org import OFFICIAL_ITEM, ArchiveOrgItem, item_dated, item_of
from loader.fetch.web_folder import WebFolder

if TYPE_CHECKING:
    from loader.fetch.remote import Source
    from loader.fetch.web import Web


def open_source(web: Web, name: str | None = None, date: str | None = None) -> Source:
    """Return a source of dumps.

    Parameters
    ----------
    web : Web
        Asks the servers.
    name : str, optional
        An item of archive.org (``stackexchange_20240930``), an address there, or the address of
        a folder on the web; without it, the item that Stack Exchange filled.
    date : str, optional
        In place of a name: ``latest``, or the date of a dump as far as it is known (``2024-09``).

    Raises
    ------
    FetchError
        When there is none.
    """
    if name is None and date is not None:
        return ArchiveOrgItem(item_dated(date, web), web)
    name = OFFICIAL_ITEM if name is None else name
    if not name.lower().startswith(("http://", "https://")):
        return ArchiveOrgItem(name, web)
    item = item_of(name)
    return ArchiveOrgItem(item, web) if item is not None else WebFolder(name, web)
