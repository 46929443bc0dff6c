"""Time and memory of the models on some gigabytes of posts: `make bench-models`.

It loads synthetic posts whose words vary, and builds the tables twice: once as people do, against a
script that stops at question sets, acceptance and medians; once a model at a time, to see what each
takes. Half of the questions are about deep learning, and one in 250 on Stack Overflow: 5 million
posts hold some ten times as many texts to search as all of Stack Overflow. `--real` takes the real
posts beside the checkout instead, nearly all of which are searched.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import duckdb

from analyses.warehouse.database import database_path
from benchmarks.report import line, machine, write_between
from benchmarks.speed.inputs import ROOT, make_table
from benchmarks.speed.runs import Run, run

MARKS: Final = ("<!-- the models: written by `make bench-models` -->", "<!-- end of the models -->")
TOLERANCE: Final = 1e-9
SHOWN: Final = 12
SITE: Final = "stackoverflow.com"
STUDY: Final = "deep_learning_deployment"
_CLI: Final = [sys.executable, "-m", "stackstudy"]


def prepare(folder: Path, n_bytes: int, *, is_real: bool) -> Path:
    """Make the posts, or find those of an earlier run, and load them; returns the data folder."""
    click.echo("making the posts …")
    posts = make_table(folder, "Posts", n_bytes, is_real=is_real)
    data = folder / f"{posts.stem}-data"
    click.echo("loading …")
    run([*_CLI, "load", posts, "--site", SITE, "--data", data], 2)
    return data


def by_script(data: Path) -> tuple[Run, dict[str, dict[str, Any]]]:
    """Run the script one would write."""
    output = data / "script.json"
    took = run([sys.executable, "-m", "benchmarks.models.script", data, output], 2)
    return took, json.loads(output.read_text("utf-8"))


def differences(data: Path, theirs: dict[str, dict[str, Any]]) -> list[str]:
    """Say where the script and the tables disagree."""
    with duckdb.connect(str(database_path(data, STUDY)), read_only=True) as connection:
        found = connection.execute(
            "select question_set, n_questions, n_accepted, median_response_minutes from acceptance"
            " left join response_time_summary using (question_set, n_accepted)"
        ).fetchall()
    ours = {name: values for name, *values in found}
    return [
        f"{name}: {ours[name]}, but the script has {list(values.values())}"
        for name, values in theirs.items()
        if any(
            abs(one - other) > TOLERANCE * abs(other)
            for one, other in zip(ours[name], values.values(), strict=True)
        )
    ]


def by_model(data: Path, memory_limit: str) -> list[dict[str, Any]]:
    """Build a model at a time; returns what each took."""
    output = data / "models.json"
    run([sys.executable, "-m", "benchmarks.models.watch", data, output, memory_limit], 2)
    return json.loads(output.read_text("utf-8"))


def as_markdown(
    about: str,
    build: Run,
    script: Run,
    nodes: list[dict[str, Any]],
    memory_limit: str,
) -> str:
    """Write the tables of a run."""
    models = sorted(
        (node for node in nodes if node["kind"] != "test"), key=lambda node: -node["seconds"]
    )
    peak = max(nodes, key=lambda node: node["peak_mib"])
    checks = [node for node in nodes if node["kind"] == "test"]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    ratio = build.seconds / script.seconds
    rest = models[SHOWN:]
    lines = [
        f"{today}, {machine()}, {about}.",
        "",
        line(("", "seconds", "CPU seconds", "peak MiB")),
        line(("---", *["--:"] * 3)),
        _run("`stackstudy build`: all tables and checks", build),
        _run("a script: question sets, acceptance, medians", script),
        "",
        f"The build takes **{ratio:.2f}** times as long as the script; their numbers are the same.",
        "",
        f"A model at a time, with DuckDB held to {memory_limit}; peak is the most that the process",
        "held meanwhile, what DuckDB keeps of earlier models among it.",
        "",
        line(("model", "seconds", "peak MiB")),
        line(("---", "--:", "--:")),
        *(_nodes(f"`{node['name']}`", [node]) for node in models[:SHOWN]),
        _nodes(f"the other {len(rest)} models", rest),
        _nodes(f"{len(checks)} checks of the data", checks),
        "",
        f"The most: `{peak['name']}`, {peak['peak_mib']:,.0f} MiB.",
    ]
    return "\n".join(lines)


def _run(name: str, one: Run) -> str:
    return line(
        (name, f"{one.seconds:.0f}", f"{one.cpu_seconds:.0f}", f"{one.peak_mib:,.0f}"),
    )


def _nodes(name: str, nodes: list[dict[str, Any]]) -> str:
    seconds = sum(node["seconds"] for node in nodes)
    return line((name, f"{seconds:.1f}", f"{max(node['peak_mib'] for node in nodes):,.0f}"))


@click.command(help=__doc__)
@click.option("--folder", default="data/bench", type=click.Path(path_type=Path), show_default=True)
@click.option("--posts", "megabytes", default=3000, show_default=True, help="Megabytes of XML.")
@click.option("--real", "is_real", is_flag=True, help="Of real rows, not of synthetic ones.")
@click.option("--memory-limit", default="8GiB", show_default=True, help="For DuckDB.")
@click.option("--dry", is_flag=True, help="Do not write benchmarks/README.md.")
def main(folder: Path, megabytes: int, memory_limit: str, *, is_real: bool, dry: bool) -> None:
    """Prepare, measure, print and write."""
    data = prepare(folder.resolve(), megabytes * 1_000_000, is_real=is_real)
    click.echo("the script …")
    script, theirs = by_script(data)
    click.echo("stackstudy build …")
    build = run([*_CLI, "build", "--data", data], 2)
    found = differences(data, theirs)
    posts = json.loads((data / f"posts/site={SITE}/_manifest.json").read_text("utf-8"))
    about = (
        f"{posts['n_rows']:,} {'real' if is_real else 'synthetic'} posts whose words vary:"
        f" XML {posts['xml_bytes'] / 1e9:.1f} GB, Parquet {posts['n_bytes'] / 1e9:.1f} GB,"
        f" database {database_path(data, STUDY).stat().st_size / 1e9:.2f} GB"
    )
    click.echo("a model at a time …")
    nodes = by_model(data, memory_limit)
    text = as_markdown(about, build, script, nodes, memory_limit)
    click.echo("\n" + text)
    if found:
        raise SystemExit("bench: the script and the tables do not agree: " + "; ".join(found))
    if not dry:
        write_between(ROOT / "benchmarks" / "README.md", MARKS, text)


if __name__ == "__main__":
    main()
