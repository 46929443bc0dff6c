"""What a paper says of a build: two paragraphs of methods, and the bibliography of both."""

from __future__ import annotations

import platform
import re
import tomllib
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import metadata, version
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from analyses.common.bibtex import Entry, read_entry
from analyses.common.files import replace_file
from analyses.common.numbers import GLUE, and_list, count, counted
from analyses.report.denominators import trends
from analyses.report.latex import latex
from analyses.report.references import references
from analyses.report.study import day, moment, total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyses.report.document import Report
    from analyses.report.study import Site, StudyResults
    from analyses.warehouse.tables import Row

METHODS: Final = "methods.md"
BIBLIOGRAPHY: Final = "references.bib"

AUTHORS: Final = "The stackstudy authors"
_DUMP: Final = "stackexchange_dump"
_PROGRAM: Final = "stackstudy"
_FIRST_NOT_ARCHIVED: Final = date(2024, 7, 1)
_LICENCES: Final = (
    ("2.5", date.min, date(2011, 4, 8)),
    ("3.0", date(2011, 4, 8), date(2018, 5, 2)),
    ("4.0", date(2018, 5, 2), date.max),
)
"""Versions of CC BY-SA, and the first day of each and of the next."""

_PROGRAMS: Final = {
    "dbt": "dbt-core", "DuckDB": "duckdb", "scipy": "scipy", "statsmodels": "statsmodels"
}  # fmt: skip
_WIDTH: Final = 100
_CITED: Final = re.compile(r"@(\w+)")


def write_texts(report: Report, folder: Path) -> list[Path]:
    """Write the methods and the bibliography of a paper, ready to edit.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    WarehouseError
        When a file cannot be written.
    """
    texts = {METHODS: methods_text(report.study), BIBLIOGRAPHY: bibliography(report.study)}
    for name, text in texts.items():
        replace_file(folder / name, text.encode(), "folder with --figures")
    return [folder / name for name in texts]


# --- bibliography


def bibliography(study: StudyResults) -> str:
    """Return what to cite, and the sources that the methods name, as BibTeX."""
    entries = citations(study)
    own = {entry.key for entry in entries}
    known = references()
    for key in dict.fromkeys(_CITED.findall(methods_text(study))):
        if key not in own:
            source = known[key]
            fields = {
                "author": _names(source.authors),
                "title": source.title,
                "year": source.year,
                "howpublished": source.where,
                "doi": source.doi,
            }
            escaped = {name: latex(text) for name, text in fields.items() if name != "doi"}
            entries.append(Entry("misc", key, escaped | {"doi": source.doi}))
    return "\n\n".join(map(str, entries)) + "\n"


def citations(study: StudyResults) -> list[Entry]:
    """Return what to cite: the study's paper, the data if any are real, and the program."""
    dump = [] if (entry := _dump(study)) is None else [entry]
    return [*_paper(study), *dump, _program(study)]


def _paper(study: StudyResults) -> list[Entry]:
    about = study.about
    if about is None:
        return []
    if entry := about._asdict().get("bibtex"):
        return [read_entry(entry)]
    if not (about.doi or about.citation):
        return []
    fields = {
        "key": latex(about.title),  # for styles that sort, since its authors are not known
        "title": latex(about.title),
        "doi": about.doi or "",
        "url": f"https://doi.org/{about.doi}" if about.doi else "",
        "note": latex(about.citation or ""),
    }
    return [Entry("misc", about.study, fields)]


def _dump(study: StudyResults) -> Entry | None:
    real = [site for site in study.sites if site.is_dump]
    if not real:
        return None
    end = max((site.last.date() for site in real if site.last), default=None)
    is_archived = end is not None and end < _FIRST_NOT_ARCHIVED
    until = f"Posts to {day(end)}. " if end else ""
    address = "archive.org/details/stackexchange" if is_archived else (
        "stackoverflow.com/help/data-dumps"
    )  # fmt: skip
    return Entry(
        "misc",
        _DUMP,
        {
            "author": "{Stack Exchange, Inc.}",
            "title": latex(f"Stack Exchange Data Dump: {and_list([one.name for one in real])}"),
            "year": str(end.year) if end else "",
            "howpublished": "Internet Archive" if is_archived else "",
            "url": f"https://{address}",
            "note": f"{until}Licence: {licences(real)}",
        },
    )


