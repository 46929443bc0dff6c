"""The command line of the replication: `stackstudy replicate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("replicate")
@click.argument("package", type=click.Path(path_type=Path, resolve_path=True))
@click.option(
    "--data",
    metavar="DIR",
    default="data/replication",
    show_default=True,
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Folder of the replication's own store and database.",
)
def command(package: Path, data: Path) -> None:
    """Recompute every figure of the paper from the authors' package.

    PACKAGE is a folder or a clone that holds the authors' `Deployment-related Posts.zip` and
    `Results.zip`, or the folders that they unpack to. Their posts go through the loader into a
    store of their own, their set memberships become decisions, their labels are taken over, and the
    models are built. Then each published figure stands beside the computed one with a verdict:
    equal, equal after rounding, print is wrong, not derivable; the last two with the reason. Below
    is what the paper does not compare: the shares at the years of the non-deployment questions, and
    the response times. All is printed, and written beside the database as replication_checks.md;
    the figures are also in replication_checks.csv.

    Ends with exit code 1 when a figure that should be equal is not.

    \b
    Examples:
      stackstudy replicate FSE20-package
      stackstudy replicate FSE20-package --data /big/disk/replication
    """
    from analyses.replication.replicate import replicate  # Arrow is slow to import
    from analyses.replication.tables import summary, tables
    from analyses.warehouse.summary import console

    done = replicate(package, data, click.echo)
    out = console()
    for table in tables(done.checks, done.compared):
        out.print()
        out.print(table)
    click.echo(f"\n{summary(done.checks)}\nWritten to {done.csv} and {done.markdown}")
    failed = [check.name for check in done.checks if check.is_failed]
    if failed:
        raise click.ClickException(
            f"{len(failed)} figures should be equal and are not: {'; '.join(failed)}"
        )
