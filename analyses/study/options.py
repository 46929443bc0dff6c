"""The option that says which study a command is about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from analyses.study.study import DEFAULT, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable


def study_option(command: Callable[..., Any], default: str = DEFAULT) -> Callable[..., Any]:
    """Add ``--study DIR-or-NAME``; the command gets the text, or None, for `find_study`."""
    return click.option(
        "--study",
        metavar="DIR-or-NAME",
        envvar=VARIABLE,
        show_envvar=True,
        help=f"Study folder, or the name of a study that ships.  [default: {default}]",
    )(command)


built_study_option: Final = partial(study_option, default="the only one built in the data folder")
"""The same option of a command that reads a database, for `find_database`."""
