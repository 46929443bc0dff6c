"""From what the authors of a shipped study published to every printed figure, recomputed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analyses.replication import MARK, artifact
from analyses.replication.checks import check_labels, check_times, check_trends, read_checks
from analyses.replication.comparisons import comparison_section, read_comparisons
from analyses.replication.figure5 import check_taxonomy
from analyses.replication.labelled import CategoryNames, read_published_labels, read_slips
from analyses.replication.package import find_package
from analyses.replication.questions import SITE, decide, distinct_posts, read_sets
from analyses.replication.response_times import BASELINE, compare, read_times, write_times
from analyses.replication.tables import STEPS, TABLES, markdown, write_csv
from analyses.replication.trends import read_trends
from analyses.sample.official import TableFile, row
from analyses.study import find_study, read_study
from analyses.study.decisions import Decision
from analyses.study.labels import Label
from analyses.study.rows import write_rows
from analyses.warehouse.build import build
from loader import Store, load
from loader.errors import StoreError
from loader.progress import StepProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analyses.replication.checks import Check
    from analyses.replication.response_times import PublishedTimes
    from analyses.replication.tables import Section
    from analyses.study import Study
    from analyses.warehouse.spark import Spark

    _Made = tuple[tuple[Check, ...], tuple[Section, ...]]

STUDY: Final = "deep_learning_deployment"
"""The study whose package is two zip files."""

TITLES: Final = {STUDY: STEPS, artifact.STUDY: TABLES}
"""The studies that can be replicated, and where each printed its figures."""

_COMMENT: Final = f"{MARK}: the posts that the authors published, as a dump writes them"
_OF_MEASURES: Final = (
    f"{MARK}: posts made to have the measures that the authors published, all of one made-up day"
    " and without users"
)


@dataclass(frozen=True)
class Replication:
    """What a replication made.

    Attributes
    ----------
    compared : tuple of Section
        What the paper does not compare, where the authors published enough to do so.
    csv, markdown : Path
        The files that hold the checks, and in Markdown what is compared too.
    """

    checks: tuple[Check, ...]
    compared: tuple[Section, ...]
    csv: Path
    markdown: Path


def replicate(
    folder: Path,
    data: Path,
    say: Callable[[str], object],
    study: str = STUDY,
    spark: Spark | None = None,
) -> Replication:
    """Compute every published figure of a study from what its authors published.

    Parameters
    ----------
    folder : Path
        The package, see `analyses.replication.package.find_package`, or the artifact, see
        `analyses.replication.artifact`.
    data : Path
        A data folder for this alone: absolute, made when it is not there. The study with the
        authors' decisions, labels and response times is written into it.
    say : callable
        Called with one line for each thing done.
    study : str
        One of `TITLES`.
    spark : Spark, optional
        As for `analyses.warehouse.build.build`.

    Returns
    -------
    Replication
        The checks, as they were written beside the database.

    Raises
    ------
    StackstudyError
        When the package or the data folder cannot be used, or a model cannot be built.
    """
    if spark is not None:
        spark.check(data)
    _check_own(data)
    shipped = read_study(find_study(study))
    replicated = _from_artifact if study == artifact.STUDY else _from_package
    checks, compared = replicated(folder, data, say, shipped, spark)
    files = data / "replication_checks.csv", data / "replication_checks.md"
    done = Replication(checks, compared, *files)
    write_csv(done.csv, checks)
    page = markdown(checks, *compared, titles=TITLES[study])
    done.markdown.write_text(page, encoding="utf-8")
    return done


def _from_artifact(
    folder: Path,
    data: Path,
    say: Callable[[str], object],
    shipped: Study,
    spark: Spark | None,
) -> _Made:
    """Replicate the study whose authors published measures instead of posts."""
    base = shipped.set_names("base")[0]
    with StepProgress("Replicating", 2) as progress:
        progress.begin("reading what the authors published")
        read = artifact.read_artifact(folder, base, shipped.taxonomy.categories)
        progress.advance(step="loading posts with their measures")
        _load(read.posts, data, _OF_MEASURES)
    n_questions = len(read.labels) - read.n_unmeasured
    say(
        f"Loaded {n_questions:,} questions and {len(read.posts) - n_questions:,} answers that have"
        f" the published measures; {read.n_unmeasured:,} labelled questions have none."
    )
    study = _copy_study(shipped, data / shipped.name)
    write_rows(study / "labels.csv", Label, read.labels)
    built = build(data, read_study(study), spark=spark)
    say(f"Built {built.n_models} tables and views from {len(read.labels):,} labels of the authors.")
    return tuple(read_checks(data, shipped.published.figures, shipped.name)), ()


def _from_package(
    folder: Path,
    data: Path,
    say: Callable[[str], object],
    shipped: Study,
    spark: Spark | None,
) -> _Made:
    """Replicate the study whose authors published posts and results."""
    package = find_package(folder)
    taxonomy = shipped.taxonomy.categories
    with StepProgress("Replicating", 5) as progress:
        progress.begin("reading the authors' posts")
        sets = read_sets(package)
        progress.advance(step="reading their labels")
        labels = read_published_labels(package, sets, CategoryNames(taxonomy, read_slips()))
        progress.advance(step="reading their response times")
        times = read_times(package)
        progress.advance(step="reading their numbers per year")
        trends = read_trends(package)
        progress.advance(step="loading the posts")
        posts = distinct_posts(sets)
        _load(posts, data, _COMMENT)
    n_questions = sum(post["PostTypeId"] == "1" for post in posts)
    say(f"Loaded {n_questions:,} questions and {len(posts) - n_questions:,} answers.")

    study = _write_study(shipped, data / STUDY, decide(sets), labels, times)
    built = build(data, study, spark=spark)
    say(
        f"Built {built.n_models} tables and views from {len(study.decisions):,} decisions,"
        f" {len(study.labels):,} labels and {len(times.baseline):,} response times of the authors."
    )

    figures = study.published.figures
    n_printed = {
        one.question_set: int(one.published)
        for one in figures
        if one.figure == "labelled_questions"
    }
    baseline = next(
        one
        for one in study.published.counts
        if (one.question_set, one.bound) == (BASELINE, "print")
    )
    checks = (
        *read_checks(data, figures, shipped.name),
        *check_trends(trends, figures),
        *check_times(times, compare(times, sets), baseline.n_accepted),
        *check_labels(labels, n_printed),
        *check_taxonomy(labels, taxonomy, n_printed),
    )
    n_not_accepted = baseline.n_questions - baseline.n_accepted
    counts = n_not_accepted, baseline.n_questions
    found = read_comparisons(data, trends, counts, times.baseline, shipped.name)
    return checks, (comparison_section(found),)


def _write_study(
    shipped: Study,
    folder: Path,
    decisions: Sequence[Decision],
    labels: Sequence[Label],
    times: PublishedTimes,
) -> Study:
    """Write the shipped study with what the authors decided, labelled and timed."""
    _copy_study(shipped, folder)
    write_rows(folder / "decisions.csv", Decision, decisions)
    write_rows(folder / "labels.csv", Label, labels)
    write_times(folder / "published_response_times.csv", times)
    return read_study(folder)


def _copy_study(shipped: Study, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(shipped.folder, folder))


def write_posts(path: Path, posts: Iterable[dict[str, str]], comment: str = _COMMENT) -> None:
    """Write posts as a dump file in the form of the official writer."""
    with TableFile(path, comment) as file:
        for post in posts:
            file.add(row(post.items()))
    file.part.replace(path)


def _check_own(data: Path) -> None:
    """Refuse a data folder that holds another dump: its posts would be lost, or be counted."""
    for manifest in Store(data).manifests():
        if manifest.state == "finished" and not (manifest.source_comment or "").startswith(MARK):
            raise StoreError(
                f"{data}: holds {manifest.table} of {manifest.site} from another source;"
                " give the replication a folder of its own with --data"
            )


def _load(posts: Sequence[dict[str, str]], data: Path, comment: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".replicate-", dir=data) as folder:
        path = Path(folder) / "Posts.xml"
        write_posts(path, posts, comment)
        load([path], data, site=SITE, force=True)
