"""Names of sites, as people write them and as the store has them."""

from __future__ import annotations

import re
from typing import Final

_KNOWN: Final = {
    "stackoverflow": "stackoverflow.com",
    "stackexchange": "stackexchange.com",
    "superuser": "superuser.com",
    "serverfault": "serverfault.com",
    "askubuntu": "askubuntu.com",
    "stackapps": "stackapps.com",
    "mathoverflow": "mathoverflow.net",
    "metastackoverflow": "meta.stackoverflow.com",
    "metastackexchange": "meta.stackexchange.com",
}
"""Sites whose name is more than their part of stackexchange.com, by their title without blanks."""


def site_name(text: str) -> str:
    """Return a site's name as the store has it.

    Parameters
    ----------
    text : str
        A host name in any case, an address, or the title of a well-known site (``Stack
        Overflow``).

    Returns
    -------
    str
        What is not known comes back in lower case.
    """
    written = text.strip().lower()
    name = re.sub(r"^https?://(www\.)?|/.*$", "", written).strip() or written
    return _KNOWN.get(re.sub(r"[\s_-]", "", name), name)
