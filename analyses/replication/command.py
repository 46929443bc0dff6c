"""The command line of the replication: `stackstudy replicate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.common.numbers import counted
from analyses.warehouse.spark import engine_option

if TYPE_CHECKING:
    from analyses.warehouse.spark import Spark

STUDIES = ("deep_learning_deployment", "github_actions")
"""The studies that can be replicated: those of `analyses.replication.replicate.TITLES`."""


@click.command("replicate")
@click.argument("package", type=click.Path(path_type=Path, resolve_path=True))
@click.option(
    "--study",
    type=click.Choice(STUDIES),
    default=STUDIES[0],
    show_default=True,
    help="Whose figures: a study that ships.",
)
@click.option(
    "--data",
    metavar="DIR",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Folder of the replication's own store and database.  [default: data/replication, or"
    " data/replication_STUDY]",
)
@engine_option(has_copy=False)
def command(package: Path, study: str, data: Path | None, spark: Spark | None) -> None:
    """Recompute every figure of a paper from what its authors published.

    PACKAGE is a folder or a clone. For deep_learning_deployment it holds the authors'
    `Deployment-related Posts.zip` and `Results.zip`, or the folders that they unpack to: their
    posts go through the loader into a store of their own, and their set memberships become
    decisions. For github_actions it holds the artifact's all_post_issue_category.csv,
    so_post_popularity.csv and so_post_difficulty.csv: posts are made that have these measures. The
    authors' labels are taken over, and the models are built.

    Then each published figure stands beside the computed one with a verdict: equal, equal after
    rounding, print is wrong, not derivable; the last two with the reason. For
    deep_learning_deployment, below is what the paper does not compare: the shares at the years of
    the non-deployment questions, and the response times. All is printed, and written beside the
    database as replication_checks.md; the figures are also in replication_checks.csv.

    Ends with exit code 1 when a figure that should be equal is not.

    \b
    Examples:
      stackstudy replicate FSE20-package
      stackstudy replicate FSE20-package --data /big/disk/replication
      stackstudy replicate gha-artifact --study github_actions
      stackstudy replicate FSE20-package --engine spark
    """
    from analyses.replication.replicate import TITLES, replicate  # Arrow is slow to import
    from analyses.replication.tables import summary, tables
    from analyses.warehouse.summary import console

    if data is None:
        of_study = "" if study == STUDIES[0] else f"_{study}"
        data = Path(f"data/replication{of_study}").resolve()
    done = replicate(package, data, click.echo, study, spark)
    out = console()
    for table in tables(done.checks, *done.compared, titles=TITLES[study]):
        out.print()
        out.print(table)
    click.echo(f"\n{summary(done.checks)}\nWritten to {done.csv} and {done.markdown}")
    failed = [check.name for check in done.checks if check.is_failed]
    if failed:
        are = "is" if len(failed) == 1 else "are"
        raise click.ClickException(
            f"{counted(len(failed), 'figure')} should be equal and {are} not: {'; '.join(failed)}"
        )
