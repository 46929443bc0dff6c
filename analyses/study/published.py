"""What papers printed: figures, counts, response times, and figures of other studies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.study.labels import full_name
from analyses.study.rows import read_rows
from analyses.study.slips import instead, unknown_set

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import yaml

    from analyses.study.labels import Category
    from analyses.study.slips import Slips
    from analyses.study.yml import Yml

BOUNDS: Final = ("least", "print", "most")
_VERSUS: Final = " vs "


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """A printed figure and how it is recomputed: one row of `published_figures.csv`.

    Attributes
    ----------
    question_set : str
        A set, two as ``a vs b``, `all_questions`, or another study.
    unit, derivable_from_package, note : str
        For people.
    measure : str
        Recomputes it: a measure of the table `replication_measures`.
    decimals : int
        How many the print has.
    need : str
        A key of ``published: needs`` that must hold, too.
    printed_measure, printed_measure_to : str
        The measure that the print really equals; with the second, the two ends of a span.
    print_scale : float
        The factor by which the print is too large.
    misprint : str
        The sentence that explains it.
    inner_category, leaf_category : str
        The category of a figure of one; the leaf is empty for an inner category.
    remark : str
        A sentence about a figure that is equal, with `{beside}` and `{beside_p}` for the two
        measures that follow.
    beside_measure, beside_p_measure : str
        The result of another way of computing, and its p-value.
    """

    step: int | None = None
    figure: str
    question_set: str
    year: int | None = None
    published: float
    unit: str = ""
    derivable_from_package: str = ""
    note: str = ""
    measure: str
    decimals: int
    need: str = ""
    printed_measure: str = ""
    printed_measure_to: str = ""
    print_scale: float = 1.0
    misprint: str = ""
    inner_category: str = ""
    leaf_category: str = ""
    remark: str = ""
    beside_measure: str = ""
    beside_p_measure: str = ""

    @property
    def category(self) -> tuple[str, str, str]:
        """Key of the category that it is of."""
        return self.question_set, self.inner_category, self.leaf_category

    @property
    def key(self) -> tuple[int | None, str, str, int | None, str, str]:
        """What tells the figure from all others."""
        return (
            self.step,
            self.figure,
            self.question_set,
            self.year,
            self.inner_category,
            self.leaf_category,
        )


@dataclass(frozen=True)
class PublishedCount:
    """Printed counts of a set, or their bounds where rounding leaves them open."""

    published_set: str
    question_set: str
    bound: str
    n_questions: int
    n_accepted: int
    source: str


@dataclass(frozen=True)
class PublishedNeed:
    """A condition of a figure: `measure` of `question_set` must be `at_least` so much.

    A need without a measure is never met.
    """

    need: str
    measure: str
    question_set: str
    at_least: float | None
    reason: str
    when_different: str


@dataclass(frozen=True)
class PublishedResponseTime:
    """A response time of a set whose posts were not published."""

    question_set: str
    response_minutes_days_dropped: float


@dataclass(frozen=True)
class OtherStudy:
    """What a study of another topic printed, and the years in which its questions were asked."""

    baseline: str
    label: str
    no_accepted_percent: float
    median_response_minutes: float | None
    source: str
    first_year: int | None = None
    last_year: int | None = None


@dataclass(frozen=True)
class Published:
    """All printed figures of a study.

    Attributes
    ----------
    site : str or None
        The site whose questions the figures count.
    """

    figures: tuple[PublishedFigure, ...] = ()
    counts: tuple[PublishedCount, ...] = ()
    needs: tuple[PublishedNeed, ...] = ()
    response_times: tuple[PublishedResponseTime, ...] = ()
    site: str | None = None


def read_other_studies(yml: Yml, node: yaml.Node | None) -> list[OtherStudy]:
    """Read the section ``other_studies`` of study.yml."""
    keys = ("label", "no_accepted_percent", "median_response_minutes", "source")
    years = ("first_year", "last_year")
    found: dict[str, OtherStudy] = {}
    for item in yml.items(node, "other_studies"):
        values = yml.mapping(item, "another study", (*keys, *years), (keys[0], keys[1], keys[3]))
        label = yml.text(values.get("label"), "label")
        source = yml.text(values.get("source"), "source")
        percent = yml.number(values.get("no_accepted_percent"), "no_accepted_percent", 0, 100)
        minutes = yml.number(values.get("median_response_minutes"), "median_response_minutes", 0)
        first, last = (yml.whole(values.get(name), name, 1) for name in years)
        if (first is None) != (last is None):
            yml.slip(item, "another study has one of first_year and last_year; give both or none")
        elif first is not None and last is not None and first > last:
            yml.slip(item, f"first_year {first} is after last_year {last}; swap them")
        if label is None or percent is None or source is None:
            continue
        slug = re.sub(r"\W+", "_", label.lower()).strip("_")
        if slug in found:
            yml.slip(item, f"another study is labelled {found[slug].label!r} already; keep one")
        found[slug] = OtherStudy(slug, label, percent, minutes, source, first, last)
    return list(found.values())


def read_counts(
    yml: Yml, node: yaml.Node | None, question_sets: Collection[str]
) -> list[PublishedCount]:
    """Read ``published: counts`` of study.yml."""
    keys = ("question_set", "bound", "n_questions", "n_accepted", "source")
    found = []
    for name, item in yml.mapping(node, "counts").items():
        values = yml.mapping(item, name, keys, keys)
        question_set = yml.choice(values.get("question_set"), "question_set", question_sets)
        bound = yml.choice(values.get("bound"), "bound", BOUNDS)
        n_questions = yml.whole(values.get("n_questions"), "n_questions", 0)
        n_accepted = yml.whole(values.get("n_accepted"), "n_accepted", 0)
        source = yml.text(values.get("source"), "source")
        if (
            question_set is None
            or bound is None
            or n_questions is None
            or n_accepted is None
            or source is None
        ):
            continue
        if n_accepted > n_questions:
            yml.slip(
                values["n_accepted"],
                f"{name}: n_accepted {n_accepted:,} is more than n_questions {n_questions:,};"
                " mend one of the two",
            )
        found.append(PublishedCount(name, question_set, bound, n_questions, n_accepted, source))
    return found


def read_needs(
    yml: Yml, node: yaml.Node | None, question_sets: Collection[str]
) -> list[PublishedNeed]:
    """Read ``published: needs`` of study.yml."""
    keys = ("measure", "question_set", "at_least", "reason", "when_different")
    found = []
    for name, item in yml.mapping(node, "needs").items():
        values = yml.mapping(item, name, keys, ("reason",))
        together = [key for key in keys[:3] if key in values]
        if together and len(together) < 3:
            missing = next(key for key in keys[:3] if key not in values)
            yml.slip(item, f"{name} has {together[0]} and no {missing}; give all three, or none")
        question_set = yml.choice(values.get("question_set"), "question_set", question_sets)
        found.append(
            PublishedNeed(
                name,
                yml.text(values.get("measure"), "measure") or "",
                question_set or "",
                yml.number(values.get("at_least"), "at_least"),
                yml.text(values.get("reason"), "reason") or "",
                yml.text(values.get("when_different"), "when_different") or "",
            )
        )
    return found


def read_figures(  # noqa: PLR0913, PLR0917 - what a figure may name
    path: Path,
    question_sets: Sequence[str],
    others: Sequence[OtherStudy],
    needs: Sequence[PublishedNeed],
    taxonomy: Sequence[Category],
    slips: Slips,
) -> list[PublishedFigure]:
    """Read and check `published_figures.csv`."""
    coded = {one.question_set for one in taxonomy}
    categories = {one.key for one in taxonomy}
    categories |= {(one.question_set, one.inner_category, "") for one in taxonomy}
    names = [*question_sets, "all_questions", *(other.baseline for other in others)]
    known = {one.need for one in needs}
    first_rows: dict[tuple[object, ...], int] = {}
    figures = []
    for row, one in read_rows(path, PublishedFigure, slips):
        parts = one.question_set.split(_VERSUS)
        said = next((wrong for part in parts if (wrong := unknown_set(part, names))), "")
        first = first_rows.setdefault(one.key, row)
        if said:
            pass
        elif first != row:
            said = f"figure {one.figure} of {one.question_set} is in row {first} already; keep one"
        elif one.need and one.need not in known:
            said = f"need {one.need!r} is not in published: needs of study.yml"
            said += instead(one.need, known) if known else "; add it there"
        elif one.inner_category and one.question_set in coded and one.category not in categories:
            names_there = [full_name(*key[1:]) for key in sorted(categories)]
            name = full_name(one.inner_category, one.leaf_category)
            said = f"taxonomy.csv has no category {name!r}{instead(name, names_there)}"
        else:
            said = _incomplete(one)
        if said:
            slips.add(path, said, row=row)
        else:
            figures.append(one)
    return figures


def _incomplete(one: PublishedFigure) -> str:
    """Return what is wrong with columns that go together; '' if nothing is."""
    if len({bool(one.misprint), bool(one.printed_measure), bool(one.printed_measure_to)}) > 1:
        return "misprint, printed_measure and printed_measure_to: fill all three, or none"
    if one.leaf_category and not one.inner_category:
        return "leaf_category without inner_category; fill both, or the inner one"
    if bool(one.remark) != bool(one.beside_measure and one.beside_p_measure):
        return "remark, beside_measure and beside_p_measure: fill all three, or none"
    if one.print_scale <= 0:
        return f"print_scale {one.print_scale:g} is not greater than 0; leave it empty for 1"
    return ""


def read_response_times(
    path: Path, question_sets: Collection[str], slips: Slips
) -> list[PublishedResponseTime]:
    """Read and check `published_response_times.csv`."""
    times = []
    for row, one in read_rows(path, PublishedResponseTime, slips):
        if said := unknown_set(one.question_set, question_sets):
            slips.add(path, said, row=row)
        elif one.response_minutes_days_dropped < 0:
            said = "response_minutes_days_dropped is less than 0; a time without days cannot be"
            slips.add(path, said, row=row)
        else:
            times.append(one)
    return times
