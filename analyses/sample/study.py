"""The study beside a sample: a copy of the shipped one, with labels and decisions.

Nobody has read a question: a label is drawn from the distribution that Chen et al. published, so
that the tables of labels show something. The generator knows which topic it wrote a question for.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analyses.common.files import write_records
from analyses.sample.chance import Chance
from analyses.sample.official import MARK
from analyses.sample.shape import strata
from analyses.sample.threads import largest_remainders
from analyses.statistics.sampling import sample_size
from analyses.study import read_study, shipped_studies
from loader.errors import SampleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from analyses.statistics.sampling import Rounding

STUDY: Final = "deep_learning_deployment"
NOTE: Final = f"{MARK}; nobody has read this question"

_KEY: Final = ("question_set", "site", "question_id")
_COLUMNS: Final = {
    "labels.csv": (*_KEY, "inner_category", "leaf_category", "note"),
    "decisions.csv": (*_KEY, "decision", "note"),
}
_LABELLED: Final = {"server": "server_cloud", "mobile": "mobile", "browser": "browser"}
"""Question set of each kind of question that is labelled."""

_DECIDED: Final = {"browser": "include", "lookalike": "exclude"}
"""The paper's authors kept 165 of 576 browser candidates; for the others a question is a rule's."""

_NO_CATEGORY: Final = {("unclear", ""): 130 / 769, ("false positive", ""): 58 / 769}
"""Of the 769 questions that the paper's authors drew."""


def check_study(folder: Path, *, force: bool) -> None:
    """Refuse to overwrite a study without ``force``, and with it one that somebody has changed."""
    if not folder.exists():
        return
    if not force:
        raise SampleError(
            f"{folder}: exists already; choose another folder for the sample, or overwrite the "
            "study with --force"
        )
    if not _is_ours(folder):
        raise SampleError(
            f"{folder}: somebody has changed it since stackstudy sample wrote it, so it is not "
            "overwritten; move it away, or choose another folder for the sample"
        )


def write_study(
    folder: Path, posts: NDArray, site: str, seed: int, *, decide: bool
) -> dict[str, int]:
    """Write a copy of the shipped study with labels of a sample's questions.

    Parameters
    ----------
    folder : Path
        Where the study goes; an existing one is replaced.
    posts : array of POST
        The sample's posts.
    site : str
        The sample's site.
    seed : int
        Of the sample; the labels are drawn independently of it.
    decide : bool
        Also decide about each browser candidate.

    Returns
    -------
    dict of str to int
        The lines of each file that was added to the copy.
    """
    shipped, staging = shipped_studies()[STUDY], folder.with_name(f"{folder.name}.part")
    files: dict[str, list[tuple[Any, ...]]] = {"labels.csv": list(_labels(posts, shipped, seed))}
    if decide:
        files["decisions.csv"] = list(_decisions(posts))
    try:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.copytree(shipped, staging, ignore=shutil.ignore_patterns(*_COLUMNS))
        for name, lines in files.items():
            rows = [(question_set, site, *rest, NOTE) for question_set, *rest in lines]
            write_records(staging / name, _COLUMNS[name], rows)
        head = f"# {MARK}, seed {seed}; its labels are nobody's. {_fingerprint(staging)}\n"
        definition = staging / "study.yml"
        definition.write_bytes(head.encode() + definition.read_bytes())
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return {name: len(lines) for name, lines in files.items()}


def _labels(posts: NDArray, shipped: Path, seed: int) -> Iterator[tuple[str, Any, str, str]]:
    """Label a random draw of each set, as many questions as the study's plan asks for."""
    chance = Chance(f"labels {seed}")
    study = read_study(shipped)
    taxonomy = study.tables()["taxonomy"].to_pylist()
    plans = {one.question_set: one for one in study.sets}
    for kind, question_set in _LABELLED.items():
        questions = _questions(posts, kind)
        plan = plans[question_set]
        rounding: Rounding = "down" if plan.rounding == "down" else "up"
        size = sample_size(len(questions), rounding=rounding).sample_size
        drawn = chance.shuffled(questions)[: None if plan.is_whole_set else size]
        percents = {
            (one["inner_category"], one["leaf_category"] or ""): one["published_percent"] or 1.0
            for one in taxonomy
            if one["question_set"] == question_set
        }
        coded = (1 - sum(_NO_CATEGORY.values())) / sum(percents.values())
        shares = {name: percent * coded for name, percent in percents.items()} | _NO_CATEGORY
        counts = largest_remainders(list(shares.values()), len(drawn))
        categories = np.repeat(list(shares), counts, axis=0).tolist()
        for question_id, category in sorted(zip(drawn.tolist(), categories, strict=True)):
            yield question_set, question_id, *category


def _decisions(posts: NDArray) -> Iterator[tuple[str, Any, str]]:
    """Decide about each browser candidate as the generator meant it."""
    decided = {one: kind for kind in _DECIDED for one in _questions(posts, kind).tolist()}
    for question_id, kind in sorted(decided.items()):
        yield "browser", question_id, _DECIDED[kind]


def _questions(posts: NDArray, kind: str) -> NDArray:
    number = [stratum.name for stratum in strata()].index(kind)
    return posts["id"][posts["is_question"] & (posts["stratum"] == number)]


def _fingerprint(folder: Path, n_head: int = 0) -> str:
    """Return a hash of all files, without the first `n_head` lines of study.yml."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        lines: Sequence[bytes] = path.read_bytes().split(b"\n")
        kept = b"\n".join(lines[n_head:] if path.name == "study.yml" else lines)
        whole.update(f"{path.relative_to(folder)} {len(kept)} ".encode() + kept)
    return whole.hexdigest()


def _is_ours(folder: Path) -> bool:
    """Whether a study is as `write_study` left it."""
    try:
        head = (folder / "study.yml").read_bytes().split(b"\n", 1)[0]
    except OSError:
        return False
    return MARK.encode() in head and head.endswith(_fingerprint(folder, n_head=1).encode())