def licences(sites: list[Site]) -> str:
    """Return the versions of CC BY-SA that posts of these sites are under, by their dates."""
    begin = min((site.first.date() for site in sites if site.first), default=date.min)
    end = max((site.last.date() for site in sites if site.last), default=date.max)
    found = [name for name, first, after in _LICENCES if begin < after and end >= first]
    by_date = ", by the date of a post or of its last edit" if len(found) > 1 else ""
    return f"CC BY-SA {and_list(found)}{by_date}"


def _program(study: StudyResults) -> Entry:
    """Return the entry of the program; its address only where the package names one."""
    about = metadata(_PROGRAM)
    addresses = [one.partition(",")[2].strip() for one in about.get_all("Project-URL") or ()]
    return Entry(
        "software",
        _PROGRAM,
        {
            "author": f"{{{AUTHORS}}}",
            "title": "stackstudy: a warehouse for empirical studies of {Stack Exchange}",
            "year": str(_made_in(study)),
            "version": about["Version"],
            "url": addresses[0] if addresses else "",
            "note": f"Version {about['Version']}, licence: {about['License-Expression']}",
        },
    )


def _made_in(study: StudyResults) -> int:
    """Return the year in which the data of the build were loaded."""
    known = [when for row in study.manifest if (when := moment(row.finished_at))]
    return max(known, default=datetime.now(UTC)).year


def _names(authors: str) -> str:
    return " and ".join(re.split(r", | and ", authors))


# --- methods


def methods_text(study: StudyResults) -> str:
    """Return two paragraphs in Markdown: the questions and how they were found; measures and tests.

    Sources stand in square brackets, `[@wilson]`, as pandoc and Quarto read them.
    """
    paragraphs = (_questions(study), _measures(study))
    return "\n\n".join(fill(text.replace(GLUE, " "), _WIDTH, break_long_words=False,
                             break_on_hyphens=False) for text in paragraphs) + "\n"  # fmt: skip


def _questions(study: StudyResults) -> str:
    return " ".join(
        [*_data(study), *_left_out(study), *_sets(study), *_by_hand(study), *_samples(study)]
    )


def _data(study: StudyResults) -> Iterable[str]:
    sites = study.sites
    if not sites:
        return
    if all(one.is_synthetic for one in sites):
        said = and_list([one.name for one in sites])
        yield f"The data are synthetic, and no number is a finding ({said})."
    else:
        if real := [one.name for one in sites if one.is_dump]:
            yield f"We use the Stack Exchange data dump of {and_list(real)} [@{_DUMP}]."
        if study.instead_of_a_dump:
            yield study.instead_of_a_dump
        if synthetic := [one.name for one in sites if one.is_synthetic]:
            yield f"A part is synthetic ({and_list(synthetic)}), and no number is a finding."
        if study.dump_warnings:
            yield "The data are not as a whole dump is."
    names = {one.name for one in sites}
    posts = [row for row in study.manifest if row.table == "posts" and row.site in names]
    n_lost = total(row.n_rejected_rows for row in posts)
    n_invented = total(row.n_fabricated_rows for row in posts)
    end = max((one.last.date() for one in sites if one.last), default=None)
    yield (
        f"{counted(total(row.n_rows for row in posts), 'post was', 'posts were')} read"
        + (f", the last of {day(end)}" if end else "")
        + (
            f"; {counted(n_lost, 'post')} could not be read and {'is' if n_lost == 1 else 'are'}"
            " lost."
            if n_lost
            else "; none was lost."
        )
    )
    if n_invented:
        yield (
            f"{counted(n_invented, 'post', 'posts')} that the dump invents"
            f" {'is' if n_invented == 1 else 'are'} left out."
        )


def _left_out(study: StudyResults) -> Iterable[str]:
    steps = sorted(study.tables.rows("question_funnel"), key=lambda row: row.position)
    if not steps:
        return
    words = texts()["step"]
    asked = [row for row in steps if row.is_asked_for and row.step in words]
    parts = [f"{count(row.n_left_out)} {words[row.step]}" for row in asked if row.n_left_out]
    of = f"Of {counted(steps[0].n_questions, 'question')}"
    n = steps[-1].n_questions
    if parts:
        yield f"{of} we leave out {and_list(parts)}; {count(n)} {_verb(n, 'remain')}."
    elif asked:
        yield f"{of} none is {' or '.join(words[row.step] for row in asked)}, so all remain."
    else:
        yield f"{of} we leave out none."


def _verb(n: int, many: str) -> str:
    return f"{many}s" if n == 1 else many


