"""Spark as the engine of the models whose rows grow with the dump: docs/cluster.md.

They are tagged `dump_sized`. dbt builds them in a Spark session of a subprocess, from the same
Parquet, and each becomes a folder of Parquet. The build of the database then takes their rows from
there instead of computing them (macro `table_query`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import click
from click.core import ParameterSource

from analyses.warehouse.dbt_results import RESULTS
from loader.errors import WarehouseError
from loader.manifest import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow.fs

TABLES: Final = "spark"
"""Folder, where a database is staged, of the tables that Spark made."""

_JAVA: Final = 17
_PORTS: Final = {"spark": 7077, "sc": 15002}
_MASTER: Final = re.compile(r"local(\[(\*|[0-9]+)(, *[0-9]+)?\])?|yarn|(spark|k8s|sc)://.+")
_ERROR: Final = re.compile(r"\bERROR (.+)|^(.*(?:Exception|\bError).*)")  # in a log of Java
_WAIT: Final = 10.0  # seconds for a master to answer
_RUN: Final = (sys.executable, "-c", "from analyses.warehouse.spark import run; run()")


@dataclass(frozen=True)
class Spark:
    """Where the models run, and where Spark finds the store.

    Attributes
    ----------
    master : str
        What Spark calls a master, or ``sc://`` and a server of Spark Connect.
    store : str, optional
        URL of a copy of the data folder that Spark reads, and writes its tables into; by default
        the data folder itself.
    """

    master: str
    store: str | None = None

    def check(self, data: Path) -> None:
        """Look for what a build needs, before anything is built.

        Raises
        ------
        WarehouseError
            When the extra or Java is missing, the master is none or does not answer, the folder has
            a name that Spark cannot read, or the copy of the store cannot be read or differs.
        """
        try:
            version("dbt-spark"), version("pyspark")
        except PackageNotFoundError as error:
            raise WarehouseError(
                "--engine spark needs the extra: pip install 'stackstudy[spark]'"
            ) from error
        if mark := re.search(r"[][{}*?\\]", self.store or str(data)):
            raise WarehouseError(
                f"{self.store or data}: Spark takes {mark[0]} in a folder's name for a wildcard;"
                " rename it"
            )
        if not _MASTER.fullmatch(self.master):
            raise WarehouseError(
                f"--master {self.master}: is no master of Spark; say local[*], spark://HOST:7077,"
                " yarn, k8s://HOST or sc://HOST"
            )
        if not self.master.startswith("sc://"):
            _check_java()
        _check_answers(self.master)
        if self.store is not None and (wrong := _first_difference(data, self.store)):
            raise WarehouseError(
                f"--store {self.store}: is no copy of the store in {data}, {wrong} differs; copy"
                " the folder again"
            )

    def command(self, state: Path) -> list[str]:
        """Return the command that builds the models; its log goes to `state`."""
        return [*_RUN, str(state)]

    def environment(self, data: Path, study: str, tables: Path) -> Mapping[str, str]:
        """Return the environment of that command, beside what dbt gets for DuckDB."""
        store = (self.store or f"file://{data}").rstrip("/")
        made = f"{store}/dbt/{study}/{TABLES}" if self.store else f"file://{tables}"
        return {
            "STACKSTUDY_SPARK_MASTER": self.master,
            "STACKSTUDY_SPARK_STORE": store,
            "STACKSTUDY_SPARK_MADE": made,
            "STACKSTUDY_SPARK_TABLES": str(tables),
            "STACKSTUDY_SPARK_SCHEMA": f"stackstudy_{re.sub(r'[^0-9A-Za-z]', '_', study)}",
        }


def engine_option(*, has_copy: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--engine`` and ``--master``, and ``--store`` where a copy of the store may be there.

    The command gets them as `spark`: a `Spark`, or None for DuckDB.
    """
    options = {
        "engine": click.option(
            "--engine",
            type=click.Choice(["duckdb", "spark"]),
            default="duckdb",
            show_default=True,
            help="What builds the tables whose rows grow with the dump: docs/cluster.md.",
        ),
        "master": click.option(
            "--master",
            metavar="URL",
            envvar="SPARK_REMOTE",
            show_envvar=True,
            help="Of a Spark cluster, or an address of Spark Connect (sc://HOST)."
            "  [default: local[*]]",
        ),
        "store": click.option(
            "--store",
            metavar="URL",
            help="A copy of DIR that Spark reads, such as s3a://BUCKET/FOLDER."
            "  [default: DIR itself]",
        ),
    }
    if not has_copy:
        del options["store"]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_engine(*arguments: Any, engine: str, **given: Any) -> Any:
            of_spark = {name: given.pop(name) for name in options if name != "engine"}
            source = click.get_current_context().get_parameter_source
            for name in of_spark:
                if engine != "spark" and source(name) is ParameterSource.COMMANDLINE:
                    raise click.UsageError(f"--{name} is for --engine spark")
            of_spark["master"] = of_spark["master"] or "local[*]"
            spark = Spark(**of_spark) if engine == "spark" else None
            return command(*arguments, spark=spark, **given)

        for option in reversed(options.values()):
            with_engine = option(with_engine)
        return with_engine

    return decorate


