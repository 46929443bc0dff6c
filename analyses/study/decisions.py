"""Decisions: a person's include or exclude of one question, checked before the models read them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loader.errors import DecisionsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

COLUMNS = ("question_set", "site", "question_id", "decision", "note")
DECISIONS = ("include", "exclude")


@dataclass(frozen=True)
class Decision:
    """One line of a decisions file."""

    question_set: str
    site: str
    question_id: int
    decision: str
    note: str


def read_decisions(path: Path, question_sets: Collection[str]) -> list[Decision]:
    """Read and check a decisions file.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with a header naming `COLUMNS`, in any order; ``note`` may be left out.
    question_sets : collection of str
        Names of the sets that a decision may be about.

    Returns
    -------
    list of Decision
        In the order of the file.

    Raises
    ------
    DecisionsError
        When the file cannot be read, a column is missing, a value is not allowed, or one question
        is decided twice for one set; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_checked(path, csv.DictReader(file), question_sets))
    except OSError as error:
        raise DecisionsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DecisionsError(f"{path}: is not UTF-8; save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise DecisionsError(f"{path}: is not a CSV file ({error})") from error


def _checked(
    path: Path, reader: csv.DictReader[str], question_sets: Collection[str]
) -> Iterator[Decision]:
    header = reader.fieldnames or []
    missing = [column for column in COLUMNS[:-1] if column not in header]
    if missing:
        raise DecisionsError(
            f"{path}: line 1: no column {', '.join(missing)};"
            f" the header must be {','.join(COLUMNS)}"
        )
    first_lines: dict[tuple[str, str, int], int] = {}
    for row in reader:
        where = f"{path}: line {reader.line_num}"
        values = {column: (row.get(column) or "").strip() for column in COLUMNS}
        if not any(values.values()):
            continue
        if values["question_set"] not in question_sets:
            raise DecisionsError(
                f"{where}: no question set is named {values['question_set']!r};"
                f" there are {', '.join(question_sets)}"
            )
        if not values["site"]:
            raise DecisionsError(
                f"{where}: site is empty; name it as loaded, e.g. stackoverflow.com"
            )
        if not (values["question_id"].isascii() and values["question_id"].isdigit()):
            raise DecisionsError(
                f"{where}: question_id {values['question_id']!r} is not a whole number"
            )
        if values["decision"] not in DECISIONS:
            raise DecisionsError(
                f"{where}: decision {values['decision']!r} is neither include nor exclude"
            )
        key = (values["question_set"], values["site"], int(values["question_id"]))
        if key in first_lines:
            raise DecisionsError(
                f"{where}: question {key[2]} is already decided for {key[0]} on line"
                f" {first_lines[key]}; keep one of the two"
            )
        first_lines[key] = reader.line_num
        yield Decision(*key, values["decision"], values["note"])
