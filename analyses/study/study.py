"""A study folder, read and checked once for the models, the report and people."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_type_hints

from analyses.common.bibtex import Entry, read_entry
from analyses.common.project import project_dir
from analyses.common.spreadsheets import SUFFIXES
from analyses.study.decisions import Decision, read_decisions
from analyses.study.labels import (
    LABEL_KINDS,
    Category,
    Label,
    LabelKind,
    Taxonomy,
    read_labels,
    read_taxonomy,
)
from analyses.study.published import (
    OtherStudy,
    Published,
    PublishedCount,
    PublishedFigure,
    PublishedNeed,
    PublishedResponseTime,
    read_counts,
    read_figures,
    read_needs,
    read_other_studies,
    read_response_times,
)
from analyses.study.sets import Plan, QuestionSet, Rule, SetReader
from analyses.study.sites import site_name
from analyses.study.slips import Slips, instead, resembling
from analyses.study.yml import Yml
from loader.errors import StudyError
from loader.sites import find_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    import pyarrow as pa
    import yaml

T = TypeVar("T")

DEFAULT: Final = "deep_learning_deployment"
VARIABLE: Final = "STACKSTUDY_STUDY"
FILE: Final = "study.yml"
RATINGS: Final = "ratings"
"""Folder of what each rater says, on the way to decisions and labels."""
TABLES: Final = (
    "taxonomy",
    "decisions",
    "labels",
    "published_figures",
    "published_response_times",
)
"""Tables of a study folder by the stem of their file's name."""

LEFT_OUT: Final = ("deleted", "closed", "duplicate", "wiki")
"""Kinds of questions that a study may leave out."""

_KEYS: Final = (
    *("study", "title", "cite", "sites", "questions", "base", "searched", "topics", "union"),
    *("baseline", "sampling", "other_studies", "published"),
)
_NAME: Final = re.compile("[a-z][a-z0-9_]*")
_TAKEN: Final = ("main", "temp", "system", "memory")
"""Names that DuckDB gives to its own databases and schemas."""
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/\S+")
_PASSED_OVER: Final = re.compile(
    r"\..*|(readme|licen[cs]e|citation|changelog)([._-].*)?", re.IGNORECASE
)
_TABLE_LIKE: Final = (*SUFFIXES, ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".json", ".parquet")
"""Endings of files that hold what a person gave, whether or not they are read."""
_NO_FILE: Final = "is no file that can be read (a folder, or a link to nothing); put the file there"
_SHEET: Final = re.compile(r"label(_.*)?|position|is_pilot")
"""Columns of the sheets that raters fill, and of samples."""


@dataclass(frozen=True)
class Study:
    """A study as its folder describes it.

    Attributes
    ----------
    name : str
        Name of the folder, and of the study's database.
    folder : Path
        Absolute.
    files : tuple of str
        Names of the files that were read.
    hash : str
        SHA-256 of the names and bytes of these files.
    sites : tuple of str or None
        Sites of the study; None for all that are loaded.
    asked_from, asked_until : datetime.date or None
        First day of its questions, and the day after the last.
    leave_out : tuple of str
        Of `LEFT_OUT`.
    sets : tuple of QuestionSet
        In the order of their positions.
    notes : tuple of str
        One line for each file that nothing reads.
    """

    name: str
    title: str
    folder: Path
    files: tuple[str, ...]
    hash: str
    doi: str | None
    citation: str | None
    bibtex: str | None
    sites: tuple[str, ...] | None
    asked_from: date | None
    asked_until: date | None
    min_score: int | None
    leave_out: tuple[str, ...]
    sets: tuple[QuestionSet, ...]
    rules: tuple[Rule, ...]
    taxonomy: Taxonomy
    decisions: tuple[Decision, ...]
    labels: tuple[Label, ...]
    other_studies: tuple[OtherStudy, ...]
    published: Published
    notes: tuple[str, ...]

    def set_names(self, *kinds: str) -> list[str]:
        """Return the names of the sets of some kinds, or of all."""
        return [one.question_set for one in self.sets if not kinds or one.kind in kinds]

    def tables(self) -> dict[str, pa.Table]:
        """Return the study as the tables of the dbt source `study`."""
        import pyarrow as pa  # a quarter of a second that `study check` need not wait

        kinds = [
            LabelKind(label, position, text)
            for position, (label, text) in enumerate(LABEL_KINDS.items(), start=1)
        ]
        about = {
            "study": (self.name, pa.string()),
            "title": (self.title, pa.string()),
            "doi": (self.doi, pa.string()),
            "citation": (self.citation, pa.string()),
            "bibtex": (self.bibtex, pa.string()),
            "study_hash": (self.hash, pa.string()),
            "sites": (self.sites, pa.list_(pa.string())),
            "asked_from": (self.asked_from, pa.date32()),
            "asked_until": (self.asked_until, pa.date32()),
            "min_score": (self.min_score, pa.int64()),
            "leave_out": (self.leave_out, pa.list_(pa.string())),
            "published_site": (self.published.site, pa.string()),
        }
        return {
            "studies": pa.table({key: pa.array([one], kind) for key, (one, kind) in about.items()}),
            "question_sets": _table(QuestionSet, self.sets),
            "rules": _table(Rule, self.rules),
            "decisions": _table(Decision, self.decisions),
            "labels": _table(Label, self.labels),
            "label_kinds": _table(LabelKind, kinds),
            "taxonomy": _table(Category, self.taxonomy.categories),
            "other_studies": _table(OtherStudy, self.other_studies),
            "published_figures": _table(PublishedFigure, self.published.figures),
            "published_counts": _table(PublishedCount, self.published.counts),
            "published_needs": _table(PublishedNeed, self.published.needs),
            "published_response_times": _table(
                PublishedResponseTime, self.published.response_times
            ),
        }


