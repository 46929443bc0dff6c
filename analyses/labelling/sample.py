"""A sample: the questions to label of each set, and its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from analyses.common.spreadsheets import read_table, whole_number, write_csv, written_whole
from analyses.statistics.sampling import PILOT_SHARE, SampleSize, draw, sample_size
from analyses.study.labels import NO_CATEGORY
from analyses.warehouse.database import connect, table_names
from loader.errors import LabellingError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analyses.study.study import Study

QuestionKey = tuple[str, str, int]
"""Question set, site, question id."""

Part = Literal["all", "pilot", "rest"]

COLUMNS = (
    "question_set",
    "site",
    "question_id",
    "position",
    "is_pilot",
    "title",
    "url",
    "seed",
    "population",
    "stratum",
)
KEY = COLUMNS[:3]
_PLAN = ("confidence", "interval", "proportion", "rounding")
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"", "false", "0", "no"})


@dataclass(frozen=True)
class SampledQuestion:
    """A question sampled for a set; ``position`` is its place in the set's sample, from 1."""

    question_set: str
    site: str
    question_id: int
    position: int
    is_pilot: bool
    title: str = ""
    url: str = ""
    seed: int | None = None
    population: int | None = None
    stratum: str = ""

    @property
    def key(self) -> QuestionKey:
        """Set, site and id: a question may be sampled for two sets."""
        return self.question_set, self.site, self.question_id


@dataclass(frozen=True)
class Population:
    """A question set to sample from: its questions, and the study's plan.

    Attributes
    ----------
    is_candidate_set : bool
        Whether membership still needs people's decisions.
    questions : mapping of (site, question id) to (title, address)
    plan : mapping
        Arguments of `analyses.statistics.sampling.sample_size`; empty for a study without topics.
    is_whole_set : bool
        Whether the study labels every question of it.
    stratum : str
        The inner category whose questions these are; '' for all of the set.
    """

    question_set: str
    is_candidate_set: bool
    questions: Mapping[tuple[str, int], tuple[str, str]]
    plan: Mapping[str, Any]
    is_whole_set: bool = False
    stratum: str = ""

    @property
    def name(self) -> str:
        """Set and category, which also tell draws apart."""
        return f"{self.question_set}, {self.stratum}" if self.stratum else self.question_set

    def size(self, **formula: Any) -> SampleSize:
        """Return how many questions to label: by the study's plan, unless an argument differs."""
        return sample_size(len(self.questions), **{**self.plan, **formula})


def read_populations(
    data: Path, study: str | None = None, names: Sequence[str] = (), *, by_category: bool = False
) -> list[Population]:
    """Read question sets with their questions.

    Parameters
    ----------
    names : sequence of str
        The sets, in the order wanted; by default every topic set.
    by_category : bool
        Whether each inner category of the study's labels is a population, by name. A question
        with several is in the first of them.

    Raises
    ------
    WarehouseError
        When the tables are not built, a set does not exist, or has no labels by which to divide it.
    """
    with connect(data, study) as connection:
        needed = {"question_sets", "question_set_members", "questions", "sample_sizes"}
        if not needed <= table_names(connection):
            raise WarehouseError(f"{data}: no question sets are built; run `stackstudy build`")
        found = connection.execute(
            "select sets.question_set, sets.kind, sets.is_candidate_set, sizes.is_whole_set,"
            " sizes.confidence, sizes.interval, sizes.expected_share as proportion, sizes.rounding"
            " from question_sets as sets left join sample_sizes as sizes using (question_set)"
            " order by sets.position"
        ).to_arrow_table()
        sets = {one["question_set"]: one for one in found.to_pylist()}
        for name in names:
            if name not in sets:
                raise WarehouseError(
                    f"no question set is named {name!r}; there are {', '.join(sets) or 'none'}"
                )
        topics = [name for name, one in sets.items() if one["kind"] == "topic"]
        wanted = list(dict.fromkeys(names)) or topics
        rows = connection.execute(
            """
            select
                members.question_set,
                questions.site,
                questions.question_id,
                coalesce(questions.title, ''),
                coalesce(questions.url, '')
            from question_set_members as members
            inner join questions using (site, question_id)
            where list_contains($wanted, members.question_set)
            order by all
            """,
            {"wanted": wanted},
        ).fetchall()
        labels = {}
        if by_category:
            labels = {
                (name, site, question_id): category
                for name, site, question_id, category in connection.execute(
                    "select question_set, site, question_id, min(inner_category) from labels"
                    " where list_contains($wanted, question_set)"
                    " and not list_contains($none, inner_category) group by all",
                    {"wanted": wanted, "none": list(NO_CATEGORY)},
                ).fetchall()
            }
    questions: dict[str, dict[tuple[str, int], tuple[str, str]]] = {name: {} for name in wanted}
    for question_set, site, question_id, title, url in rows:
        questions[question_set][site, question_id] = (title, url)
    plan = {key: sets[topics[0]][key] for key in _PLAN} if topics else {}  # a study has one
    whole = [
        Population(name, one["is_candidate_set"], questions[name], plan, bool(one["is_whole_set"]))
        for name in wanted
        if (one := sets[name])
    ]
    return [part for one in whole for part in _divided(one, labels)] if by_category else whole


def _divided(population: Population, labels: Mapping[QuestionKey, str]) -> list[Population]:
    name = population.question_set
    parts: dict[str, dict[tuple[str, int], tuple[str, str]]] = {}
    for key, shown in population.questions.items():
        if (category := labels.get((name, *key))) is not None:
            parts.setdefault(category, {})[key] = shown
    if not parts:
        raise WarehouseError(
            f"{name}: no question has a category yet; label some and run `stackstudy build`"
        )
    return [
        replace(population, questions=parts[category], stratum=category, is_whole_set=False)
        for category in sorted(parts)
    ]


