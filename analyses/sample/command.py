"""The command `stackstudy sample`."""

from __future__ import annotations

import sys
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.sample.shape import DEFAULT_UNTIL, SITE

if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    epilog=f"""\b
    Examples:
      stackstudy sample                                 into sample/{SITE}
      stackstudy sample other/{SITE} --seed 7
      stackstudy sample --questions 1000000 --force     a large one, in place of the last
      stackstudy run sample/{SITE}          load it, build the tables, write the report
      stackstudy run sample/{SITE} --study sample/deep_learning_deployment
    """
)
@click.argument("folder", required=False, default=f"sample/{SITE}", type=click.Path(path_type=Path))
@click.option(
    "--questions",
    metavar="N",
    default=20_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many questions; answers, votes, users and the rest follow. 20,000 make about 140 MB.",
)
@click.option(
    "--seed", metavar="N", default=1, show_default=True, type=int, help="Same seed, same bytes."
)
@click.option(
    "--until",
    metavar="DATE",
    default=f"{DEFAULT_UNTIL:%Y-%m-%d}",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Snapshot date: everything is older. The default is that of the paper's dump.",
)
@click.option(
    "--decisions", "decide", is_flag=True, help="Also give the study decisions about candidates."
)
@click.option("--force", is_flag=True, help="Overwrite the sample in the folder, and its study.")
def sample(
    folder: Path, questions: int, seed: int, until: datetime, *, decide: bool, force: bool
) -> None:
    """Write a synthetic data dump to FOLDER, all eight tables in the form of a real one.

    It is shaped like the published figures of the study (growth, question sets, accepted answers,
    response times), so that every table and chart shows something realistic; but nothing in it
    comes from any real site. FOLDER's name is the site's name, and ends in sample.stackstudy.

    Beside FOLDER it writes a study, deep_learning_deployment: a copy of the shipped one with labels
    such as people might give to the sample's questions.
    """
    from analyses.sample.writer import write_sample  # `--help` writes no sample

    with click.progressbar(
        length=questions,
        label="writing questions",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        update_min_steps=100,
    ) as bar:
        report = write_sample(
            folder,
            n_questions=questions,
            seed=seed,
            until=until.replace(tzinfo=UTC),
            decide=decide,
            force=force,
            progress=lambda _: bar.update(1),
        )
    click.echo(
        f"Wrote {report.folder} "
        f"({report.n_bytes / 1e6:,.1f} MB, seed {seed}, until {until:%Y-%m-%d}):"
    )
    for name, n_rows in report.n_rows.items():
        click.echo(f"  {name + '.xml':<16}{n_rows:>12,} rows")
    lines = ", ".join(f"{n:,} lines in {name}" for name, n in report.n_lines.items())
    click.echo(f"Study for `build --study`: {report.study} ({lines})")
    click.echo("Synthetic data, not from any real site; nobody labelled or decided anything.")
