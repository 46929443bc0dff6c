"""What `build --engine spark` needs: each lack is one line, before anything is built."""

from __future__ import annotations

import shutil
import socket
from importlib.metadata import PackageNotFoundError

import pytest
from click.testing import CliRunner

from analyses.warehouse import spark
from analyses.warehouse.build import command
from analyses.warehouse.spark import Spark
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
    with pytest.raises(WarehouseError, match="is no copy of the store"):
        given.check(sample_warehouse)
    shutil.copytree(sample_warehouse, copy, ignore=shutil.ignore_patterns("dbt"))
    given.check(sample_warehouse)
    [manifest] = copy.glob("votes/site=*/_manifest.json")
    manifest.write_text(manifest.read_text().replace('"n_rows": ', '"n_rows": 1'))
    with pytest.raises(WarehouseError, match=r"\(votes/site=sample.stackstudy/_manifest.json\)"):
        given.check(sample_warehouse)
    shutil.rmtree(manifest.parent)
    with pytest.raises(WarehouseError, match=r"\(votes/site=sample.stackstudy/_manifest.json\)"):
        given.check(sample_warehouse)


@pytest.mark.parametrize("mark", "[]{}*?\\")
def test_a_folder_that_spark_takes_for_a_pattern(mark, with_extra, with_java, tmp_path):
    with_java('openjdk version "17.0.15"')
    folder = tmp_path / f"a{mark}b"
    for given, data in ((None, folder), (f"file://{folder}", tmp_path)):
        with pytest.raises(WarehouseError, match="for a wildcard; rename it"):
            Spark("local[2]", given).check(data)


def test_a_store_is_for_spark(sample_warehouse):
    done = CliRunner().invoke(command, ["--data", str(sample_warehouse), "--store", "s3a://x/y"])
    assert done.exit_code == 2
    assert "--store is for --engine spark" in done.output
