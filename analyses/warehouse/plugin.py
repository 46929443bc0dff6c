"""The project's plugin of dbt-duckdb: the study's tables, the statistics, a check first.

profiles.yml names it, so that a bare `dbt build` gets the same as `stackstudy build`.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from analyses.study import find_study, read_study
from loader.errors import StackstudyError
from loader.store import first_of, verify

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from dbt.adapters.duckdb.utils import SourceConfig

    from analyses.study import Study


class Plugin(BasePlugin):
    """The plugin `stackstudy`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Refuse a damaged store, and a study with a slip; no hook of dbt runs so early."""
        del plugin_config
        folder = Path(self.creds.path).parent if self.creds else Path()
        if not folder.is_dir():
            raise DbtRuntimeError(
                f"there is no folder {folder.absolute()}: set STACKSTUDY_DATA to a data folder, or"
                " run `stackstudy load` first"
            )
        if wrong := verify(folder):
            raise DbtRuntimeError(first_of(wrong))
        _ = self.study  # a slip in it ends here, as one error instead of one per table

    @cached_property
    def study(self) -> Study:
        """The study folder that STACKSTUDY_STUDY names."""
        try:
            return read_study(find_study(os.environ.get("STACKSTUDY_STUDY")))
        except StackstudyError as error:
            raise DbtRuntimeError(str(error)) from error

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        """The study as the tables of the source `study`."""
        import pyarrow as pa  # a refused build need not wait for it

        tables = self.study.tables()
        folder = pa.array([str(self.study.folder.resolve())])
        tables["studies"] = tables["studies"].append_column("study_folder", folder)
        return tables

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register the statistics, and create the schema of the study's tables.

        Two threads that created it at once would conflict.
        """
        from analyses.warehouse.functions import register

        register(conn)
        conn.execute("create schema if not exists study")

    def load(self, source_config: SourceConfig) -> pa.Table:
        """Return a table of the study."""
        return self.tables[source_config.identifier]
