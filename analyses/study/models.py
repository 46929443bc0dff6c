"""The models' own SQL, run on the Parquet store without dbt: what a preview and a build share.

A relation is built on demand, with those it refers to, in a database in memory. Of dbt it has what
models and macros of question sets use: `ref`, `source`, `config`, `return`, `adapter`.
"""

from __future__ import annotations

import re
from functools import cached_property
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Self

import duckdb
import jinja2

from analyses.common.project import project_dir
from loader.errors import StoreError, WarehouseError
from loader.store import first_of, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from analyses.study.study import Study

_MACRO: Final = re.compile(r"{%-?\s*macro\s+(\w+)\(.*?{%-?\s*endmacro\s*-?%}", re.DOTALL)


class _ReturnError(Exception):
    """Carries the value that a macro returns, as dbt's `return` does."""

    def __init__(self, value: object) -> None:
        self.value = value


class Models:
    """The models over one data folder and one study.

    Raises
    ------
    WarehouseError
        When no dump is loaded in the folder.
    StoreError
        When the store is not what its manifests say: any Parquet beside them would be counted.
    """

    def __init__(self, data: Path, study: Study) -> None:
        if wrong := verify(data):
            raise StoreError(first_of(wrong))
        if not any((data / "posts").glob("site=*/*.parquet")):
            raise WarehouseError(
                f"{data}: no dump is loaded here; run `stackstudy load DUMP` first"
            )
        self._data = data
        self._built: set[str] = set()
        self._spill = TemporaryDirectory(prefix="stackstudy-")
        self._connection = duckdb.connect(config={"temp_directory": self._spill.name})
        self._connection.execute("set TimeZone = 'UTC'")
        for name, table in study.tables().items():
            self._connection.register(f"study_{name}", table)
        self._environment = jinja2.Environment(  # noqa: S701 - SQL is no HTML
            extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined
        )
        self._environment.globals |= {
            **{name: self._macro(name) for name in self._macros},
            "ref": self.relation,
            "source": lambda source, table: f"{source}_{table}",
            "dump_table": self._dump_table,
            "return": self._return,
            "adapter": self,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._spill.cleanup()

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Run a query in which ``{name}`` stands for a relation, which is built if necessary."""
        names = dict.fromkeys(re.findall(r"{(\w+)}", query))
        return self._connection.execute(
            query.format(**{name: self.relation(name) for name in names})
        ).fetchall()

    def relation(self, name: str) -> str:
        """Build a model, and those that it refers to; return its name."""
        if name not in self._built:
            path = self._files[name]
            is_view = path.parent.name == "staging"

            def config(materialized: str | None = None, **_: object) -> str:
                nonlocal is_view
                is_view = materialized in {"view", "ephemeral"} if materialized else is_view
                return ""

            template = self._environment.from_string(path.read_text("utf-8"), {"config": config})
            sql = template.render()
            kind = "view" if is_view else "table"
            self._connection.execute(f'create temp {kind} "{name}" as {sql}')
            self._built.add(name)
        return f'"{name}"'

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {path.stem: path for path in (project_dir() / "models").rglob("*.sql")}

    @cached_property
    def _macros(self) -> dict[str, str]:
        folder = project_dir() / "dbt_project" / "macros"
        texts = (path.read_text("utf-8") for path in sorted(folder.glob("*.sql")))
        return {found[1]: found[0] for text in texts for found in _MACRO.finditer(text)}

    def _macro(self, name: str) -> Callable[..., Any]:
        def call(*arguments: object, **named: object) -> Any:
            module = self._environment.from_string(self._macros[name]).module
            try:
                return getattr(module, name)(*arguments, **named)
            except _ReturnError as returned:
                return returned.value

        return call

    def dispatch(self, name: str, project: str) -> Callable[..., Any]:
        """Return DuckDB's variant of a macro, as dbt's adapter does."""
        del project
        return self._macro(f"duckdb__{name}")

    @staticmethod
    def quote(name: str) -> str:
        """Return a column's name in quotes."""
        return f'"{name}"'

    @staticmethod
    def _return(value: object) -> None:
        raise _ReturnError(value)

    def _dump_table(self, name: str) -> str:
        folder = re.sub(r"([*?\[])", r"[\1]", str(self._data)).replace("'", "''")
        return (
            f"read_parquet('{folder}/{name}/site=*/*.parquet', hive_partitioning = true,"
            " hive_types = {'site': varchar})"
        )
