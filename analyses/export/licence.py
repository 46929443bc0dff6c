"""Under which licence a post stands, and what that asks of people who pass it on."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "https://stackoverflow.com/help/licensing"

ADDRESSES: Final = {
    "CC BY-SA 2.5": "https://creativecommons.org/licenses/by-sa/2.5/",
    "CC BY-SA 3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}

PERIODS: Final = {
    "CC BY-SA 2.5": "contributed before 2011-04-08 UTC",
    "CC BY-SA 3.0": "contributed from 2011-04-08 until before 2018-05-02 UTC",
    "CC BY-SA 4.0": "contributed since 2018-05-02 UTC",
}


def licence_of(post: str) -> str:
    """Return SQL for the licence of a post: the dump's word, else what was in force when written.

    Parameters
    ----------
    post : str
        Alias of `stg_posts`; null where the post has no date.
    """
    return (
        f"coalesce({post}.content_license, case"
        f" when {post}.created_at < timestamp '2011-04-08' then 'CC BY-SA 2.5'"
        f" when {post}.created_at < timestamp '2018-05-02' then 'CC BY-SA 3.0'"
        f" when {post}.created_at is not null then 'CC BY-SA 4.0' end)"
    )
