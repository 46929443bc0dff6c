"""What all sections need of a study's tables: its sets, their names, its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from analyses.common.numbers import NONE, and_list
from analyses.figures import CANDIDATES, Style, style_of, styles
from analyses.replication import MARK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from analyses.warehouse.tables import Row, Table, Tables

_MARK = Markup('<span class="mark" title="{0}">candidates</span>')


def moment(value: datetime | str | None) -> datetime | None:
    """Turn a date of the manifest, typed or ISO 8601, into a moment in UTC."""
    if value is None or value == "":
        return None
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def day(value: date | datetime | None, month: str = "%B") -> str:
    """Write a date as people do: 1 December 2024; with ``%b``, 1 Dec 2024."""
    return NONE if value is None else f"{value.day} {value:{month} %Y}"


@dataclass(frozen=True)
class Site:
    """What was loaded from one site, all tables together.

    Attributes
    ----------
    stands_for : str
        What a replication loaded instead of a dump, in words; '' for a dump.
    """

    name: str
    is_synthetic: bool
    first: datetime | None
    last: datetime | None
    n_rows: int
    n_rejected_rows: int
    n_fabricated_rows: int
    n_replaced_characters: int
    stands_for: str = ""

    @property
    def is_dump(self) -> bool:
        """Whether it is of a dump that Stack Exchange published."""
        return not self.is_synthetic and not self.stands_for


@dataclass(frozen=True)
class StudyResults:
    """The tables of one study, and what follows from them for every section.

    Attributes
    ----------
    dump_warnings : tuple of str
        One line for whatever a whole dump does not have: `loader.checks.warnings_of`.
    """

    tables: Tables
    dump_warnings: tuple[str, ...] = ()

    # --- the study

    @cached_property
    def about(self) -> Row | None:
        """The study's row of `studies`; None if the database has none."""
        return next(iter(self.tables.rows("studies")), None)

    @property
    def title(self) -> str:
        """The study's title; without one, the sites that it looks at."""
        if self.about is not None:
            return self.about.title
        on = and_list([site.name for site in self.sites])
        return f"Question sets on {on}" if on else "Question sets"

    @cached_property
    def sets(self) -> dict[str, Row]:
        """Question sets by name, in the order of their positions."""
        rows = sorted(
            self.tables.rows("question_sets"), key=lambda one: (one.position, one.question_set)
        )
        return {row.question_set: row for row in rows}

    def of_kind(self, *kinds: str) -> tuple[Row, ...]:
        """Return the sets of these kinds, in their order."""
        return tuple(one for one in self.sets.values() if one.kind in kinds)

    @property
    def topics(self) -> tuple[Row, ...]:
        """The topic sets, in their order."""
        return self.of_kind("topic")

    @property
    def base(self) -> Row | None:
        """The base set; None if no set is described."""
        return next(iter(self.of_kind("base")), None)

    @property
    def union(self) -> Row | None:
        """The union of the topics, if the study has one."""
        return next(iter(self.of_kind("union")), None)

    @property
    def baseline(self) -> Row | None:
        """The set that the topics are compared with, if the study has one."""
        return next(iter(self.of_kind("baseline")), None)

    @property
    def subject(self) -> Row | None:
        """The set that a sentence is about: the union, the only topic, or else the base set."""
        return self.union or (self.topics[0] if len(self.topics) == 1 else self.base)

    @property
    def compared(self) -> tuple[Row, ...]:
        """The sets that a chart shows side by side: topics, union, baseline; else the base set."""
        return self.of_kind("topic", "union", "baseline") or self.of_kind("base")

    @property
    def apart(self) -> tuple[Row, ...]:
        """Those of them whose curves can be told apart: the union lies over its parts."""
        return self.of_kind("topic", "baseline") or self.compared

    @property
    def contrast(self) -> tuple[Row, Row] | None:
        """The set that the study is about, and the baseline, if it has both."""
        if self.subject is None or self.subject == self.base or self.baseline is None:
            return None
        return self.subject, self.baseline

    def headline(self, name: str, n: str) -> list[Row]:
        """Return the subject's row of a table, then the baseline's; only rows whose `n` is not 0.

        Without the subject's, none.
        """
        rows = {one: row for one, row in self.by_set(name).items() if getattr(row, n)}
        if self.subject is None or self.subject.question_set not in rows:
            return []
        chosen = self.contrast or (self.subject,)
        return [rows[one.question_set] for one in chosen if one.question_set in rows]

    @property
    def is_empty(self) -> bool:
        """Whether no question of the data is in any set of the study."""
        return not any(row.n_questions for row in self.tables.rows("acceptance"))

    @property
    def has_candidates(self) -> bool:
        """Whether any set holds candidates only."""
        return any(one.is_candidate_set for one in self.sets.values())

    @property
    def drops_days(self) -> bool:
        """Whether the study recomputes response times that were printed with days dropped."""
        return self.tables.drops_days

    # --- its data

    @cached_property
    def manifest(self) -> tuple[Row, ...]:
        """The manifest: one row per site and table."""
        return self.tables.rows("dump_manifest")

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The loaded sites that the study looks at, by name; if none of its own is loaded, all."""
        loaded = sorted({entry.site for entry in self.manifest})
        asked = (self.about and self.about.sites) or loaded
        return tuple(map(self.site, [name for name in loaded if name in asked] or loaded))

    @property
    def data_end(self) -> date | None:
        """The date of the last post of these sites; None if unknown."""
        return max((site.last.date() for site in self.sites if site.last), default=None)

    @property
    def data_begin(self) -> date | None:
        """The date of the first post of these sites; None if unknown."""
        return min((site.first.date() for site in self.sites if site.first), default=None)

    def site(self, name: str) -> Site:
        """Return what was loaded from a site, whether or not the study looks at it."""
        entries = [entry for entry in self.manifest if entry.site == name]
        posts = [entry for entry in entries if entry.table == "posts"] or entries
        return Site(
            name,
            any(entry.is_synthetic for entry in entries),
            min((when for entry in posts if (when := moment(entry.first_at))), default=None),
            max((when for entry in posts if (when := moment(entry.last_at))), default=None),
            total(entry.n_rows for entry in entries),
            total(entry.n_rejected_rows for entry in entries),
            total(entry.n_fabricated_rows for entry in entries),
            total(entry.n_replaced_characters for entry in entries),
            next(
                (
                    comment.removeprefix(f"{MARK}: ")
                    for entry in posts
                    if (comment := entry.source_comment or "").startswith(MARK)
                ),
                "",
            ),
        )

    @property
    def instead_of_a_dump(self) -> str:
        """Say what the data are, where no dump of Stack Exchange was loaded; '' for a dump."""
        stand_ins = [site for site in self.sites if site.stands_for]
        if not stand_ins:
            return ""
        parts = [f"{site.stands_for} ({site.name})" for site in stand_ins]
        return f"These data are no dump of Stack Exchange, but {and_list(parts)}."

    @cached_property
    def knows_askers(self) -> bool:
        """Whether the data say who asked any question at all."""
        asked = [row for row in self.tables.rows("yearly_popularity") if row.n_questions]
        return not asked or any(row.n_users for row in asked)

    # --- rows

    def table(self, name: str) -> Table | None:
        """Return a whole table, for its CSV."""
        return self.tables.table(name)

    def rows(self, name: str) -> tuple[Row, ...]:
        """Return the rows of a table about question sets, in the order of the sets; others last."""
        places = {name: place for place, name in enumerate(self.sets)}
        return tuple(
            sorted(
                self.tables.rows(name), key=lambda row: places.get(row.question_set, len(places))
            )
        )

    def by_set(self, name: str) -> dict[str, Row]:
        """Return the rows of a table that has one per question set, by the set's name."""
        return {row.question_set: row for row in self.rows(name)}

    def pairs(self, name: str) -> tuple[Row, ...]:
        """Return the tests of pairs of sets, the union's first, then in the order of the sets."""
        places = {name: place for place, name in enumerate(self.sets)}
        end = len(places)
        if self.union is not None:
            places[self.union.question_set] = -1
        return tuple(
            sorted(
                self.tables.rows(name),
                key=lambda row: (places.get(row.set_a, end), places.get(row.set_b, end)),
            )
        )

    def contrast_of(self, name: str) -> Row | None:
        """Return the test of the study's own contrast, if there is one."""
        pair = tuple(one.question_set for one in self.contrast or ())
        tests = (row for row in self.tables.rows(name) if (row.set_a, row.set_b) == pair)
        return next((row for row in tests if row.p_value_adjusted is not None), None)

    def adjusted(self, outcome: str, method: str) -> Row | None:
        """Return the study's own contrast in an outcome by a method, where it has an interval."""
        pair = tuple(one.question_set for one in self.contrast or ())
        return next(
            (
                row
                for row in self.tables.rows("adjusted_comparisons")
                if (row.set_a, row.set_b, row.outcome, row.method) == (*pair, outcome, method)
                and row.ci_low is not None
            ),
            None,
        )

    @property
    def repeated_people(self) -> tuple[Row, ...]:
        """The design effects of sets in which anyone is known to have asked or answered twice."""
        return tuple(row for row in self.rows("design_effects") if row.n_largest != 1)

    def interval(
        self, name: str, measure: str, people: str, low: float | None, high: float | None
    ) -> tuple[float | None, float | None]:
        """Return the interval of a set's measure that allows for people, else the given one."""
        return next(
            (
                (row.ci_low, row.ci_high)
                for row in self.repeated_people
                if (row.question_set, row.measure, row.clustered_by) == (name, measure, people)
                and row.ci_low is not None
            ),
            (low, high),
        )

    @cached_property
    def labelled(self) -> dict[str, int]:
        """How many questions of each set have a label, one in no category too."""
        found: dict[str, set[tuple[str, int]]] = {}
        for row in self.rows("labels"):
            found.setdefault(row.question_set, set()).add((row.site, row.question_id))
        return {name: len(questions) for name, questions in found.items()}

    @cached_property
    def _years(self) -> dict[str, list[int]]:
        asked: dict[str, list[int]] = {}
        for row in self.tables.rows("yearly_popularity"):
            if row.n_questions:
                asked.setdefault(row.question_set, []).append(row.year)
        return asked

    def asked(self, name: str) -> list[int]:
        """Return the years in which a set's questions were asked; none if unknown."""
        return self._years.get(name, [])

    def asked_when(self, name: str) -> str:
        """Return when a set's questions were asked: "asked 2015 to 2018"; '' if unknown."""
        asked = self.asked(name)
        if not asked:
            return ""
        first, last = min(asked), max(asked)
        return f"asked in {first}" if first == last else f"asked {first} to {last}"

    def questions(self, name: str, *, after: str = "") -> str:
        """Return a set's questions with the years in which they were asked, in words.

        Parameters
        ----------
        after : str
            The set that was named before, whose years need not be repeated.
        """
        asked, questions = self.asked_when(name), self.style(name).questions
        if not asked:
            return questions
        if after and asked == self.asked_when(after):
            return f"{questions} of the same years"
        return f"{questions} {asked}"

    def why_empty(self, name: str) -> str:
        """Say why a table has no row: it was not built, or it is empty."""
        return f"the table {name} {'was not built' if self.table(name) is None else 'is empty'}"

    # --- names

    @cached_property
    def styles(self) -> dict[str, Style]:
        """How each set is drawn."""
        return styles(self.sets.values())

    def style(self, name: str) -> Style:
        """Return how a set is drawn, described or not."""
        return style_of(name, self.styles)

    def name(self, name: str | None) -> Markup:
        """Return a set's name in its colour, marked if it holds candidates only."""
        style = self.style(name or NONE)
        if name not in self.sets:
            return escape(style.label)
        label = Markup('<span class="set" style="--set:{}">{}</span>').format(
            style.colour, style.label
        )
        return label + Markup(" ") + _MARK.format(CANDIDATES) if style.is_candidate_set else label

    def pair(self, first: str, second: str) -> Markup:
        """Return two sets' names as a comparison."""
        return Markup('{} <span class="against">vs.</span> {}').format(
            self.name(first), self.name(second)
        )


def total(values: Iterable[int | None]) -> int:
    """Return the sum of the known values."""
    return sum(value for value in values if value is not None)