def sample_questions(
    populations: Sequence[tuple[Population, int]],
    *,
    seed: int,
    pilot_share: float = PILOT_SHARE,
    earlier: Sequence[SampledQuestion] = (),
) -> list[SampledQuestion]:
    """Sample questions of every set.

    Parameters
    ----------
    populations : sequence of (Population, int)
        Each set with the number of questions to sample from it.
    seed, pilot_share
        As in `analyses.statistics.sampling.draw`, whose sample depends on the seed, the set's
        name and the questions' sites and ids, and on nothing else.
    earlier : sequence of SampledQuestion
        A sample that grows: it stays as it is, pilot and all, and what is drawn for its sets comes
        behind it, whatever was loaded or excluded since.

    Returns
    -------
    list of SampledQuestion
        Set by set, in the order drawn: the pilot first.
    """
    sampled = list(earlier)
    for population, size in populations:
        name, questions = population.question_set, population.questions
        kept = [
            one for one in earlier if (one.question_set, one.stratum) == (name, population.stratum)
        ]
        sampled_keys = {(one.site, one.question_id) for one in sampled if one.question_set == name}
        if kept:
            rest = [key for key in questions if key not in sampled_keys]
            n_more = min(max(size - len(kept), 0), len(rest))
            more = draw(rest, n_more, seed=seed, stratum=population.name, pilot_share=0)
            first = 1 + max(one.position for one in sampled if one.question_set == name)
            sampled += [
                _sampled(population, key, place, seed)
                for place, key in enumerate(more.drawn, first)
            ]
            continue
        drawn = draw(questions, size, seed=seed, stratum=population.name, pilot_share=pilot_share)
        first = 1 + len(sampled_keys)
        sampled += [
            _sampled(population, key, place, seed, is_pilot=place < first + drawn.n_pilot)
            for place, key in enumerate(drawn.drawn, first)
        ]
    order = list(dict.fromkeys(one.question_set for one in sampled))
    return sorted(sampled, key=lambda one: order.index(one.question_set))


def _sampled(
    population: Population,
    key: tuple[str, int],
    position: int,
    seed: int,
    *,
    is_pilot: bool = False,
) -> SampledQuestion:
    title, url = population.questions[key]
    return SampledQuestion(
        population.question_set,
        *key,
        position=position,
        is_pilot=is_pilot,
        title=title,
        url=url,
        seed=seed,
        population=len(population.questions),
        stratum=population.stratum,
    )


def write_sample(path: Path, questions: Sequence[SampledQuestion], *, force: bool = False) -> None:
    """Write a sample as CSV; a file of that name is overwritten only with `force`."""
    with written_whole(path, force=force) as staged:
        write_csv(
            staged, COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in questions)
        )


def read_sample(path: Path) -> list[SampledQuestion]:
    """Read a sample, in the order drawn, whatever order its file has come to.

    Parameters
    ----------
    path : Path
        What `write_sample` wrote, or any CSV or xlsx with the columns question_set, site and
        question_id: a sample drawn elsewhere. Without ``position`` the order is that of the
        file, without ``is_pilot`` nothing is a pilot.

    Raises
    ------
    LabellingError
        When the file cannot be read, an id is none, or a question is there twice; the message
        names the row.
    """
    rows: dict[QuestionKey, int] = {}
    questions: list[SampledQuestion] = []
    sets: dict[str, int] = {}
    for line in read_table(path, KEY):
        where = f"{path}: row {line.number}"
        question_set, site, text = (line.values[column] for column in KEY)
        question_id = whole_number(text)
        if not question_set or not site or question_id is None:
            raise LabellingError(
                f"{where}: {text!r} of {site!r} in {question_set!r} is no question; give a"
                " question_set, a site and a whole number as question_id"
            )
        key = (question_set, site, question_id)
        if key in rows:
            raise LabellingError(
                f"{where}: question {question_id} is drawn for {question_set} already, in row"
                f" {rows[key]}; remove one of the two"
            )
        rows[key] = line.number
        sets.setdefault(question_set, len(sets))
        pilot = line.values.get("is_pilot", "").lower()
        if pilot not in _TRUE | _FALSE:
            raise LabellingError(f"{where}: is_pilot {pilot!r} is neither true nor false")
        questions.append(
            SampledQuestion(
                *key,
                position=whole_number(line.values.get("position", "")) or len(questions) + 1,
                is_pilot=pilot in _TRUE,
                title=line.values.get("title", ""),
                url=line.values.get("url", ""),
                seed=whole_number(line.values.get("seed", "")),
                population=whole_number(line.values.get("population", "")),
                stratum=line.values.get("stratum", ""),
            )
        )
    return sorted(questions, key=lambda row: (sets[row.question_set], row.position))


def read_sample_of(path: Path, study: Study) -> list[SampledQuestion]:
    """Read a sample of a study.

    Raises
    ------
    LabellingError
        When the study lacks a set of the sample.
    """
    questions = read_sample(path)
    for question in questions:
        if question.question_set not in study.set_names():
            raise LabellingError(
                f"{path}: {question.question_set!r} is no question set of the study {study.name};"
                " name the study it was drawn for: --study DIR"
            )
    return questions


def in_part(path: Path, questions: Sequence[SampledQuestion], part: Part) -> list[SampledQuestion]:
    """Return the pilot, the rest, or all of the questions of a sample's file.

    Raises
    ------
    LabellingError
        When there is none.
    """
    chosen = [row for row in questions if part == "all" or row.is_pilot == (part == "pilot")]
    if not chosen:
        what = "question" if part == "all" else f"question of the part {part}"
        raise LabellingError(f"{path}: holds no {what}; draw with `stackstudy draw`")
    return chosen
