"""A folder on the web as a source: a mirror, with or without an index."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from loader.errors import FetchError
from loader.fetch.names import SPELLED, ArchiveName, archive_named
from loader.fetch.sources import RemoteFile, Source, checksums, select
from loader.fetch.web import host
from loader.sites import likely_sites

if TYPE_CHECKING:
    from loader.fetch.names import Wanted
    from loader.fetch.web import Answer, Web

_HASH: Final = r"(?:sha512|sha256|sha1|md5)"
_SUMS: Final = re.compile(rf"(?:{_HASH}(?:sums?)?|checksums?)(?:\.txt)?", re.IGNORECASE)
_DATE: Final = re.compile(r"\b(\d{4}-\d\d-\d\d|\d\d-[A-Z][a-z]{2}-\d{4})[ T]\d\d:\d\d(?::\d\d)?")
_SIZE: Final = re.compile(r"(?:^|\s)(\d+(?:\.\d+)?)\s?([KMGT]?)i?B?(?:\s|$)")


class WebFolder(Source):
    """A folder of archives at an address.

    Sizes and dates in its index are shown to users and not relied on: every server writes them in
    another way. Lists of hashes (``SHA256SUMS``, ``beer.stackexchange.com.7z.sha256``)
    are read where the index shows them.
    """

    def __init__(self, address: str, web: Web) -> None:
        parts = None
        with suppress(ValueError):
            parts = urlsplit(address)
        if parts is None or not parts.hostname or parts.query or parts.fragment:
            raise FetchError(
                f"{address}: not a folder's address, such as https://example.org/dumps/"
            )
        if parts.username is not None:
            raise FetchError(
                f"{host(address)}: leave name and password out of the address, and put them into"
                " .netrc: addresses are shown and kept"
            )
        self.title = address if address.endswith("/") else f"{address}/"
        words = re.sub(r"[^a-z0-9.]+", "-", f"{parts.netloc}{parts.path}".lower())
        self.label = words.strip("-.")[:100]
        self._web = web
        self._links: dict[str, str] | None = None

    def files(self) -> list[RemoteFile]:
        """List its archives by name."""
        links = self._index()
        files = {file.name: file for one, said in links.items() if (file := _file(one, said))}
        if not files:
            raise FetchError(
                f"{self.title}: has no list of archives; name a site to fetch, or another --source"
            )
        for address in links:
            sums = self._sums(address) if _SUMS.fullmatch(_last(address)) else {}
            for name in files.keys() & sums.keys():
                files[name] = replace(files[name], hashes={**files[name].hashes, **sums[name]})
        return [file for _, file in sorted(files.items())]

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the archives that make up what is wanted, also from a folder without an index."""
        if any(_file(one, "") for one in self._index()):
            return [self._asked(file) for file in select(self.files(), wanted, self.title)]
        sites = likely_sites(wanted.site)
        files = next(filter(None, map(self._guess, sites)), [])
        if not files:
            tried = ", ".join(ArchiveName(site, None).file_name for site in sites)
            raise FetchError(
                f"{self.title}: has no list of archives, and none of {tried}; check the address"
            )
        return select(files, wanted, self.title)

    def _index(self) -> dict[str, str]:
        """Read the links of its index, once; an empty list without an index."""
        if self._links is None:
            page = self._web.page(self.title)
            if page.status not in {200, 401, 403, 404, 405}:
                raise FetchError(f"{self.title}: answers {page.status}; check the address")
            is_index = page.status == 200 and "html" in page.kind
            self._links = _links(page.body, page.url) if is_index else {}
        return self._links

    def _sums(self, address: str) -> dict[str, dict[str, str]]:
        page = self._web.page(address)
        if page.status != 200:
            raise FetchError(f"{address}: the hashes cannot be read: answers {page.status}")
        return checksums(page.body.decode("utf-8", errors="replace"))

    def _asked(self, file: RemoteFile) -> RemoteFile:
        """Add a file's hash from the file beside it, and its server's answer about it."""
        for address in self._index():
            if re.fullmatch(rf"{re.escape(file.name)}\.{_HASH}", _last(address), re.IGNORECASE):
                sums = self._sums(address)
                found = sums.get(file.name) or sums.get("") or {}
                file = replace(file, hashes={**file.hashes, **found})
        answer = self._web.head(file.url)
        if answer.status in {404, 410}:
            raise FetchError(f"{file.url}: {answer.reason}, though {self.title} lists it")
        return _described(file, answer) if answer.status == 200 else file

    def _guess(self, site: str) -> list[RemoteFile]:
        """Ask the server for the usual archives of a site."""
        found: list[RemoteFile] = []
        for table in (None, *SPELLED):
            name = ArchiveName(site, table)
            file = RemoteFile(name, urljoin(self.title, name.file_name))
            answer = self._web.head(file.url)
            if answer.status in {405, 501}:
                raise FetchError(f"{self.title}: has no list of archives, and tells nothing of one")
            if answer.status == 200 and "html" not in answer.headers.get("Content-Type", ""):
                found.append(_described(file, answer))
                if table is None:
                    break
        return found


def _links(body: bytes, base: str) -> dict[str, str]:
    """Find a page's links within its folder, with the text beside each."""
    found: dict[str, str] = {}
    try:
        page = html.fromstring(body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return found
    for link in page.iter("a"):
        with suppress(ValueError):
            address = urljoin(base, link.get("href") or "")
            is_inside = address.rpartition("/")[0] == base.rpartition("/")[0]
            if is_inside and _last(address) and not re.search("[?#]", address):
                row = link.xpath("ancestor::tr[1]")
                said = " ".join(row[0].itertext()) if row else link.tail or ""
                found.setdefault(address, said.replace(link.text or "", " "))
    return found


def _last(address: str) -> str:
    return unquote(urlsplit(address).path.rpartition("/")[2])


def _file(address: str, said: str) -> RemoteFile | None:
    """Read a line of an index; return None unless it is an archive's."""
    archive = archive_named(_last(address))
    dated = _DATE.search(said)
    size = _SIZE.search(_DATE.sub(" ", said))
    about = round(float(size[1]) * 1024 ** " KMGT".index(size[2] or " ")) if size else None
    date = dated[1] if dated else ""
    if archive is None:
        return None
    return RemoteFile(archive, address, about_bytes=about, date=date)


def _described(file: RemoteFile, answer: Answer) -> RemoteFile:
    """Add a server's answer about a file; some give a length of 0, which no archive has."""
    length = answer.headers.get("Content-Length", "")
    n_bytes = int(length) or None if re.fullmatch(r"[0-9]{1,18}", length) else None
    return replace(file, n_bytes=n_bytes, validator=answer.validator)
