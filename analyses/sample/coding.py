"""What people would make of the questions: labels of a random draw, and decisions.

Nobody has read a question; a label is drawn from the distribution that Chen et al. published, so
that the tables of labels show something. The generator knows which topic it wrote a question for.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from analyses.sample.arrivals import largest_remainders
from analyses.sample.official import MARK
from analyses.statistics.sampling import sample_size
from analyses.study.labels import Label, read_taxonomy, write_labels
from analyses.warehouse.build import seed_path
from loader.dump.folders import site_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

NOTE: Final = f"{MARK}; nobody has read this question"

_SETS: Final = {"server": "server_cloud", "mobile": "mobile", "browser": "browser"}
"""Question set of each kind of question that is labelled."""

_DECIDED: Final = {"browser": "include", "lookalike": "exclude"}
"""The paper's authors kept 165 of 576 browser candidates; for the others a question is a rule's."""

_MOST: Final = sample_size(10**9).sample_size
"""Questions that have to be labelled of a set, however large it is."""

# Of the 769 questions that the paper's authors drew.
_UNCLEAR: Final = 130 / 769
_FALSE_POSITIVE: Final = 58 / 769


@dataclass(frozen=True)
class Beside:
    """Files beside a dump's folder, which are no part of the dump."""

    labels: Path
    decisions: Path

    @classmethod
    def of(cls, folder: Path) -> Beside:
        """Return the files of a sample: they bear the name of its folder."""
        return cls(
            folder.with_name(f"{folder.name}-labels.csv"),
            folder.with_name(f"{folder.name}-decisions.csv"),
        )


class Coding:
    """Hears of every question as it is asked, and keeps as many as must be labelled.

    Parameters
    ----------
    site : str
        The site's name.
    seed : int
        Of the sample. Chance is another than that of the dump, whose bytes stay the same.
    decisions : TextIO
        Where decisions are written, as they come: they are as many as the candidates.
    """

    def __init__(self, site: str, seed: int, decisions: TextIO) -> None:
        self.n_labels = 0
        self.n_decisions = 0
        self._site = site
        self._rng = Random(f"coding {seed}")  # noqa: S311 - reproducible chance is wanted
        self._decisions = csv.writer(decisions, lineterminator="\n")
        self._decisions.writerow(("question_set", "site", "question_id", "decision", "note"))
        self._kept: dict[str, list[int]] = {name: [] for name in _SETS}
        self._n_asked = dict.fromkeys(_SETS, 0)

    def asked(self, kind: str, question_id: int) -> None:
        """Hear of a question: decide about it, and keep it or not (reservoir sampling)."""
        if kind in _DECIDED:
            self.n_decisions += 1
            self._decisions.writerow(("browser", self._site, question_id, _DECIDED[kind], NOTE))
        if kind not in _SETS:
            return
        self._n_asked[kind] += 1
        kept = self._kept[kind]
        if len(kept) < _MOST:
            kept.append(question_id)
            return
        place = self._rng.randrange(self._n_asked[kind])
        if place < _MOST:
            kept[place] = question_id

    def labels(self) -> list[Label]:
        """Label a random draw of each set, as many questions as the paper's formula asks for."""
        found = []
        for kind, question_set in _SETS.items():
            size = sample_size(self._n_asked[kind]).sample_size
            drawn = self._rng.sample(self._kept[kind], min(size, len(self._kept[kind])))
            found += self._labelled(question_set, drawn)
        self.n_labels = len(found)
        return found

    def _labelled(self, question_set: str, drawn: Sequence[int]) -> list[Label]:
        categories = {
            (one.inner_category, one.leaf_category): one.published_percent or 1.0
            for one in read_taxonomy(seed_path("taxonomy"))
            if one.question_set == question_set
        }
        if not categories:
            return []
        weights = {("unclear", ""): _UNCLEAR, ("false positive", ""): _FALSE_POSITIVE}
        rest = (1 - sum(weights.values())) / sum(categories.values())
        weights |= {name: weight * rest for name, weight in categories.items()}
        names = [
            name
            for name, n in zip(
                weights, largest_remainders(list(weights.values()), len(drawn)), strict=True
            )
            for _ in range(n)
        ]
        self._rng.shuffle(names)
        return [
            Label(question_set, self._site, question_id, inner, leaf, NOTE)
            for question_id, (inner, leaf) in sorted(zip(drawn, names, strict=True))
        ]


@contextmanager
def coding(folder: Path, seed: int) -> Iterator[Coding]:
    """Write the files beside a dump's folder, whole when the dump is."""
    beside = Beside.of(folder)
    labels, decisions = (
        path.with_name(f"{path.name}.part") for path in (beside.labels, beside.decisions)
    )
    try:
        with decisions.open("w", encoding="utf-8", newline="") as file:
            coded = Coding(site_named(folder.name) or folder.name, seed, file)
            yield coded
        write_labels(labels, coded.labels())
        labels.replace(beside.labels)
        decisions.replace(beside.decisions)
    finally:
        labels.unlink(missing_ok=True)
        decisions.unlink(missing_ok=True)


def is_ours(path: Path) -> bool:
    """Whether every line of a file beside a sample was written by one: none by a person."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return all(line.endswith(NOTE) for line in lines[1:])
