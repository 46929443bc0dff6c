"""`stackstudy study`: write a study folder, check it, and see what it would find."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.common.groups import InOrder
from analyses.common.numbers import count, counted
from analyses.study.slips import instead
from analyses.study.study import find_study, read_study, shipped_studies
from loader.errors import StudyError, on_one_line
from loader.options import FloatRange, data_option

if TYPE_CHECKING:
    from collections.abc import Sized

    from analyses.study.preview import SetPreview
    from analyses.study.sets import Rule
    from analyses.study.study import Study

_FOLDER = click.argument("folder", metavar="DIR")


@click.group("study", cls=InOrder)
def study() -> None:
    """Write a study, and check it before it is built.

    A study is a folder: study.yml, and tables that people fill.

    \b
    From nothing to a report:
      stackstudy study new docker --tag docker      a starter; edit docker/study.yml
      stackstudy study check docker                 every slip, with its line
      stackstudy study preview docker               how many questions each rule finds
      stackstudy build --study docker
      stackstudy report --study docker
    """


@study.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    help="A tag of the base set; repeatable.",
)
@click.option("--from", "source", metavar="STUDY", help="Copy this study: a name or a folder.")
def new(folder: Path, tags: tuple[str, ...], source: str | None) -> None:
    """Write a new study folder.

    The study takes the folder's name: lower case letters, digits and underscores. No file is
    overwritten.

    \b
    Examples:
      stackstudy study new docker --tag docker --tag podman
      stackstudy study new my_replication --from deep_learning_deployment
    """
    from analyses.study.starter import copied, starter, write_new

    if tags and source:
        raise click.UsageError("give --tag or --from, not both: a copy has its own tags")
    for tag in tags:
        if not tag.strip() or any(mark.isspace() or mark in "<>|" for mark in tag):
            raise click.UsageError(f"--tag {tag!r} is no tag: a tag has no blanks, as in the dump")
    files = copied(read_study(find_study(source)), folder) if source else starter(folder, tags)
    made = write_new(folder, files)
    click.echo(f"Study: {folder}")
    _summarise(made)
    click.echo(f"Next: edit {folder / 'study.yml'}, then `stackstudy study preview {folder}`.")


@study.command("check")
@_FOLDER
@click.pass_context
def check(context: click.Context, folder: str) -> None:
    """Name every slip of a study.

    Each with its file, line or row, value and cure; exits with code 1 if there is one. DIR may also
    be the name of a study that ships.

    \b
    Examples:
      stackstudy study check docker
      stackstudy study check github_actions
    """
    try:
        found = read_study(find_study(folder))
    except StudyError as error:
        click.echo(str(error))
        n = len(error.slips)
        click.echo(f"{count(n)} slip{'s' if n > 1 else ''}.")
        context.exit(1)
    _summarise(found)


@study.command("preview")
@_FOLDER
@data_option
def preview_command(folder: str, data: Path) -> None:
    """Show what a study would find.

    The number of questions of each rule and each set, ten titles of each set, and the other tags of
    its questions: on how many questions of the set they are, of all that have them. It reads the
    loaded dump, and builds and writes nothing.

    \b
    Examples:
      stackstudy study preview docker
      stackstudy study preview github_actions --data /big/disk
    """
    found = read_study(find_study(folder))
    from analyses.study.preview import loaded_sites, preview  # DuckDB, after the check
    from analyses.study.study import unknown_sites

    sets = preview(data, found)
    click.echo(found.title)
    for line in unknown_sites(found, loaded_sites(data)):
        click.echo(f"Note: {line}")
    for one in sets:
        _show(one)


@study.command("tags")
@_FOLDER
@data_option
@click.option("--set", "name", metavar="SET", help="A set with tags.  [default: the base]")
@click.option(
    "--min-significance",
    type=FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Least share of a tag's questions that are in the set.",
)
@click.option(
    "--min-relevance",
    type=FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="Least share of the set's questions that carry the tag.",
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Tags at most."
)
@click.option(
    "--titles", type=click.IntRange(0), default=10, show_default=True, help="Titles of each."
)
@click.option(
    "--accept", "accepted", metavar="TAG", multiple=True, help="Write this tag to study.yml; again."
)
def tags_command(
    folder: str,
    data: Path,
    name: str | None,
    *,
    min_significance: float,
    min_relevance: float,
    limit: int,
    titles: int,
    accepted: tuple[str, ...],
) -> None:
    """Show which other tags belong to a set.

    Each tag that the set's questions carry, with its significance (questions of the set that carry
    it, of all that do) and relevance (of all questions of the set), and titles of questions that
    carry it, to judge by. Those above both thresholds are listed, the most significant first.

    --accept writes a tag into the set's rule in study.yml, with both numbers as a comment.

    \b
    Examples:
      stackstudy study tags docker
      stackstudy study tags docker --min-significance 0.3 --titles 3
      stackstudy study tags docker --accept docker-compose --accept dockerfile
    """
    found = read_study(find_study(folder))
    from analyses.study.tags import accept_tags, tag_candidates  # DuckDB, after the check

    names = found.set_names("base", "scope", "topic")
    name = name or names[0]
    if name not in names:
        raise StudyError(f"--set {name}: no set with rules has this name{instead(name, names)}")
    shown = tag_candidates(
        data,
        found,
        name,
        accepted=[tag.lower() for tag in accepted],
        min_significance=min_significance,
        min_relevance=min_relevance,
        limit=limit,
        n_titles=titles,
    )
    for one in shown:
        click.echo(f"{one.tag}: {one.numbers}")
        if not accepted:
            for title in one.titles:
                click.echo(f"    - {on_one_line(title)}")
    if accepted:
        accept_tags(found, name, shown)
        click.echo(f"Written to {found.folder / 'study.yml'}.")
    elif not shown:
        click.echo(
            f"No tag beside {name} has significance {min_significance:g} and relevance"
            f" {min_relevance:g}; lower one of the two."
        )


@study.command("list")
def list_studies() -> None:
    """List the studies that ship.

    \b
    Examples:
      stackstudy study list
    """
    for name, folder in shipped_studies().items():
        click.echo(f"{name}\n    {read_study(folder).title}")


def _summarise(found: Study) -> None:
    kinds = {"base": "base", "scope": "searched", "topic": "topic"}
    click.echo(f"{found.name}: {found.title}")
    for one in found.sets:
        n = sum(rule.question_set == one.question_set for rule in found.rules)
        rules = f", {counted(n, 'rule')}" if one.kind in kinds else ""
        click.echo(f"  {one.question_set} ({kinds.get(one.kind, one.kind)}{rules})")
    rows: tuple[tuple[Sized, str, str], ...] = (
        (found.taxonomy.categories, "category", "categories"),
        (found.decisions, "decision", "decisions"),
        (found.labels, "label", "labels"),
        (found.published.figures, "published figure", "published figures"),
        (found.published.response_times, "published response time", "published response times"),
    )
    read = [counted(len(n), one, many) for n, one, many in rows if n]
    click.echo(f"Read: {', '.join(found.files)}{'; ' + ', '.join(read) if read else ''}.")
    for note in found.notes:
        click.echo(f"Note: {note}")


def _how(rule: Rule) -> str:
    said = [rule.match, rule.scope, f"code {rule.code}" if rule.code else None]
    said += [f"with {rule.must_contain}" if rule.must_contain else None]
    said += [f"among {rule.runs_over or 'all'}"]
    return f" ({', '.join(filter(None, said))})"


def _show(one: SetPreview) -> None:
    name = one.question_set
    click.echo(f"\n{name.label} ({name.question_set}): {count(one.n_questions)} questions")
    width = max((len(count(n)) for _, n in one.rules), default=0)
    for rule, n in one.rules:
        click.echo(f"  {count(n):>{width}}  {rule.kind} {rule.value}{_how(rule)}")
    for title in one.titles:
        click.echo(f"    - {on_one_line(title)}")
    if one.tags:
        beside = (f"{tag.tag} {count(tag.n_in_set)} of {count(tag.n_with_tag)}" for tag in one.tags)
        text = f"Tags beside, in it of all: {', '.join(beside)}"
        click.echo(click.wrap_text(text, 100, "  ", "    "))
