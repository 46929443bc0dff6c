"""Both engines build the same tables, and each macro that they share gives the same values.

Run by `make test-spark`: the extra and Java must be there. Everywhere else they are deselected.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import unicodedata
from datetime import datetime, timedelta
from html.entities import html5

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner
from dbt_runs import ROOT
from macros import Macros

from analyses.replication.replicate import STUDY
from analyses.study import read_study
from analyses.warehouse.database import database_path
from loader import load
from stackstudy import main

pytestmark = pytest.mark.spark

LOCAL = "local[2]"
COMPARED = {
    "dump_manifest": "* exclude (source_file, source_modified_at, started_at, finished_at)",
    "studies": "* exclude (study_folder)",
    "int_waiting": "question_set, kind, base_set, position, list_sort(list_zip(minutes, is_event))",
}
"""All columns but times of a load and names of folders; and lists whose order nobody asks for."""


@pytest.fixture(scope="module", autouse=True)
def _java_for_short_runs():
    """Java's second compiler takes as long as these queries do; the first gets its space."""
    options = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", options)
        yield


@pytest.fixture(scope="module")
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def session(port, tmp_path_factory):
    """A session for the macros' values, and in the same Java a server of Spark Connect."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - the extra may be absent

    options = {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.port": port,
        "spark.sql.ansi.enabled": "false",  # as dbt-spark has it
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": 4,
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("catalog")),
        "spark.ui.enabled": "false",
    }
    session = SparkSession.builder.master(LOCAL).config(map=options).getOrCreate()
    yield session
    session.stop()


def tables(connection, database):
    """Columns and their types of each table of a database."""
    return dict(
        connection.execute(
            "select table_name, list((column_name, data_type) order by column_index)"
            " from duckdb_columns() semi join duckdb_tables()"
            " using (database_name, schema_name, table_name)"
            " where database_name = ? and schema_name = 'main' group by all",
            [database],
        ).fetchall()
    )


def assert_equal_tables(by_duckdb, by_spark):
    """Every table of two databases has the same rows, each as often, to the last bit."""
    with duckdb.connect() as connection:
        for name, path in (("a", by_duckdb), ("b", by_spark)):
            connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {name}")
        found = tables(connection, "a")
        assert found == tables(connection, "b")
        assert len(found) > 60
        different = {}
        for table in found:
            columns = COMPARED.get(table, "*")
            for one, other in ("ab", "ba"):
                rows = connection.execute(
                    f'select {columns} from {one}.main."{table}"'
                    f' except all select {columns} from {other}.main."{table}"'
                ).fetchall()
                if rows:
                    different[table, one] = (len(rows), rows[0])
        assert not different


def test_the_sample_is_the_same_with_a_copy_of_the_store(sample_warehouse, sample_study, tmp_path):
    """Both folders have odd names."""
    data, lake = tmp_path / "a 'folder'; 5 %", tmp_path / "it's a `lake`, 100 %"
    for folder in (data, lake):
        shutil.copytree(sample_warehouse, folder, ignore=shutil.ignore_patterns("*.duckdb", "dbt"))
    arguments = ["--data", str(data), "--study", str(sample_study), "--engine", "spark"]
    arguments += ["--master", LOCAL, "--store", f"file://{lake}"]
    done = CliRunner().invoke(main, ["build", *arguments])
    assert done.exit_code == 0, done.output
    assert "Building the tables on Spark ..." in done.output
    study = read_study(sample_study)
    assert_equal_tables(
        database_path(sample_warehouse, study.name), database_path(data, study.name)
    )
    assert not list((data / "dbt").rglob("*.parquet"))
    assert not list(lake.glob("dbt/*/*"))


def test_the_replication_is_the_same_through_spark_connect(session, port, shared_data, tmp_path):
    """Its output, the files that it writes, and every table."""
    data = {engine: tmp_path / f"{engine} 1" for engine in ("duckdb", "spark")}
    said = {}
    for engine, folder in data.items():
        arguments = [str(shared_data / "fse2020"), "--data", str(folder), "--engine", engine]
        if engine == "spark":
            arguments += ["--master", f"sc://127.0.0.1:{port}"]
        done = CliRunner().invoke(main, ["replicate", *arguments])
        assert done.exit_code == 0, done.output
        said[engine] = done.stdout.replace(str(folder), "DATA").splitlines()
        assert ("Building the tables on Spark ..." in done.stderr) == (engine == "spark")
    assert said["duckdb"] == said["spark"]
    assert len(said["spark"]) > 100
    for name in ("replication_checks.csv", "replication_checks.md"):
        assert (data["duckdb"] / name).read_bytes() == (data["spark"] / name).read_bytes()
    assert_equal_tables(*(database_path(folder, STUDY) for folder in data.values()))


def test_what_spark_lacks_is_one_line(sample_warehouse, sample_study, tmp_path, monkeypatch):
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(
        sample_warehouse, tmp_path / "data", ignore=shutil.ignore_patterns("*.duckdb", "dbt")
    )
    arguments = ["--data", str(tmp_path / "data"), "--study", str(sample_study)]
    arguments += ["--engine", "spark", "--master", "yarn"]
    done = CliRunner().invoke(main, ["build", *arguments])
    assert done.exit_code == 1
    [line] = [one for one in done.stderr.splitlines() if one.startswith("Error:")]
    assert "Spark at yarn: " in line
    assert "YARN_CONF_DIR must be set" in line
    assert "spark.log" in line


@pytest.fixture(scope="module")
def both(session, tmp_path_factory):
    """A function that computes expressions of columns on both engines, and compares each row.

    It returns DuckDB's rows, each with the row's number first. `is_excused` may let a row differ.
    """
    paths = [
        ROOT / "dbt_project/macros" / f"{name}.sql" for name in ("engines", "entities", "text")
    ]
    engines = {name: Macros(*paths, engine=name) for name in ("duckdb", "spark")}

    def compare(expressions, table, is_excused=lambda _: False, group=""):
        path = tmp_path_factory.mktemp("values") / "values.parquet"
        with duckdb.connect() as connection:
            connection.register("given", table)
            connection.execute(f"copy given to '{path}' (format parquet)")
            asked = {
                name: ", ".join(f"{one(macros)} as e{i}" for i, one in enumerate(expressions))
                for name, macros in engines.items()
            }
            ours = connection.execute(
                f"select n, {asked['duckdb']} from '{path}' {group} order by n"
            ).fetchall()
        theirs = session.sql(f"select n, {asked['spark']} from parquet.`{path}` {group} order by n")
        theirs = [tuple(row) for row in theirs.collect()]
        assert len(ours) == len(theirs) > 0
        different = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
        assert not [pair for pair in different if not is_excused(pair[0][0])][:3]
        return ours

    return compare


def test_texts_of_every_form(both, shared_data, tmp_path):
    """Real posts, and what they lack: every name of HTML 5, odd numbers, tags in every case."""
    load([shared_data / "fse2020" / "Posts.xml"], tmp_path, site="stackoverflow.com")
    with duckdb.connect() as connection:
        real = connection.execute(
            f"select Body from read_parquet('{tmp_path}/posts/*/*.parquet') where Body != ''"
        ).fetchall()
    made = [f"a&{name}b" for name in html5]
    made += [f"&#{n};&#x{n:x};&#X{n:X};" for n in (0, 9, 55295, 55296, 57343, 57344, 1114111)]
    made += ["&#1114112;", "&#99999999;", "&#xFFFFFFF;", "&amp;lt;", "& &; &#; &&amp;", "", "\n"]
    made += [
        "<PRE\nx='>'>a\n</PRE>b",
        "<pre><code>x\n\ny</code></pre>z",
        "<bloc\u212aquote>k",
        "it's",
    ]
    made += ["<!-- a\n> b -->c<BR/>d<b>e</b>f<h7>g", "<code>\u017fx</code>y<table  >z</ TABLE>"]
    texts = [body for (body,) in real] + made
    assert len(texts) > 6000
    kinds = ("kept", "blocks_dropped", "all_dropped")
    both(
        [
            *(lambda macros, kind=kind: macros.plain_text("t", kind) for kind in kinds),
            lambda macros: macros.lower_case("t"),
            lambda macros: macros.single_blanks("t"),
        ],
        numbered(t=texts),
    )


def test_terms_as_substring_word_and_token(both):
    terms = ["ios", "c++", "aa", "a b", ".net", "ä", "_x", "o"]
    around = ["", " ", "x", "(", "\n", "\u00a0", "\u3000", "ß", "\u0301", "9", "_", "."]
    pairs = [
        (f"{before}{term}{after}{term}", term)
        for term in terms
        for before in around
        for after in around
    ]
    found = both(
        [
            lambda macros, match=match: macros.term_occurs(
                macros.around("t", "term"), "term", f"'{match}'"
            )
            for match in ("substring", "word", "token")
        ],
        numbered(t=[text for text, _ in pairs], term=[term for _, term in pairs]),
    )
    assert {row[1:] for row in found} >= {(True, True, True), (True, True, False)}


def test_lower_case_and_words_of_every_character(both, session):
    """But for those that Java does not know yet: in Java 17 those newer than Unicode 13."""
    java = session._jvm.java.lang.Character
    every = [chr(n) for n in range(32, 0x110000) if not 0xD800 <= n < 0xE000]
    known = [one for one in every if unicodedata.category(one) != "Cn"]
    assert len(known) > 280_000
    both(
        [lambda macros: macros.lower_case("t"), lambda macros: macros.words_apart("t")],
        numbered(t=[f"a{one}b{one}" for one in known]),
        is_excused=lambda n: not java.isDefined(ord(known[n])),
    )


def test_times_lists_and_series(both):
    start = datetime(2019, 12, 29)  # noqa: DTZ001 - a Sunday; the store's times have no zone
    table = numbered(
        a=[start + timedelta(hours=5 * n, milliseconds=n) for n in range(200)],
        b=[start + timedelta(days=n % 7 - 3, milliseconds=7 * n) for n in range(200)],
        list=[list(range(n % 5)) for n in range(200)],
    )
    found = both(
        [
            lambda macros: macros.milliseconds_between("a", "b"),
            lambda macros: macros.iso_weekday("a"),
            lambda macros: macros.n_elements("list"),
            lambda macros: macros.filtered("list", "one", "one % 2 = 0"),
            lambda macros: macros.series("n", "n + 3"),
        ],
        table,
    )
    assert [row[2] for row in found] == [
        (start + timedelta(hours=5 * n)).isoweekday() for n in range(200)
    ]
    # groups of 1 to 7 values, whose two in the middle have a mean that is no double
    values = [[(n * k * 7919 % 1013) / 60000 for k in range(n % 7 + 1)] for n in range(50)]
    flat = [(n, one) for n, each in enumerate(values) for one in each]
    medians = both(
        [lambda macros: macros.median_of("x")],
        pa.table({"n": [n for n, _ in flat], "x": [one for _, one in flat]}),
        group="group by n",
    )
    assert [row[1] for row in medians] == [statistics.median(each) for each in values]
    unnested = both([lambda macros: macros.unnested("list")], numbered(list=[[7]] * 3))
    assert unnested == [(0, 7), (1, 7), (2, 7)]


def numbered(**columns):
    """Columns as an Arrow table, with the row's number."""
    n_rows = len(next(iter(columns.values())))
    return pa.table({"n": list(range(n_rows)), **columns})
