"""What sqlfluff takes for dbt's `adapter`: it reads the variants for DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import pass_context

if TYPE_CHECKING:
    from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, name: str, project: str) -> Any:
    """Return a macro's variant."""
    del project
    return context[f"duckdb__{name}"]


def quote(name: str) -> str:
    """Return a column's name in quotes."""
    return f'"{name}"'
