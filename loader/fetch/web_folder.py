"""A folder on the web as a source: a mirror with or without a list of its files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from loader.errors import FetchError
from loader.fetch.checksums import checksums
from loader.fetch.names import ArchiveName, all_tables, archive_file, archive_named
from loader.fetch.remote import RemoteFile, select
from loader.fetch.web import host, status

if TYPE_CHECKING:
    import requests

    from loader.fetch.names import Wanted
    from loader.fetch.web import Web

_SUMS: Final = re.compile(
    r"(?:(?:sha512|sha256|sha1|md5)(?:sums?)?|checksums?)(?:\.txt)?", re.IGNORECASE
)
_SIDECAR: Final = re.compile(r"\.(?:sha512|sha256|sha1|md5)", re.IGNORECASE)
_DATE: Final = re.compile(
    r"\b(?:(?P<iso>\d{4}-\d\d-\d\d[ T]\d\d:\d\d)|(?P<day>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d))"
    r"(?::\d\d)?"
)
_SIZE: Final = re.compile(r"(?:^|\s)(\d+(?:\.\d+)?)\s?([KMGT]?)i?B?(?:\s|$)")
_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class WebFolder:
    """A folder of archives at an address.

    What its index says of a file's size and date is shown to users and not relied on: every server
    writes it in another way. Lists of hashes (``SHA256SUMS``, ``beer.stackexchange.com.7z.sha256``)
    are read where the index shows them.

    Parameters
    ----------
    address : str
        Its address; the archives lie directly in it.
    web : Web
        Asks the servers.

    Raises
    ------
    FetchError
        When the address cannot be one.
    """

    def __init__(self, address: str, web: Web) -> None:
        try:
            parts = urlsplit(address)
            is_folder = parts.hostname and parts.port != 0 and not parts.query + parts.fragment
        except ValueError:
            is_folder = False
        if not is_folder:
            raise FetchError(
                f"{address}: not a folder's address, such as https://example.org/dumps/"
            )
        if parts.username is not None:
            raise FetchError(
                f"{host(address)}: leave name and password out of the address, and put them into"
                " .netrc: addresses are shown and kept"
            )
        self._address = address if address.endswith("/") else f"{address}/"
        self._web = web
        self._links: dict[str, str] = {}
        self._files: list[RemoteFile] | None = None
        self._is_read = False

    @property
    def label(self) -> str:
        """A name fit for a folder."""
        parts = urlsplit(self._address)
        words = re.sub(r"[^a-z0-9.]+", "-", f"{host(self._address)}{parts.path}".lower())
        return words.strip("-.")[:100]

    @property
    def title(self) -> str:
        """What messages call it."""
        return self._address

    def files(self) -> list[RemoteFile]:
        """List its archives, by name.

        Raises
        ------
        FetchError
            When it cannot be reached, or has no index.
        """
        files = self._index()
        if files is None:
            raise FetchError(
                f"{self.title}: has no list of archives; name a site to fetch, or another --source"
            )
        return files

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the archives that make up what is wanted, also from a folder without an index."""
        files = self._index()
        if files is not None:
            chosen = select(files, wanted, self.title)
            return [self._with_size(self._with_sidecar(file)) for file in chosen]
        for site in wanted.candidates():
            files = self._guess(site)
            if files:
                return select(files, wanted, self.title)
        tried = ", ".join(archive_file(site, None) for site in wanted.candidates())
        raise FetchError(
            f"{self.title}: has no list of archives, and none of {tried}; check the address"
        )

    def _index(self) -> list[RemoteFile] | None:
        """Read the index, once; None where there is none."""
        if not self._is_read:
            self._files = self._read()
            self._is_read = True
        return self._files

    def _read(self) -> list[RemoteFile] | None:
        page = self._web.page(self._address)
        if page.status in {401, 403, 404, 405} or (page.status == 200 and "html" not in page.kind):
            return None
        if page.status != 200:
            raise FetchError(f"{self.title}: answers {page.status}; check the address")
        self._links = _links(page.text, page.url)
        files = [
            file
            for address, said in self._links.items()
            if (file := _file(address, said)) is not None
        ]
        if not files:
            return None
        files = list({file.name: file for file in files}.values())
        for address in self._links:
            if _SUMS.fullmatch(_last(address)):
                files = self._with_sums(files, address)
        return sorted(files, key=lambda file: file.name)

    def _with_sums(self, files: list[RemoteFile], address: str) -> list[RemoteFile]:
        sums = self._sums(address)
        return [replace(file, hashes={**file.hashes, **sums.get(file.name, {})}) for file in files]

    def _with_sidecar(self, file: RemoteFile) -> RemoteFile:
        """Add the hash that lies beside a file under its name."""
        for address in self._links:
            name = _last(address)
            if name.startswith(file.name) and _SIDECAR.fullmatch(name[len(file.name) :]):
                sums = self._sums(address)
                found = sums.get(file.name) or sums.get("") or {}
                file = replace(file, hashes={**file.hashes, **found})
        return file

    def _sums(self, address: str) -> dict[str, dict[str, str]]:
        page = self._web.page(address)
        if page.status != 200:
            raise FetchError(f"{address}: the hashes cannot be read: answers {page.status}")
        return checksums(page.text)

    def _with_size(self, file: RemoteFile) -> RemoteFile:
        """Add what the server says of a file, where it says anything."""
        answer = self._ask(file.url)
        if answer is None:
            return file
        if answer.status_code in {404, 410}:
            raise FetchError(f"{file.url}: {status(answer)}, though {self.title} lists it")
        if answer.status_code != 200:
            return file
        changed = _changed(answer) or file.modified_at
        return replace(file, n_bytes=_length(answer), modified_at=changed)

    def _guess(self, site: str) -> list[RemoteFile]:
        """Ask for the archives that a site may have."""
        found = []
        for table in (None, *all_tables()):
            name = ArchiveName(site, table)
            address = urljoin(self._address, name.file_name)
            answer = self._ask(address)
            if answer is None:
                raise FetchError(f"{self.title}: has no list of archives, and tells nothing of one")
            if answer.status_code != 200 or "html" in answer.headers.get("Content-Type", ""):
                continue
            found.append(RemoteFile(name, address, _length(answer), None, _changed(answer)))
            if table is None:
                break
        return found

    def _ask(self, address: str) -> requests.Response | None:
        """Ask about a file; None where the server does not take such questions."""

        def attempt() -> requests.Response:
            answer = self._web.open(address, {"Accept-Encoding": "identity"}, "HEAD")
            answer.close()
            return answer

        answer = self._web.look_up.run(attempt, self._web.on_wait)
        return None if answer.status_code in {405, 501} else answer


