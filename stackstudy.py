"""The front door: one command line, `stackstudy`, mounting what loader/ and analyses/ offer."""

from __future__ import annotations

import sys

import click

from loader.commands import load
from loader.errors import StackstudyError


class FrontDoor(click.Group):
    """A group whose commands end in one line and exit code 1 when they raise a `StackstudyError`."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except StackstudyError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=FrontDoor,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="stackstudy")
def main() -> None:
    """Turn a Stack Exchange data dump into the tables, tests and charts of an empirical study."""


main.add_command(load)

if __name__ == "__main__":
    sys.exit(main())
