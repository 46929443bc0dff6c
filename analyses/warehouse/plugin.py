"""What dbt-duckdb asks before it opens the database: whether there is a folder to open it in.

No hook of dbt comes that early; DuckDB's own error would be a traceback.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """Named in profiles.yml."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Refuse a data folder that is not there."""
        del plugin_config
        folder = Path(self.creds.path).parent if self.creds else Path()
        if not folder.is_dir():
            raise DbtRuntimeError(
                f"there is no folder {folder.absolute()}: set STACKSTUDY_DATA to a data folder, or"
                " run `stackstudy load` first"
            )