def _links(text: str, base: str) -> dict[str, str]:
    """Find the links of a page that stay in its folder, and the text that follows each."""
    try:
        page = html.fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    for link in page.iter("a"):
        try:
            address = urljoin(base, link.get("href") or "")
            parts, home = urlsplit(address), urlsplit(base)
        except ValueError:
            continue
        if (*parts[:2], _folder(parts.path)) != (*home[:2], _folder(home.path)):
            continue  # climbs out, or leads elsewhere
        if _last(address) and not parts.query and not parts.fragment:
            row = link.xpath("ancestor::tr[1]")
            said = " ".join(row[0].itertext()) if row else link.tail or ""
            found.setdefault(address, said.replace(link.text or "", " "))
    return found


def _folder(path: str) -> str:
    return f"{path.rpartition('/')[0]}/"


def _last(address: str) -> str:
    return unquote(urlsplit(address).path.rpartition("/")[2])


def _file(address: str, said: str) -> RemoteFile | None:
    archive = archive_named(_last(address))
    if archive is None:
        return None
    dated = _DATE.search(said)
    size = _SIZE.search(_DATE.sub(" ", said))
    about = round(float(size[1]) * 1024 ** _POWERS[size[2]]) if size else None
    return RemoteFile(archive, address, None, about, _moment(dated) if dated else None)


def _moment(dated: re.Match[str]) -> datetime | None:
    form = "%Y-%m-%d %H:%M" if dated["iso"] else "%d-%b-%Y %H:%M"
    text = (dated["iso"] or dated["day"]).replace("T", " ")
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _length(answer: requests.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) or None if text.isascii() and text.isdigit() else None


def _changed(answer: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["Last-Modified"])
    except (KeyError, ValueError):
        return None