def _table(kind: type[T], rows: Iterable[T]) -> pa.Table:
    """Return records as an Arrow table: a field is a column, and an empty text is null."""
    import pyarrow as pa

    types = {str: pa.string(), float: pa.float64(), int: pa.int64(), bool: pa.bool_()}
    rows = list(rows)
    columns = {}
    for name, hint in get_type_hints(kind).items():
        values: list[Any] = [getattr(row, name) for row in rows]
        first = (get_args(hint) or (hint,))[0]
        is_list = getattr(hint, "__origin__", None) is tuple
        column = pa.list_(pa.string()) if is_list else types.get(first, pa.string())
        columns[name] = pa.array([None if value == "" else value for value in values], column)
    return pa.table(columns)


def shipped_studies() -> dict[str, Path]:
    """Return the folders of the studies that ship, by name."""
    folder = project_dir() / "studies"
    return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{FILE}"))}


def find_study(given: str | None = None) -> Path:
    """Find a study folder.

    Parameters
    ----------
    given : str, optional
        A folder, or the name of a shipped study; by default the value of STACKSTUDY_STUDY, else
        the default study.

    Raises
    ------
    StudyError
        When there is neither a folder nor a shipped study of that name.
    """
    given = given or os.environ.get(VARIABLE) or DEFAULT
    shipped = shipped_studies()
    folder = Path(given)
    if folder.name == FILE and folder.is_file():
        return folder.parent
    if folder.is_dir() and ((folder / FILE).is_file() or given not in shipped):
        return folder
    if given in shipped:
        return shipped[given]
    raise StudyError(
        f"{given}: is no folder, and no shipped study has this name{instead(given, shipped)};"
        " `stackstudy study new DIR` writes a starter"
    )


def read_study(folder: Path) -> Study:
    """Read and check a study folder.

    Parameters
    ----------
    folder : Path
        With `study.yml`, and the tables that `TABLES` names, as CSV or xlsx.

    Raises
    ------
    StudyError
        With one line for every slip: file, place, value and cure.
    """
    slips = Slips()
    path = folder / FILE
    if not path.is_file():
        raise StudyError(_no_study(folder))
    found, notes = _find_files(folder, slips)
    yml = Yml(path, slips)
    root = yml.root()
    keys = yml.mapping(root, FILE, _KEYS, ("study", "title", "base")) if root else {}
    if not keys:
        slips.raise_any()
    name = _read_name(yml, keys.get("study"), folder)
    title = yml.text(keys.get("title"), "title") or name
    cited = _read_citation(yml, keys.get("cite"))
    sites = yml.texts(keys.get("sites"), "sites")
    reader = SetReader(yml, keys)
    asked = _read_questions(yml, keys.get("questions"))
    reader.plan(_read_plan(yml, keys.get("sampling"), reader.named("topic")))
    others = read_other_studies(yml, keys.get("other_studies"))
    names = list(reader.sets)
    printed = yml.mapping(keys.get("published"), "published", ("site", "counts", "needs"))
    of_site = yml.text(printed.get("site"), "site") if "site" in printed else None
    counts = read_counts(yml, printed.get("counts"), names)
    needs = read_needs(yml, printed.get("needs"), names)

    def table(stem: str, read: Callable[..., list[T]], *about: object) -> list[T]:
        return read(found[stem], *about, slips) if stem in found else []

    taxonomy = table("taxonomy", read_taxonomy, names)
    decisions = table("decisions", read_decisions, names)
    labels = table("labels", read_labels, taxonomy, names)
    figures = table("published_figures", read_figures, names, others, needs, taxonomy)
    times = table("published_response_times", read_response_times, names)
    slips.raise_any()
    files = sorted([FILE, *(one.name for one in found.values())])
    return Study(
        name=name,
        title=title,
        folder=folder.resolve(),
        files=tuple(files),
        hash=_hash(folder, files),
        doi=cited["doi"],
        citation=cited["citation"],
        bibtex=cited["bibtex"],
        sites=tuple(site_name(site) for site in sites) if "sites" in keys else None,
        **asked,
        sets=tuple(reader.sets.values()),
        rules=tuple(reader.rules),
        taxonomy=Taxonomy(tuple(taxonomy)),
        decisions=tuple(decisions),
        labels=tuple(labels),
        other_studies=tuple(others),
        published=Published(
            tuple(figures),
            tuple(counts),
            tuple(needs),
            tuple(times),
            of_site and site_name(of_site),
        ),
        notes=tuple(notes),
    )