def _sets(study: StudyResults) -> Iterable[str]:
    sizes = study.by_set("acceptance")
    funnel = study.by_set("question_set_funnel")
    words = texts()["kind"]
    for one in study.sets.values():
        if one.question_set not in sizes:
            continue
        n = counted(sizes[one.question_set].n_questions, "question")
        yield f"{words[one.kind].format(label=one.label, n=n)}{_how(study, one, funnel)}."


def _how(study: StudyResults, one: Row, funnel: dict[str, Row]) -> str:
    """Say by which rules a set was found; nothing of one that is made of others."""
    rules = [row for row in study.tables.rows("question_set_rules")
             if row.question_set == one.question_set]  # fmt: skip
    row = funnel.get(one.question_set)
    if not rules or row is None:
        return ""
    n_of = {
        kind: len({rule.value for rule in rules if rule.kind == kind}) for kind in ("tag", "term")
    }
    parts = [counted(n, kind) for kind, n in n_of.items() if n]
    rest = ""
    if row.n_left_to_others:
        rest += f"; {counted(row.n_left_to_others, 'match is', 'matches are')} left to other sets"
    return f", found by {and_list(parts)}{rest}"


def _by_hand(study: StudyResults) -> Iterable[str]:
    rows = [row for row in study.rows("question_set_funnel") if row.kind == "topic"]
    n_out, n_in = (
        total(getattr(row, name) for row in rows) for name in ("n_excluded", "n_included")
    )
    if n_out or n_in:
        yield (
            f"By hand, {counted(n_out, 'question was', 'questions were')} excluded and"
            f" {count(n_in)} included."
        )
    candidates = [one.label for one in study.of_kind("topic") if one.is_candidate_set]
    if candidates:
        yield (
            f"{and_list(candidates)} {'holds' if len(candidates) == 1 else 'hold'} candidates that"
            " were not inspected by hand."
        )


def _samples(study: StudyResults) -> Iterable[str]:
    sizes = {name: n for name, n in study.labelled.items() if n and name in study.sets}
    if not sizes:
        return
    yield f"We labelled {_per_set(study, sizes.items())}."
    categorised: dict[str, int] = {}
    for row in study.rows("taxonomy_distribution"):
        if row.question_set in sizes:
            n = max(categorised.get(row.question_set, 0), row.n_labelled or 0)
            categorised[row.question_set] = n
    if any(n != sizes[name] for name, n in categorised.items()):
        yield f"In a category are {_per_set(study, categorised.items())}."
    drawn = [row for row in study.rows("sample_sizes") if not row.is_whole_set]
    if drawn:
        own = [(row.question_set, row.sample_size) for row in drawn]
        yield (
            f"A random sample that is precise to ±{100 * drawn[0].interval:g} points with"
            f" {100 * drawn[0].confidence:g}% confidence [@cochran] has {_per_set(study, own)}."
        )


def _per_set(study: StudyResults, numbers: Iterable[tuple[str, int]]) -> str:
    return and_list(
        [f"{counted(n, 'question')} of {study.sets[name].label}" for name, n in numbers]
    )


def _measures(study: StudyResults) -> str:
    parts, n_tests = [], 0
    for method in texts()["method"]:
        paper = method.get("paper")
        if paper is None:
            continue
        where = paper.get("where", {})
        n = sum(
            getattr(row, paper["counts"]) is not None
            and all(getattr(row, name) == value for name, value in where.items())
            for row in _shown(study, paper["table"])
        )
        n_tests += n
        said = paper["one" if n == 1 else "many"] if n else paper.get("none", "")
        parts.append(said.format(n=count(n)))
    if n_tests:
        parts.append(texts()["all_tests"])
    return " ".join(" ".join([*parts, _versions()]).split())


def _shown(study: StudyResults, table: str) -> Iterable[Row]:
    """Return the rows of a table of tests that the report shows, too."""
    return trends(study) if table == "popularity_trends" else study.tables.rows(table)


def _versions() -> str:
    named = [f"{name} {version(package)}" for name, package in _PROGRAMS.items()]
    return (
        f"All numbers were computed with stackstudy {version(_PROGRAM)} [@{_PROGRAM}], on"
        f" {and_list([*named, f'Python {platform.python_version()}'])}."
    )


@cache
def texts() -> dict[str, Any]:
    """Return the texts on methods: `methods.toml`."""
    return tomllib.loads(Path(__file__).with_name("methods.toml").read_text(encoding="utf-8"))
