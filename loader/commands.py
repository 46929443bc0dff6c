"""The command line of the loader: `load`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loader.errors import LoaderError
from loader.options import data_option, on_error_option

if TYPE_CHECKING:
    from loader.manifest import Manifest
    from loader.parse.quarantine import OnError


def load_and_show(
    dumps: tuple[Path, ...] | list[Path],
    data: Path,
    *,
    site: str | None = None,
    force: bool = False,
    on_error: OnError = "stop",
) -> list[Manifest]:
    """Load dumps with a progress bar, and print a summary at the end.

    Parameters
    ----------
    dumps : sequence of Path
        Folders, .xml files and .7z archives.
    data : Path
        The data folder.
    site : str, optional
        Site of the dump, where its name does not say it.
    force : bool
        Load again what is loaded and unchanged.
    on_error : {"stop", "quarantine"}
        Whether a bad row ends the load, or is set aside.

    Returns
    -------
    list of Manifest
        The eight tables of each site of the dumps, as they are in the store now.

    Raises
    ------
    StackstudyError
        When something cannot be loaded, or the user stops it.
    """
    # Arrow's other allocators keep what was freed: a third more memory in a load, and no faster.
    # Parquet's writer obeys only the variable, which Arrow reads when it is imported.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # numpy's linear algebra, which is not used here, would start threads that spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imported here: `stackstudy --help` needs neither Arrow nor a parser, which take a second.
    import pyarrow as pa  # noqa: PLC0415

    from loader.checks import warnings_of  # noqa: PLC0415
    from loader.loading import load as load_dumps  # noqa: PLC0415
    from loader.progress import (  # noqa: PLC0415
        ProgressReporter,
        make_console,
        print_line,
        print_summary,
    )

    pa.set_memory_pool(pa.system_memory_pool())
    console = make_console()
    try:
        with ProgressReporter(console) as reporter:
            manifests = load_dumps(
                dumps, data, site=site, force=force, on_error=on_error, reporter=reporter
            )
    except KeyboardInterrupt as stop:
        raise LoaderError(
            "stopped; what is whole is kept, and the same command goes on from there"
        ) from stop
    print_summary(manifests, console)
    for line in warnings_of(data, dict.fromkeys(one.site for one in manifests)):
        print_line(console, f"Warning: {line}.")
    return manifests


@click.command(
    epilog="""\b
Examples:
  stackstudy load beer.stackexchange.com.7z
  stackstudy load stackoverflow.com-Posts.7z stackoverflow.com-Users.7z
  stackstudy load dumps/2024-04/Posts.xml --site stackoverflow.com
  stackstudy load dumps/ai.stackexchange.com --data /mnt/big/data
  stackstudy load Posts.xml --site ai.stackexchange.com --on-error quarantine
"""
)
@click.argument(
    "dumps", metavar="DUMP...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--site", metavar="NAME", help="Site of the dump, where its name does not say it.")
@data_option
@click.option("--force", is_flag=True, help="Load again what is loaded and unchanged.")
@on_error_option
def load(
    dumps: tuple[Path, ...], site: str | None, data: Path, on_error: OnError, *, force: bool
) -> None:
    """Load data dumps into the Parquet store.

    A DUMP is a folder of .xml files or .7z archives, a single .xml file, or a .7z archive, which is
    read as a stream and never unpacked. The site is what the dump's name begins with
    (beer.stackexchange.com-2020-06.7z is of beer.stackexchange.com), or --site.

    A table that was loaded before from the same source is kept. Nothing of a site changes in the
    store until all that was given of it is whole; a load that was broken off goes on with the table
    at which it stopped.

    A row that cannot be loaded ends the load, or with --on-error quarantine is set aside: its
    bytes, line and reason go to DATA/TABLE/site=SITE/_rejected, and the rest is loaded. A file that
    is cut off is an error in any case.
    """
    load_and_show(dumps, data, site=site, force=force, on_error=on_error)
