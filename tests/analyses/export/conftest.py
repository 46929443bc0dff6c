"""A warehouse of the authors' posts, built once, and what they published beside it."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from analyses.study import find_study, read_study
from analyses.warehouse.build import build
from loader import load

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED = {"server_cloud": "dl_server_post", "mobile": "dl_mobile_post"}


@pytest.fixture(scope="session")
def published(shared_data) -> dict[int, dict[str, object]]:
    """Every published question by id, straight from the authors' zip."""
    found = {}
    with zipfile.ZipFile(shared_data / "fse2020" / "Deployment-related Posts.zip") as archive:
        for name in archive.namelist():
            if name.startswith("Deployment") and name.endswith(".txt"):
                for line in archive.read(name).decode("utf-8").splitlines():
                    question = json.loads(line)
                    found[int(question["Id"])] = question
    return found


@pytest.fixture(scope="session")
def published_mobile(shared_data) -> list[str]:
    with zipfile.ZipFile(shared_data / "fse2020" / "Deployment-related Posts.zip") as archive:
        return (
            archive.read("Deployment-related Posts/dl_mobile_post.txt").decode("utf-8").splitlines()
        )


@pytest.fixture(scope="session")
def data(shared_data, tmp_path_factory) -> Path:
    """A data folder of the authors' posts with two labels, built without dbt's own checks."""
    folder = tmp_path_factory.mktemp("export") / "da'ta"
    load([shared_data / "fse2020" / "Posts.xml"], folder, site="stackoverflow.com")
    study = folder.parent / "deep_learning_deployment"
    shutil.copytree(find_study(study.name), study)
    (study / "labels.csv").write_text(
        "question_set,site,question_id,inner_category,leaf_category,note\n"
        "mobile,stackoverflow.com,34889605,general questions,entire procedure of deployment,=1+1\n"
        "server_cloud,stackoverflow.com,39682394,unclear,,\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        build(folder, read_study(study))
    return folder
