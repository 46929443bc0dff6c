"""Options that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable


DATA: Final = "stackstudy.data"
"""Key of the data folder in the ``meta`` of a command's context."""


class FloatRange(click.FloatRange):
    """A number within limits; click's own lets `nan` pass, which is within none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or fail with the limits."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number; write one such as 0.05", param, ctx)
        return number


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data DIR``: the folder of the Parquet store and the database, as an absolute path.

    Whoever explains an error finds it in the context's ``meta``, under `DATA`.
    """

    def _noted(context: click.Context, _option: click.Parameter, data: Path) -> Path:
        context.meta[DATA] = data
        return data

    return click.option(
        "--data",
        metavar="DIR",
        callback=_noted,
        envvar="STACKSTUDY_DATA",
        default="data",
        show_default=True,
        show_envvar=True,
        type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
        help="Folder of the Parquet store and the database.",
    )(command)


def on_error_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--on-error stop|quarantine``: what happens to a row that cannot be loaded."""
    return click.option(
        "--on-error",
        type=click.Choice(["stop", "quarantine"]),
        default="stop",
        show_default=True,
        help="What a bad row does: end the load, or be set aside with its line and reason.",
    )(command)
