"""The command `stackstudy sample`."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.sample.shape import DEFAULT_UNTIL, SITE

if TYPE_CHECKING:
    from datetime import datetime

_STEP = 100


@click.command(
    epilog=f"""\b
    Examples:
      stackstudy sample                                 into sample/{SITE}
      stackstudy sample other/{SITE} --seed 7
      stackstudy sample --questions 1000000 --force     a large one, over the last
      stackstudy run sample/{SITE}          what to do with it
      stackstudy run sample/{SITE} --labels sample/{SITE}-labels.csv
    """
)
@click.argument(
    "folder",
    required=False,
    default=f"sample/{SITE}",
    type=click.Path(path_type=Path),
)
@click.option(
    "--questions",
    metavar="N",
    default=20_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many questions; answers, votes, users and the rest follow. 20,000 make about 150 MB.",
)
@click.option(
    "--seed",
    metavar="N",
    default=1,
    show_default=True,
    type=int,
    help="Same seed, same bytes.",
)
@click.option(
    "--until",
    metavar="DATE",
    default=f"{DEFAULT_UNTIL:%Y-%m-%d}",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Snapshot date: everything is older. The default is that of the paper's dump.",
)
@click.option("--force", is_flag=True, help="Write over the sample that is in the folder.")
def sample(folder: Path, questions: int, seed: int, until: datetime, *, force: bool) -> None:
    """Write a synthetic data dump to FOLDER, all eight tables in the form of a real one.

    It is shaped like the published figures of the study (growth, question sets, accepted answers,
    response times), so that every table and chart shows something true to life; but nothing in it
    comes from any real site. FOLDER's name is the site's name, and ends in sample.stackstudy.

    Beside FOLDER go labels and decisions, as people would have made them: drawn from the published
    distribution, and which browser candidates were written to be some. `build` takes them.
    """
    # Imported here: `stackstudy --help` draws no bar and writes no sample.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from analyses.sample.writer import write_sample  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(
        TextColumn("writing questions"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("write", total=questions)

        def progress(n: int) -> None:
            if n % _STEP == 0:
                bar.update(task, completed=n)

        report = write_sample(
            folder,
            n_questions=questions,
            seed=seed,
            until=until.replace(tzinfo=UTC),
            force=force,
            progress=progress,
        )
    click.echo(
        f"Wrote {report.folder} "
        f"({report.n_bytes / 1e6:,.1f} MB, seed {seed}, until {report.until}):"
    )
    for name, n_rows in report.n_rows.items():
        click.echo(f"  {name + '.xml':<16}{n_rows:>12,} rows")
    click.echo(f"Labels for `build --labels`: {report.labels} ({report.n_labels:,})")
    click.echo(f"Decisions for `build --decisions`: {report.decisions} ({report.n_decisions:,})")
    click.echo("Synthetic data, not from any real site; nobody labelled or decided anything.")