def unknown_sites(study: Study, loaded_sites: Sequence[str]) -> list[str]:
    """Return one line for each site that a study names and that is not loaded."""
    named: dict[str, tuple[str, int]] = {}
    for site in study.sites or ():
        named.setdefault(site, ("sites", 1))
    for stem, rows in (("decisions", study.decisions), ("labels", study.labels)):
        for row in rows:
            where, n = named.get(row.site, (stem, 0))
            named[row.site] = (where, n + 1)
    lines = []
    for site, (where, n) in named.items():
        if site in loaded_sites:
            continue
        file = next((name for name in study.files if name.startswith(f"{where}.")), FILE)
        often = f", in {n:,} rows" if where != "sites" and n > 1 else ""
        lines.append(
            f"{study.folder / file}: site {site!r} is not loaded{often}"
            + _loaded_instead(site, loaded_sites)
        )
    return lines


def _loaded_instead(site: str, loaded_sites: Sequence[str]) -> str:
    """Return the cure for a site that is not loaded: the one that has another name there."""
    if not loaded_sites:
        return "; run `stackstudy load`"
    renamed = find_site(site, loaded_sites)
    return f"; did you mean {renamed}?" if renamed else instead(site, loaded_sites)


def _no_study(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder}: no such folder; `stackstudy study new {folder}` writes a starter"
    for path in folder.iterdir():
        if path.name == FILE:
            return f"{path}: {_NO_FILE}"
        if re.fullmatch(r"study\.ya?ml", path.name, re.IGNORECASE):
            return f"{path}: is not read under this name; rename it to {FILE}"
    return (
        f"{folder}: has no {FILE}; name a study folder, or let `stackstudy study new"
        f" {folder / 'my_study'}` write a starter"
    )


def _find_files(folder: Path, slips: Slips) -> tuple[dict[str, Path], list[str]]:
    """Return the tables of a folder by stem, and a note on each file that nothing reads."""
    found: dict[str, Path] = {}
    notes = []
    for path in sorted(folder.iterdir()):
        if path.name in {FILE, RATINGS} or _PASSED_OVER.fullmatch(path.name):
            continue
        is_table = path.suffix.lower() in SUFFIXES and path.is_file()
        if is_table and path.stem in TABLES:
            if path.stem in found:
                slips.add(
                    path, f"stands beside {found[path.stem].name}; keep one of the two, not both"
                )
            found.setdefault(path.stem, path)
            continue
        if path.stem in TABLES and path.suffix.lower() in _TABLE_LIKE:
            is_other = path.suffix.lower() not in SUFFIXES and path.is_file()
            cure = f"is not read in this form; save it as {path.stem}.xlsx or {path.stem}.csv"
            slips.add(path, cure if is_other else _NO_FILE)
            continue
        close = resembling(path.stem, TABLES) if is_table else None
        if close and not _is_sheet(path):
            slips.add(path, f"nothing reads this file; did you mean {close}{path.suffix.lower()}?")
        elif not is_table or not _is_sheet(path):
            kind = "folder" if path.is_dir() else "file"
            notes.append(f"{path}: nothing reads this {kind}")
    return found, notes


