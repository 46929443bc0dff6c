"""What `build --engine spark` needs: each lack is one line, before anything is built."""

from __future__ import annotations

import json
import shutil
import socket
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from analyses.warehouse import spark
from analyses.warehouse.build import command
from analyses.warehouse.progress import SPARK, follow
from analyses.warehouse.spark import Spark, reason_of
from loader.errors import WarehouseError


@pytest.fixture
def with_extra(monkeypatch):
    """As if the extra were installed."""
    monkeypatch.setattr(spark, "version", lambda _: "1.0")


@pytest.fixture
def with_java(monkeypatch, tmp_path):
    """A function that makes a Java which says a version."""

    def make(said):
        program = tmp_path / "jdk" / "bin" / "java"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        program.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))

    return make


def test_without_the_extra(sample_warehouse, sample_study, monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(spark, "version", absent)
    arguments = ["--data", str(sample_warehouse), "--study", str(sample_study)]
    done = CliRunner().invoke(command, [*arguments, "--engine", "spark"])
    assert str(done.exception) == (
        "--engine spark needs the extra: pip install 'stackstudy[spark]'"
    )


def test_without_java(with_extra, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(WarehouseError, match="none in JAVA_HOME.*install Java 17 or newer"):
        Spark("local[2]").check(tmp_path)


@pytest.mark.parametrize(
    ("said", "is_old"),
    [
        ('java version "1.8.0_402"', True),
        ('openjdk version "11.0.22" 2024-01-16', True),
        ('openjdk version "17.0.15" 2025-04-15', False),
        ('openjdk version "21" 2023-09-19', False),
    ],
)
def test_an_old_java(said, is_old, with_extra, with_java, tmp_path):
    with_java(said)
    if is_old:
        with pytest.raises(WarehouseError, match=r"is Java (8|11); install Java 17 or newer"):
            Spark("local[2]").check(tmp_path)
    else:
        Spark("local[2]").check(tmp_path)


def test_a_java_of_another_processor(with_extra, with_java, tmp_path):
    with_java("")
    (tmp_path / "jdk" / "bin" / "java").write_bytes(b"\x7fELF")
    with pytest.raises(WarehouseError, match="java does not run; install Java 17 or newer"):
        Spark("local[2]").check(tmp_path)


@pytest.mark.parametrize("master", ["nonsense", "http://host", "local[x]", "local[2", "spark://"])
def test_a_master_that_is_none(master, with_extra, with_java, tmp_path):
    with_java('openjdk version "17.0.15"')
    with pytest.raises(WarehouseError, match="is no master of Spark; say local"):
        Spark(master).check(tmp_path)


@pytest.mark.parametrize("store", ["a/folder", "nothing://a/b", "/a/folder/that/is/none"])
def test_a_store_that_is_none(store, sample_warehouse, with_extra, with_java):
    with_java('openjdk version "17.0.15"')
    with pytest.raises(WarehouseError, match=f"--store {store}: cannot be read"):
        Spark("local[2]", store).check(sample_warehouse)


def test_a_url_of_a_store_has_no_escapes(sample_warehouse, with_extra, with_java):
    """Hadoop takes it so, and Arrow, which takes escapes, must find the same folder."""
    with_java('openjdk version "17.0.15"')
    with pytest.raises(WarehouseError, match="Path does not exist 'it's a lake, 100 %/ä'"):
        Spark("local[2]", "mock:///it's a lake, 100 %/ä").check(sample_warehouse)


def test_a_store_on_hdfs_needs_hadoop(sample_warehouse, with_extra, with_java):
    with_java('openjdk version "17.0.15"')
    with pytest.raises(WarehouseError, match="Hadoop must be on this machine, as docs/cluster.md"):
        Spark("local[2]", "hdfs://127.0.0.1:1/folder").check(sample_warehouse)


@pytest.mark.parametrize("kind", ["spark", "sc"])
def test_a_master_that_does_not_answer(kind, with_extra, with_java, tmp_path):
    with_java('openjdk version "17.0.15"')
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(WarehouseError, match=f"127.0.0.1:{port}: does not answer"):
            Spark(f"{kind}://127.0.0.1:{port}").check(tmp_path)
        taken.listen()
        Spark(f"{kind}://127.0.0.1:{port}").check(tmp_path)


def test_a_copy_of_another_store(sample_warehouse, with_extra, with_java, tmp_path):
    with_java('openjdk version "17.0.15"')
    copy = tmp_path / "a copy"
    given = Spark("local[2]", f"file://{copy}")
    changed = "is no copy of the store in .*, votes/site=sample.stackstudy/_manifest.json differs"
    with pytest.raises(WarehouseError, match="a copy: cannot be read .*copy .* there"):
        given.check(sample_warehouse)
    shutil.copytree(sample_warehouse, copy, ignore=shutil.ignore_patterns("dbt"))
    given.check(sample_warehouse)
    [manifest] = copy.glob("votes/site=*/_manifest.json")
    manifest.write_text(manifest.read_text().replace('"n_rows": ', '"n_rows": 1'))
    with pytest.raises(WarehouseError, match=changed):
        given.check(sample_warehouse)
    shutil.rmtree(manifest.parent)
    with pytest.raises(WarehouseError, match=changed):
        given.check(sample_warehouse)


@pytest.mark.parametrize("mark", "[]{}*?\\")
def test_a_folder_that_spark_takes_for_a_pattern(mark, with_extra, with_java, tmp_path):
    with_java('openjdk version "17.0.15"')
    folder = tmp_path / f"a{mark}b"
    for given, data in ((None, folder), (f"file://{folder}", tmp_path)):
        with pytest.raises(WarehouseError, match="for a wildcard; rename it"):
            Spark("local[2]", given).check(data)


@pytest.mark.parametrize("option", ["--store", "--master"])
def test_an_option_of_spark_is_for_spark(option, sample_warehouse):
    done = CliRunner().invoke(command, ["--data", str(sample_warehouse), option, "yarn"])
    assert done.exit_code == 2
    assert f"{option} is for --engine spark" in done.output


def test_why_spark_failed_comes_before_what_followed():
    """Each model of a Spark that was killed fails as well, with words that tell nothing."""
    events = [
        {"info": {"name": "LogLine", "level": "error", "msg": "Error while sending"}},
        {"info": {"name": SPARK, "level": "error", "msg": "Spark at x: ended in the middle"}},
    ]
    process = SimpleNamespace(stdout=[f"{json.dumps(event)}\n" for event in events])
    assert follow(process, " on Spark")[0] == "Spark at x: ended in the middle"


def test_what_java_does_not_say_stands_in_its_log(tmp_path):
    """A cluster that ends an application whose executors do not start; a Java that is none."""
    log = tmp_path / "spark.log"
    calling = "An error occurred while calling None.org.apache.spark.sql.classic.SparkSession.\n"
    why = "java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext."
    stopped = RuntimeError(f"{calling}: {why}\nThis stopped SparkContext was created at:")
    log.write_text(
        "WARNING: Using incubator modules: jdk.incubator.vector\n"
        "26/11/29 12:42:02 ERROR StandaloneSchedulerBackend: Application has been killed.\n"
        "26/11/29 12:42:03 ERROR Inbox: Ignoring error\n"
    )
    killed = f"StandaloneSchedulerBackend: Application has been killed. ({log})"
    assert reason_of(stopped, str(log)) == killed
    log.write_text("WARNING: Using incubator modules: jdk.incubator.vector\n")
    assert reason_of(stopped, str(log)) == f"{why} ({log})"
    log.write_text("Error: could not find libjava.so\n")
    ended = RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited.")
    assert reason_of(ended, str(log)) == f"Error: could not find libjava.so ({log})"
    assert reason_of(RuntimeError("Why.\nMore."), str(log)) == f"Why. ({log})"
    assert reason_of(RuntimeError(), str(log)) == f"RuntimeError ({log})"
