"""What people hand over: labels and published response times, as a spreadsheet may leave them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from analyses.study import find_study

if TYPE_CHECKING:
    from pathlib import Path

    from dbt_runs import Warehouse

SITE = "stackoverflow.com"
SPECIAL = ("false positive", "unclear", "pending")
NOT_LOADED = 1
"""Id of a question that the authors' posts lack."""

TIMES = {"non_deployment": (3.5, 20.0, 145.8, 7.25, 1439.9, 300.0, 60.0), "mobile": (1.0, 2.0, 3.0)}
"""Of a set without posts, and of one that has posts, where they must change nothing."""


class GivenLabel(NamedTuple):
    """A line of a labels file."""

    question_set: str
    question_id: int
    inner_category: str
    leaf_category: str = ""


def taxonomy() -> list[dict[str, str]]:
    """Lines of the shipped study's codebook."""
    with (find_study() / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_labels(warehouse: Warehouse) -> list[GivenLabel]:
    """Labels of every kind.

    Categories in turn for 60 server and 45 mobile questions; then special labels; a question with
    two categories; one that is `unclear` in a topic and has a category in another; one that is not
    loaded; one that is not in the set; and a set without taxonomy, coded openly.
    """
    labels = []
    free = {}
    for name, n in (("server_cloud", 60), ("mobile", 45)):
        categories = [line for line in taxonomy() if line["question_set"] == name]
        ids = sorted(warehouse.members(name))
        for place, question_id in enumerate(ids[:n]):
            line = categories[place * place % len(categories)]
            labels.append(
                GivenLabel(name, question_id, line["inner_category"], line["leaf_category"])
            )
        labels += [
            GivenLabel(name, question_id, SPECIAL[place % 3 if name == "mobile" else place % 2])
            for place, question_id in enumerate(ids[n : n + 31])
        ]
        free[name] = ids[n + 31 :]
    two, unsure, *_ = free["server_cloud"]
    return [
        *labels,
        GivenLabel("server_cloud", two, "serving", "model loading"),
        GivenLabel("server_cloud", two, "request", "procedure"),
        GivenLabel("server_cloud", unsure, "unclear"),
        GivenLabel("mobile", unsure, "model update"),
        GivenLabel("mobile", NOT_LOADED, "unclear"),
        GivenLabel("server_cloud", free["mobile"][0], "serving", "model loading"),
        GivenLabel("framework_tagged", two, "tooling"),
        GivenLabel("framework_tagged", unsure, "tooling", "versions"),
    ]


def write_labels(path: Path, labels: list[GivenLabel]) -> Path:
    """Write a labels file: a byte order mark, columns in another order, no notes, a blank line."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["site", "inner_category", "leaf_category", "question_set", "question_id"])
        writer.writerows(
            (
                SITE,
                label.inner_category,
                f"{label.leaf_category} ",
                label.question_set,
                label.question_id,
            )
            for label in labels
        )
        file.write(",,,,\n")
    return path


def write_times(path: Path) -> Path:
    """Write published response times."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question_set", "response_minutes_days_dropped"])
        writer.writerows((name, value) for name, values in TIMES.items() for value in values)
    return path
