"""The page: sections rendered into one HTML file that asks nothing of any network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from analyses.common.numbers import and_list
from analyses.report.agreement import as_table
from analyses.report.blocks import downloads_of, script_json
from analyses.report.files import replace_file
from analyses.report.made_by import program_version
from analyses.report.sections import sections_of
from analyses.report.study import Study, day
from analyses.warehouse.tables import Tables, read_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.agreement import RaterAgreement
    from analyses.report.blocks import Section

REPORT = "report.html"
MORE_TABLES = ("labels", "question_set_rules", "studies")
"""Tables that a report reads beside the small ones of the models."""


def read_report_tables(data: Path, study: str | None = None) -> Tables:
    """Read what a report shows; see `analyses.warehouse.tables.read_tables`."""
    return read_tables(data, study, MORE_TABLES)


def write_report(data: Path, output: Path | None = None) -> Path:
    """Write the report of a data folder.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.
    output : Path, optional
        The file to write, by default ``report.html`` in the data folder. It is replaced when the
        new one is whole, never before.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WarehouseError
        When there is no database, its tables are not built, or the file cannot be written.
    """
    return write_page(compose(read_report_tables(data)), data, output)


def write_page(report: Report, data: Path, output: Path | None = None) -> Path:
    """Write a report that is composed already; otherwise as `write_report`."""
    path = data / REPORT if output is None else output
    replace_file(path, render(report).encode())
    return path


@dataclass(frozen=True)
class Report:
    """What there is to show, before it is a page, figures or tables of a paper.

    Attributes
    ----------
    study : Study
    sections : tuple of Section
    """

    study: Study
    sections: tuple[Section, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether any site of it is made up."""
        return any(site.is_synthetic for site in self.study.sites)


def compose(tables: Tables, agreement: Sequence[RaterAgreement] = ()) -> Report:
    """Make every section of the report.

    Parameters
    ----------
    tables : Tables
    agreement : sequence of RaterAgreement
        How far raters agree, where their sheets were given.

    Returns
    -------
    Report
    """
    if agreement:
        table = as_table(agreement)
        tables = Tables({**tables.by_name, table.name: table})
    study = Study(tables, tuple(agreement))
    return Report(study, sections_of(study))


def render(report: Report, made_at: datetime | None = None) -> str:
    """Render the report as a page.

    Parameters
    ----------
    report : Report
    made_at : datetime, optional
        The moment it says it was made, by default now.

    Returns
    -------
    str
        The whole page.
    """
    study, sections = report.study, report.sections
    environment = Environment(
        loader=PackageLoader("analyses.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    synthetic = [site.name for site in study.sites if site.is_synthetic]
    return environment.get_template("page.html").render(
        title=f"Question sets on {and_list([site.name for site in study.sites])}"
        if study.sites
        else "Question sets",
        sites=[site.name for site in study.sites],
        synthetic=synthetic,
        all_synthetic=len(synthetic) == len(study.sites),
        data_end=day(study.data_end) if study.data_end else None,
        made_on=day(made_at or datetime.now(UTC)),
        version=program_version(),
        sections=sections,
        downloads={
            name: script_json(table.to_csv()) for name, table in downloads_of(sections).items()
        },
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - a script of ours, not data
    )
