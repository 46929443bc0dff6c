"""The SQL of a table as one statement that runs in the DuckDB shell, on the study's database alone.

dbt makes a table from tables between it and the dump. Here each of these is a step of the statement
itself, so that it shows how every column is made. What stands in the database under a name that
people query is read from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from inspect import getmembers, isfunction
from textwrap import indent
from typing import TYPE_CHECKING, Final

import duckdb

from analyses.warehouse import functions
from analyses.warehouse.swap import state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["compiled_models", "statement_of"]

_RELATION: Final = re.compile(r'"[^"]+"\."(?P<schema>main|study)"\."(?P<name>\w+)"')
_BETWEEN: Final = "int_"
_WIDTH: Final = 80
_OWN_FUNCTIONS: Final = frozenset(
    name
    for name, one in getmembers(functions, isfunction)
    if one.__module__ == functions.__name__ and not name.startswith("_") and name != "register"
)
"""What the DuckDB shell cannot call: `analyses.warehouse.functions`."""


def compiled_models(data: Path, study: str) -> dict[str, str]:
    """Return the SQL of every model, as the last `stackstudy build` ran it; empty if it is gone."""
    folder = state_folder(data, study) / "compiled" / "stackstudy" / "models"
    return {
        path.stem: path.read_text("utf-8", errors="replace").strip()
        for path in sorted(folder.glob("*/*.sql"))
    }


def statement_of(name: str, columns: Sequence[str], models: Mapping[str, str]) -> str:
    """Return the statement that gives every row of a table, in the order of all columns.

    Parameters
    ----------
    columns : sequence of str
        Those of the table in the database, in its order.
    models : mapping of str to str
        From `compiled_models`. Without the table's own model the statement reads the table.

    Returns
    -------
    str
        A model that calls a function of stackstudy's, such as a test of two shares, cannot run in
        the shell: its table is read instead, and its SQL stands below as a comment.
    """
    steps = _Steps(models, [], {})
    source = steps.relation(name, is_read=False)
    named = [f'"{one}"' if one in _reserved() else one for one in columns]
    chosen = ", ".join(named)
    if len(chosen) > _WIDTH:
        chosen = "\n    " + ",\n    ".join(named)
    with_steps = "with " + ",\n\n".join(steps.made) + "\n\n" if steps.made else ""
    notes = "".join(
        f"\n\n-- {one} was made with {', '.join(sorted(called))}, which the shell does not know:\n"
        + indent(models[one], "-- ", lambda _line: True).replace("-- \n", "--\n")
        for one, called in steps.read.items()
    )
    return f"{with_steps}select {chosen}\nfrom {source}\norder by all;{notes}"


@cache
def _reserved() -> frozenset[str]:
    """Return the words that are names only in quotes."""
    words = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    with duckdb.connect() as connection:
        return frozenset(word for (word,) in connection.execute(words).fetchall())


@dataclass(frozen=True)
class _Steps:
    """The steps of a statement: those made so far, and the tables of models that cannot run."""

    models: Mapping[str, str]
    made: list[str]
    read: dict[str, frozenset[str]]

    def relation(self, name: str, *, is_read: bool = True) -> str:
        """Return how to name a relation in the statement, after adding the step that makes it."""
        sql = self.models.get(name)
        if sql is None or is_read:
            return f"main.{name}"
        step = f"made_{name}" if not name.startswith(_BETWEEN) else name
        if any(one.startswith(f"{step} as (") for one in self.made):
            return step
        called = _OWN_FUNCTIONS.intersection(re.findall(r"\b(\w+)\(", sql))
        if called:
            self.read[name] = called
            return f"main.{name}"
        sql = _RELATION.sub(self._named, sql)
        self.made.append(f"{step} as (\n{indent(sql, '    ')}\n)")
        return step

    def _named(self, found: re.Match[str]) -> str:
        if found["schema"] != "main":
            return f"{found['schema']}.{found['name']}"
        name = found["name"]
        return self.relation(name, is_read=not name.startswith(_BETWEEN))
