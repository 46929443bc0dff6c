"""What all sections ask of the tables: which sets there are, their names, when the data end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE
from analyses.figures import CANDIDATES, Style, style_of, styles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from analyses.labelling.agreement import RaterAgreement
    from analyses.warehouse.tables import Row, Table, Tables

_MARK = Markup('<span class="mark" title="{0}">candidates</span>')


def moment(value: datetime | str | None) -> datetime | None:
    """Turn a date of the manifest, typed or ISO 8601, into a moment in UTC."""
    if value is None or value == "":
        return None
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def day(value: date | datetime | None) -> str:
    """Write a date as people do: 1 December 2019."""
    return NONE if value is None else f"{value.day} {value:%B %Y}"


def short_day(value: date | datetime | None) -> str:
    """Write a date in little room: 1 Dec 2019."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


@dataclass(frozen=True)
class Site:
    """What was loaded of one site, all tables together."""

    name: str
    is_synthetic: bool
    first: datetime | None
    last: datetime | None
    n_rows: int
    n_rejected_rows: int
    n_fabricated_rows: int
    n_replaced_characters: int


@dataclass(frozen=True)
class Study:
    """The tables, and what follows from them for every section.

    Attributes
    ----------
    tables : Tables
    agreement : tuple of RaterAgreement
        How far raters agree, where their sheets were given.
    """

    tables: Tables
    agreement: tuple[RaterAgreement, ...] = ()

    @cached_property
    def sets(self) -> dict[str, Row]:
        """Question sets by name, in the order of their positions."""
        rows = sorted(
            self.tables.rows("question_sets"), key=lambda one: (one.position, one.question_set)
        )
        return {row.question_set: row for row in rows}

    @cached_property
    def styles(self) -> dict[str, Style]:
        """How each set is drawn."""
        return styles(self.sets.values())

    @cached_property
    def manifest(self) -> tuple[Row, ...]:
        """The manifest, a site and table."""
        return self.tables.rows("dump_manifest")

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites, in the order of their names."""
        names = sorted({entry.site for entry in self.manifest})
        return tuple(self._site(name) for name in names)

    @cached_property
    def data_end(self) -> date | None:
        """The date of the last post of all sites, or None where that is not known."""
        ends = [site.last for site in self.sites if site.last is not None]
        return max(ends).date() if ends else None

    @cached_property
    def data_begin(self) -> date | None:
        """The date of the first post of all sites, or None where that is not known."""
        begins = [site.first for site in self.sites if site.first is not None]
        return min(begins).date() if begins else None

    @property
    def has_candidates(self) -> bool:
        """Whether any set holds candidates only."""
        return any(one.is_candidate_set for one in self.sets.values())

    def table(self, name: str) -> Table | None:
        """Return a whole table, for its CSV."""
        return self.tables.table(name)

    def rows(self, name: str) -> tuple[Row, ...]:
        """Return the rows of a table about question sets, in the order of the sets; others last."""
        order = {name: place for place, name in enumerate(self.sets)}
        rows = self.tables.rows(name)
        return tuple(sorted(rows, key=lambda row: order.get(row.question_set, len(order))))

    def pairs(self, name: str) -> tuple[Row, ...]:
        """Return the tests of pairs of sets, unions first, then in the order of the sets."""
        order = {name: place for place, name in enumerate(self.sets)}
        unions = {one.question_set for one in self.of_kind("union")}
        end = len(order)
        return tuple(
            sorted(
                self.tables.rows(name),
                key=lambda row: (
                    row.set_a not in unions,
                    order.get(row.set_a, end),
                    order.get(row.set_b, end),
                ),
            )
        )

    def of_kind(self, *kinds: str) -> tuple[Row, ...]:
        """Return the sets of these kinds, in their order."""
        return tuple(one for one in self.sets.values() if one.kind in kinds)

    @property
    def contrast(self) -> tuple[Row, Row] | None:
        """Return the union of topics and the baseline that it is held against, if both exist."""
        unions, baselines = self.of_kind("union"), self.of_kind("baseline")
        return (unions[0], baselines[0]) if unions and baselines else None

    def style(self, name: str) -> Style:
        """How a set is drawn, described or not."""
        return style_of(name, self.styles)

    def name(self, name: str) -> Markup:
        """Return a set's name with its colour, and its mark where it holds candidates only."""
        style = self.style(name)
        label = Markup('<span class="set" style="--set:{}">{}</span>').format(
            style.colour, style.label
        )
        return label + Markup(" ") + _MARK.format(CANDIDATES) if style.is_candidate_set else label

    def pair(self, first: str, second: str) -> Markup:
        """Return two sets' names as a comparison."""
        return Markup('{} <span class="against">against</span> {}').format(
            self.name(first), self.name(second)
        )

    def _site(self, name: str) -> Site:
        entries = [entry for entry in self.manifest if entry.site == name]
        posts = [entry for entry in entries if entry.table == "posts"] or entries
        firsts = [when for entry in posts if (when := moment(entry.first_at))]
        lasts = [when for entry in posts if (when := moment(entry.last_at))]
        return Site(
            name,
            is_synthetic=any(entry.is_synthetic for entry in entries),
            first=min(firsts, default=None),
            last=max(lasts, default=None),
            n_rows=total(entry.n_rows for entry in entries),
            n_rejected_rows=total(entry.n_rejected_rows for entry in entries),
            n_fabricated_rows=total(entry.n_fabricated_rows for entry in entries),
            n_replaced_characters=total(entry.n_replaced_characters for entry in entries),
        )


def total(values: Iterable[int | None]) -> int:
    """Sum what is known."""
    return sum(value for value in values if value is not None)
