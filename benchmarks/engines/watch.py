"""The models tagged `dump_sized` by one engine, a model at a time, with what each took.

Run as a program: python -m benchmarks.engines.watch ENGINE DATA OUTPUT GIB. The tables stay beside
OUTPUT: a database of DuckDB's, or folders of Parquet.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from analyses.study import find_study, read_study
from analyses.warehouse import spark
from analyses.warehouse.spark import TABLES, Spark
from benchmarks.models.watch import ROOT, Watch, cpu_seconds, limited


def main(engine: str, data: str, output: str, gib: str) -> None:
    """Build, and write what each model took as JSON, and in the last place what all took."""
    os.chdir(ROOT)
    folder = Path(output).parent
    staging = f"{folder.relative_to(data)}/"
    os.environ |= {"STACKSTUDY_DATA": data, "STACKSTUDY_STAGING": staging}
    watch = Watch()
    if engine == "spark":
        os.environ |= {"SPARK_DRIVER_MEMORY": f"{gib}g", "DBT_PROFILES_DIR": str(ROOT)}
        study = read_study(find_study()).name
        os.environ |= Spark("local[*]").environment(Path(data), study, folder / TABLES)
        is_built = spark.make(folder / "spark-dbt", "--threads", "1", callbacks=[watch.hear])
    else:
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - seconds of import

        with limited(f"{gib}GiB") as profiles:
            command = ["--quiet", "run", "--select", "tag:dump_sized", "--threads", "1"]
            command += ["--profiles-dir", profiles, "--target-path", str(folder / "dbt")]
            is_built = dbtRunner(callbacks=[watch.hear]).invoke(command).success
    if not is_built:
        raise SystemExit(f"bench: {engine} failed; its log is in {folder}")
    every = {"name": "", "kind": "run", "cpu_seconds": cpu_seconds()}
    every["peak_mib"] = max(node["peak_mib"] for node in watch.nodes)
    Path(output).write_text(json.dumps([*watch.nodes, every]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