def _is_sheet(path: Path) -> bool:
    """Whether a table is a rater's sheet or a sample, which may be in the folder too."""
    from analyses.common.spreadsheets import read_table

    try:
        lines = read_table(path, ("question_set", "site", "question_id"), error=StudyError)
    except StudyError:
        return False
    return any(_SHEET.fullmatch(name) for line in lines[:1] for name in line.values)


def _read_name(yml: Yml, node: yaml.Node | None, folder: Path) -> str:
    name = yml.text(node, "study")
    own = folder.resolve().name
    if node is None or name is None:
        return own
    if not _NAME.fullmatch(name) or name in _TAKEN or len(name) > 60:
        yml.slip(
            node,
            f"study: {name!r} cannot name a database: lower case letters, digits and underscores,"
            f" a letter first, and none of {', '.join(_TAKEN)}; rename the study and its folder",
        )
    elif name != own:
        yml.slip(
            node,
            f"study: {name!r} is not the folder's name, {own!r}; make them equal: the name is that"
            " of the database",
        )
    return name


def _read_citation(yml: Yml, node: yaml.Node | None) -> dict[str, str | None]:
    if node is not None and getattr(node, "tag", "").endswith(":str"):
        return {"doi": None, "citation": yml.text(node, "cite"), "bibtex": None}
    found = yml.mapping(node, "cite", ("doi", "text", "bibtex"))
    entry = _read_bibtex(yml, found.get("bibtex"))
    doi = yml.text(found.get("doi"), "doi")
    if doi is None:
        doi = entry.fields.get("doi") if entry else None
    else:
        doi = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", doi, flags=re.IGNORECASE)
        if not _DOI.fullmatch(doi):
            yml.slip(found["doi"], f"doi: {doi!r} is no DOI; write it as 10.1145/3368089.3409759")
    text = yml.text(found.get("text"), "text")
    return {"doi": doi, "citation": text, "bibtex": str(entry) if entry else None}


def _read_bibtex(yml: Yml, node: yaml.Node | None) -> Entry | None:
    text = yml.text(node, "bibtex")
    if text is None or node is None:
        return None
    try:
        entry = read_entry(text)
        missing = [name for name in ("author", "title", "year") if not entry.fields.get(name)]
        if missing:
            raise ValueError(f"has no {missing[0]}")  # noqa: TRY301 - one message for both
    except ValueError as error:
        yml.slip(node, f"bibtex: the entry {error}; copy it whole from the paper's publisher")
        return None
    return entry


def _read_questions(yml: Yml, node: yaml.Node | None) -> dict[str, Any]:
    found = yml.mapping(node, "questions", ("asked_from", "asked_until", "min_score", "leave_out"))
    first = yml.day(found.get("asked_from"), "asked_from")
    end = yml.day(found.get("asked_until"), "asked_until")
    if first and end and first >= end:
        yml.slip(
            found["asked_until"],
            f"asked_until: {end} is not after asked_from, {first}; it is the day after the last",
        )
    left_out = ["deleted"]
    if "leave_out" in found:
        left_out = list(yml.texts(found["leave_out"], "leave_out", may_be_empty=True))
        for item in yml.texts(found["leave_out"], "leave_out", may_be_empty=True).values():
            yml.choice(item, "leave_out", LEFT_OUT)
    return {
        "asked_from": first,
        "asked_until": end,
        "min_score": yml.whole(found.get("min_score"), "min_score"),
        "leave_out": tuple(left_out),
    }


def _read_plan(yml: Yml, node: yaml.Node | None, topics: Sequence[str]) -> Plan:
    found = yml.mapping(node, "sampling", [one.name for one in fields(Plan)])
    whole = yml.texts(found.get("whole"), "whole", may_be_empty=True)
    for item in whole.values():
        yml.choice(item, "whole", topics)
    numbers = {
        name: yml.number(found[name], name, 0, 1)
        for name in ("confidence", "interval", "expected_share")
        if name in found
    }
    said: Mapping[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    rounding = yml.choice(found.get("rounding"), "rounding", ("up", "down")) or Plan.rounding
    return Plan(**said, rounding=rounding, whole=tuple(whole))


def hash_of(folder: Path) -> str:
    """Return the hash that `read_study` would give a folder, without reading the study."""
    tables = [
        path.name
        for path in folder.iterdir()
        if path.stem in TABLES and path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    files = sorted([*tables, *([FILE] if (folder / FILE).is_file() else [])])
    return _hash(folder, files)


def _hash(folder: Path, files: Sequence[str]) -> str:
    whole = sha256()
    for name in files:
        content = (folder / name).read_bytes()
        whole.update(f"{name}\n{len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()
