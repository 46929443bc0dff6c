"""Names of sites: as people type them, in dumps, and on the web.

A dump keeps the name under which a site began: beer.stackexchange.com is alcohol.stackexchange.com
today. Sources: the aliases in https://api.stackexchange.com/docs/sites, and
https://github.com/openzim/zim-requests/issues/1608, which followed each of them in 2025.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

RENAMED: Final = {
    "avp": "video",
    "beer": "alcohol",
    "cogsci": "psychology",
    "health": "medicalsciences",
    "materials": "mattermodeling",
    "moderators": "communitybuilding",
    "programmers": "softwareengineering",
    "ui": "ux",
    "writers": "writing",
}
"""Sites of stackexchange.com: the first word of their name in dumps (of some in older ones only),
and of their name on the web."""

_ENDINGS: Final = ("", ".com", ".net", ".stackexchange.com")
"""Endings that people leave out of a site's name, in the order tried."""

_META: Final = re.compile(r"meta\.([a-z0-9-]+)\.(stackexchange|stackoverflow)\.com")
"""How dumps to 2017 call a site's meta: meta.beer.stackexchange.com."""

_PARTS: Final = re.compile(r"([a-z0-9-]+)((?:\.meta)?)(\.stackexchange\.com)")


def site_domain(site: str) -> str:
    """Return a site's host name on the web today, for the URL of a question.

    Parameters
    ----------
    site : str
        Its name in a dump: ``beer.stackexchange.com``, ``meta.beer.stackexchange.com``.

    Returns
    -------
    str
        ``alcohol.stackexchange.com``, ``alcohol.meta.stackexchange.com``; the name itself, in lower
        case, where nothing else is known.
    """
    name = _META.sub(r"\1.meta.\2.com", site.lower())
    parts = _PARTS.fullmatch(name)
    return name if parts is None else RENAMED.get(parts[1], parts[1]) + parts[2] + parts[3]


def likely_sites(typed: str) -> list[str]:
    """Return the names in dumps of the site that a person means, the likeliest first.

    Parameters
    ----------
    typed : str
        ``alcohol``, ``Stack Overflow``, ``stackoverflow.com``, ``beer.meta``.
    """
    name = re.sub(r"\s+", "", typed.lower())
    return list(dict.fromkeys(one for ending in _ENDINGS for one in _spellings(name + ending)))


def find_site(typed: str, sites: Iterable[str]) -> str | None:
    """Return the one of some sites that a person means, as it is written there, or None."""
    known = {site.lower(): site for site in sites}
    return next((known[name] for name in likely_sites(typed) if name in known), None)


def _spellings(site: str) -> list[str]:
    """Return a site's name, its name on the web, and the names that dumps have had for it."""
    domain = site_domain(site)
    found = [site, domain]
    if parts := _PARTS.fullmatch(domain):
        found += [f"{old}{parts[2]}{parts[3]}" for old, new in RENAMED.items() if new == parts[1]]
    metas = [one.partition(".meta.") for one in found if ".meta." in one]
    return found + [f"meta.{name}.{rest}" for name, _, rest in metas]