def run() -> None:
    """Build the models in this process, as `Spark.environment` says."""
    sys.exit(0 if make(Path(sys.argv[1])) else 1)


def make(state: Path, *more: str, callbacks: Sequence[Callable[[Any], None]] = ()) -> bool:
    """Build the models in this process; say as dbt why it fails.

    Parameters
    ----------
    state : Path
        Folder for dbt's state and the logs.
    *more : str
        Further arguments of dbt.
    callbacks : sequence of callable
        Called with each event of dbt.

    Returns
    -------
    bool
        Whether all were built.
    """
    from dbt.cli.main import dbtRunner

    from analyses.warehouse.progress import SPARK

    given = os.environ
    (state / "logs").mkdir(parents=True, exist_ok=True)
    log = (state / "logs" / "spark.log").open("w", encoding="utf-8")
    os.dup2(log.fileno(), 2)  # the JVM writes there
    made, schema = given["STACKSTUDY_SPARK_MADE"], given["STACKSTUDY_SPARK_SCHEMA"]
    arguments = ["run", "--target", "spark", "--select", "tag:dump_sized", *more]
    arguments += ["--log-format", "json", "--log-level", "info"]
    arguments += ["--target-path", str(state), "--log-path", str(state / "logs")]
    tables = Path(given["STACKSTUDY_SPARK_TABLES"])
    is_far, session = made != f"file://{tables}", None
    try:
        _remove(made)
        session = _session(given["STACKSTUDY_SPARK_MASTER"], made)
        _give_study(session, schema, made)
        done = dbtRunner(callbacks=list(callbacks)).invoke(arguments)
        if done.success and is_far:
            _bring(made, tables)
        is_built = done.success
        if not is_built:
            _check_alive(session)
    except Exception as error:  # noqa: BLE001 - whatever the JVM, the cluster, the network throw
        reason = f"Spark at {given['STACKSTUDY_SPARK_MASTER']}: {reason_of(error, log.name)}"
        (state / RESULTS).unlink(missing_ok=True)  # its errors follow from this
        event = {"info": {"name": SPARK, "level": "error", "msg": reason}}
        sys.stdout.write(f"{json.dumps(event)}\n")
        is_built = False
    finally:
        with suppress(Exception):  # a Spark that died; why stands in the log
            if session is not None:
                _drop(session, schema)
                session.stop()
        with suppress(OSError):
            if is_far:
                _remove(made)
    return is_built


def reason_of(error: Exception, log: str) -> str:
    """Return why Spark failed, in one line; where Java only says that it did, the log knows."""
    said = str(error).strip().splitlines() or [type(error).__name__]
    if "JAVA_GATEWAY_EXITED" in said[0] or said[0].startswith("An error occurred while calling"):
        lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
        told = [found for line in lines if (found := _ERROR.search(line))]
        said = [one[1] or one[2] for one in told] or said[1:] or said
    return f"{said[0].strip(' :')} ({log})"


def _session(master: str, made: str) -> Any:
    """Return the session that dbt will use as well."""
    from pyspark.sql import SparkSession

    os.environ.pop("SPARK_REMOTE", None)
    builder = SparkSession.builder.appName("stackstudy build")
    if master.startswith("sc://"):
        from pyspark.sql.connect.client.retries import DefaultPolicy

        os.environ["SPARK_REMOTE"] = master  # dbt-spark names none
        session = builder.getOrCreate()
        session.client.set_retry_policies([DefaultPolicy(max_retries=4)])  # seconds, not minutes
        return session
    builder = builder.master(master).config("spark.sql.catalogImplementation", "in-memory")
    builder = builder.config("spark.sql.warehouse.dir", f"{made}/_catalog")
    if master.startswith("local"):  # few tasks, and no page that shows them
        n_tasks = 2 * (os.cpu_count() or 1)
        builder = builder.config("spark.sql.shuffle.partitions", n_tasks)
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.driver.host", "localhost")
    return builder.getOrCreate()


