"""The page: sections rendered into one HTML file that makes no network request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from analyses.common.files import replace_file
from analyses.report.blocks import Chart, Section, Table, blocks_of, downloads_of, script_json
from analyses.report.sections import sections_of
from analyses.report.study import StudyResults, day
from analyses.study.slips import instead
from analyses.warehouse.tables import Tables, read_tables
from loader.checks import warnings_of
from loader.errors import ReportError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from analyses.report.blocks import Block
    from analyses.warehouse import tables

_MORE_TABLES: Final = ("labels", "question_set_rules", "studies")


def read_results(data: Path, study: str | None = None) -> StudyResults:
    """Read what a report shows of a study; see `analyses.warehouse.tables.read_tables`."""
    tables = read_tables(data, study, _MORE_TABLES)
    sites = next((one.sites for one in tables.rows("studies")), None)
    return StudyResults(tables, tuple(warnings_of(data, sites)))


def write_report(report: Report, data: Path, output: Path | None = None) -> Path:
    """Write a report as a page, and return its file.

    Parameters
    ----------
    output : Path, optional
        The file to write, by default ``<study>.html`` in the data folder; it is replaced only when
        the new one is whole.

    Raises
    ------
    WarehouseError
        When the file cannot be written, or the tables are of no study.
    """
    study = next(iter(report.study.tables.rows("studies")), None)
    if study is None:
        raise WarehouseError(
            f"{data}: the database is of no study; move it away, then run `stackstudy build`"
        )
    path = data / f"{study.study}.html" if output is None else output
    replace_file(path, render(report).encode(), "file with --output")
    return path


@dataclass(frozen=True)
class Report:
    """What there is to show, before it is a page, figures or tables of a paper."""

    study: StudyResults
    sections: tuple[Section, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether the data of any site are synthetic."""
        return any(site.is_synthetic for site in self.study.sites)

    def only(self, names: Collection[str]) -> Report:
        """Return a report with these charts and tables alone, by the names of their files.

        Raises
        ------
        ReportError
            When there is no chart and no table of a name.
        """
        blocks: dict[str, list[Block]] = {}
        for block in blocks_of(self.sections):
            if isinstance(block, Chart | Table):
                blocks.setdefault(block.name.replace("_", "-"), []).append(block)
        for name in names:
            if name not in blocks:
                raise ReportError(
                    f"--only {name}: the report has no such chart or table{instead(name, blocks)}"
                )
        chosen = tuple(block for name in dict.fromkeys(names) for block in blocks[name])
        return replace(self, sections=(Section("chosen", "", "", chosen),))


def compose(study: StudyResults, agreement: Sequence[tables.Table] = ()) -> Report:
    """Make every section of the report.

    Parameters
    ----------
    agreement : sequence of Table
        How far raters agree: `analyses.report.agreement.read_agreement`.
    """
    if agreement:
        more = {table.name: table for table in agreement}
        tables = Tables({**study.tables.by_name, **more})
        study = replace(study, tables=tables)
    return Report(study, sections_of(study))


def render(report: Report, made_at: datetime | None = None) -> str:
    """Render the report as a page.

    Parameters
    ----------
    made_at : datetime, optional
        When the page says that it was made, by default now.
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
        title=study.title,
        sites=[site.name for site in study.sites],
        synthetic=synthetic,
        all_synthetic=len(synthetic) == len(study.sites),
        data_end=day(study.data_end) if study.data_end else None,
        made_on=day(made_at or datetime.now(UTC)),
        version=version("stackstudy"),
        sections=sections,
        downloads={
            name: script_json(table.to_csv()) for name, table in downloads_of(sections).items()
        },
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - a script of ours, not data
    )
