"""Warehouses that several tests look into, each built once a test run."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from authors_package import published_ids
from dbt_runs import ROOT, Warehouse, build, copy_study, once, run_dbt, share_store
from macros import Macros
from people import make_labels, write_labels, write_times

if TYPE_CHECKING:
    from pathlib import Path

    from people import GivenLabel

SITE = "stackoverflow.com"


@pytest.fixture(scope="session")
def warehouses(tmp_path_factory, worker_id) -> Path:
    """Folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "warehouses"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def bare(warehouses, sample_warehouse, sample_study) -> Warehouse:
    """The sample once more by a bare `dbt build`, unit tests included, and `dbt docs generate`.

    Needs no real data: who has the checkout alone tests every model.
    """

    def make(folder: Path) -> Warehouse:
        data = share_store(folder / "data", sample_warehouse)
        for name, *command in (("output", "build"), ("docs", "docs", "generate")):
            done = run_dbt(data, *command, study=sample_study)
            (folder / f"{name}.txt").write_text(done.stdout + done.stderr, "utf-8")
            assert done.returncode == 0, done.stdout + done.stderr
        return Warehouse(data)

    return once(warehouses / "bare", make)


@pytest.fixture(scope="session")
def fse2020(shared_data) -> Path:
    """Folder of the authors' package."""
    return shared_data / "fse2020"


@pytest.fixture(scope="session")
def rules_only(warehouses, fse2020) -> Warehouse:
    """The authors' posts, rules alone."""
    return once(
        warehouses / "rules_only", lambda folder: build(folder, {SITE: fse2020 / "Posts.xml"})
    )


@pytest.fixture(scope="session")
def decided(warehouses, fse2020, rules_only) -> Warehouse:
    """The authors' posts with the authors' decisions.

    They are what the published browser file keeps and leaves of the candidates, and question
    39682394. The file is as a spreadsheet may leave it: a byte order mark, columns in another
    order, none for notes, a blank line; and its folder has a quote in its name. One of the other
    studies is made to have known years.
    """

    def make(folder: Path) -> Warehouse:
        kept = published_ids(fse2020, "browser")
        rows = [("browser", question_id, "include") for question_id in kept]
        rows += [
            ("browser", question_id, "exclude")
            for question_id in rules_only.members("browser") - kept
        ]
        rows.append(("server_cloud", 39682394, "include"))
        study = copy_study(folder / "people's")
        yml = study / "study.yml"
        text = yml.read_text("utf-8").replace(
            "median_response_minutes: 198\n",
            "median_response_minutes: 198\n    first_year: 2008\n    last_year: 2016\n",
        )
        yml.write_text(text, "utf-8")
        with (study / "decisions.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["site", "question_id", "question_set", "decision"])
            writer.writerows(
                (SITE, question_id, question_set, decision)
                for question_set, question_id, decision in rows
            )
            file.write("\n")
        return build(folder, {SITE: fse2020 / "Posts.xml"}, study=study)

    return once(warehouses / "decided", make)


@pytest.fixture(scope="session")
def no_deep_learning(warehouses, shared_data) -> Warehouse:
    """A site without any question of any set, in a folder whose name is no pattern and no SQL.

    The study has published response times of two sets.
    """
    site = shared_data / "sites" / "conlang.meta.stackexchange.com-2020-09"

    def make(folder: Path) -> Warehouse:
        study = copy_study(folder)
        write_times(study / "published_response_times.csv")
        return build(folder, {None: site}, study=study, data_name="it's [a] data* folder")

    return once(warehouses / "no_deep_learning", make)


@pytest.fixture(scope="session")
def several_sites(warehouses, fse2020, shared_data, given_labels) -> Warehouse:
    """Four sites side by side, of which two have questions of the sets; one came as an archive.

    The study has labels of the authors' posts, and published response times.
    """
    sites = shared_data / "sites"

    def make(folder: Path) -> Warehouse:
        study = copy_study(folder)
        write_labels(study / "labels.csv", given_labels)
        write_times(study / "published_response_times.csv")
        return build(
            folder,
            {
                SITE: fse2020 / "Posts.xml",
                "ai.stackexchange.com": sites / "ai.stackexchange.com-2016-12-lf",
                "beer.stackexchange.com": sites
                / "beer.stackexchange.com-2020-06"
                / "beer.stackexchange.com.7z",
                "meta.mathoverflow.net": sites / "meta.mathoverflow.net-2013-09",
            },
            study=study,
        )

    return once(warehouses / "several_sites", make)


@pytest.fixture(scope="session")
def given_labels(rules_only) -> list[GivenLabel]:
    """Labels of some questions of the authors' posts, of every kind that there is."""
    return make_labels(rules_only)


@pytest.fixture(scope="session")
def text_macros() -> Macros:
    """The macros that prepare texts and compare terms."""
    folder = ROOT / "dbt_project" / "macros"
    return Macros(*(folder / name for name in ("engines.sql", "entities.sql", "text.sql")))


@pytest.fixture(scope="session")
def durations() -> Macros:
    """The macros about durations."""
    return Macros(ROOT / "dbt_project" / "macros" / "durations.sql")


@pytest.fixture(scope="session")
def github_actions(warehouses, shared_data) -> Warehouse:
    """The second study on the posts of its artifact, with the authors' labels beside a copy."""
    source = shared_data / "gha2023"

    def make(folder: Path) -> Warehouse:
        study = copy_study(folder, "github_actions")
        with (
            (source / "labels.csv").open(encoding="utf-8-sig", newline="") as given,
            (study / "labels.csv").open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(
                ["question_set", "site", "question_id", "inner_category", "leaf_category"]
            )
            writer.writerows(
                ("github_actions", SITE, row["question_id"], row["phase"], row["category"])
                for row in csv.DictReader(given)
            )
        return build(folder, {SITE: source / "stackoverflow.com-Posts.7z"}, study=study)

    return once(warehouses / "github_actions", make)
