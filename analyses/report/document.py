"""The page: sections rendered into one HTML file that asks nothing of any network."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from analyses.figures.numbers import and_list
from analyses.marts import read_marts
from analyses.report.blocks import marts_of, script_json
from analyses.report.made_by import program_version
from analyses.report.sections import sections_of
from analyses.report.study import Study, day
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from analyses.marts import Marts

REPORT = "report.html"


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
    path = data / REPORT if output is None else output
    _replace(path, render(read_marts(data)))
    return path


def render(marts: Marts, made_at: datetime | None = None) -> str:
    """Render the report.

    Parameters
    ----------
    marts : Marts
    made_at : datetime, optional
        The moment it says it was made, by default now.

    Returns
    -------
    str
        The whole page.
    """
    study = Study(marts)
    sections = sections_of(study)
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
        downloads={name: script_json(mart.to_csv()) for name, mart in marts_of(sections).items()},
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - a script of ours, not data
    )


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then put it in its place in one step; leave nothing else behind."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="\n",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"{path}: the report cannot be written: {error.strerror or error};"
            " name another file with --output"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