def _check_alive(session: Any) -> None:
    try:
        session.sql("select 1").collect()
    except Exception as error:
        raise ConnectionError("ended in the middle; had it enough memory?") from error


def _drop(session: Any, schema: str) -> None:
    """Leave nothing in a catalog that others may share."""
    for name in (schema, f"{schema}_study"):
        session.sql(f"drop schema if exists {name} cascade")


def _give_study(session: Any, schema: str, made: str) -> None:
    """Write the tables of the study where Spark can read them; they are the source `study`."""
    import pyarrow.parquet as pq

    from analyses.study import find_study, read_study

    _drop(session, schema)
    session.sql(f"create schema {schema}_study")
    files, folder = _filesystem(made)
    for name, table in read_study(find_study()).tables().items():
        files.create_dir(f"{folder}/_study/{name}", recursive=True)
        pq.write_table(table, f"{folder}/_study/{name}/0.parquet", filesystem=files)
        place = f"{made}/_study/{name}".replace("`", "``")
        session.sql(f"create view {schema}_study.{name} as select * from parquet.`{place}`")


def _bring(made: str, tables: Path) -> None:
    """Copy the tables that Spark made to this machine."""
    import pyarrow.fs

    files, folder = _filesystem(made)
    pyarrow.fs.copy_files(
        folder,
        str(tables),
        source_filesystem=files,
        destination_filesystem=pyarrow.fs.LocalFileSystem(),
    )


def _remove(made: str) -> None:
    import pyarrow.fs

    files, folder = _filesystem(made)
    if files.get_file_info(folder).type != pyarrow.fs.FileType.NotFound:
        files.delete_dir(folder)


def _filesystem(url: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """Return the file system of a URL as Hadoop reads it, without escapes, and the path there."""
    import pyarrow.fs

    kind, mark, rest = url.partition("://")
    if kind == "file":
        return pyarrow.fs.LocalFileSystem(), rest
    kind = "s3" if kind in {"s3a", "s3n"} else kind
    return pyarrow.fs.FileSystem.from_uri(f"{kind}{mark}{quote(rest, safe='/@:')}")


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    cure = f"install Java {_JAVA} or newer (Debian: openjdk-{_JAVA}-jre-headless)"
    if java is None:
        where = f"in JAVA_HOME, {home}" if home else "on this machine"
        raise WarehouseError(f"--engine spark needs Java, and there is none {where}; {cure}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
        found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    except OSError:  # of another processor, or no program
        found = None
    if found is None or int(found[1]) < _JAVA:
        is_what = f"is Java {found[1]}" if found else "does not run"
        raise WarehouseError(f"--engine spark: {java} {is_what}; {cure}")


def _check_answers(master: str) -> None:
    """Knock at a master that has an address: Spark itself waits for minutes."""
    kind, _, hosts = master.partition("://")
    if kind not in _PORTS:
        return
    reason = ""
    for host in hosts.split(","):
        address = urlsplit(f"//{host.split(';')[0]}")
        try:
            port = address.port or _PORTS[kind]
            with socket.create_connection((address.hostname or "", port), _WAIT):
                return
        except (OSError, ValueError) as error:
            reason = str(error)
    raise WarehouseError(
        f"--master {master}: does not answer ({reason}); start it, or name another"
    )


def _first_difference(data: Path, store: str) -> str:
    """Return in which file a copy of a store differs, by the manifests; empty if it is whole."""
    import pyarrow as pa
    import pyarrow.fs

    there: dict[str, bytes] = {}
    try:
        files, folder = _filesystem(store.rstrip("/"))
        for one in files.get_file_info(pyarrow.fs.FileSelector(folder, recursive=True)):
            if one.base_name == FILE_NAME:
                with files.open_input_stream(one.path) as stream:
                    there[one.path.removeprefix(f"{folder}/")] = stream.read()
    except (OSError, pa.ArrowException) as error:
        cure = f"copy {data} there, or mend the address, such as file:///FOLDER"
        if store.startswith(("hdfs:", "viewfs:")):
            cure += "; Hadoop must be on this machine, as docs/cluster.md says"
        raise WarehouseError(
            f"--store {store}: cannot be read ({str(error).splitlines()[0]}); {cure}"
        ) from error
    here = {
        str(path.relative_to(data)): path.read_bytes()
        for path in data.glob(f"*/site=*/{FILE_NAME}")
    }
    different = {name for name in here.keys() | there if here.get(name) != there.get(name)}
    return min(different, default="")
