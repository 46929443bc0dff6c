"""Real questions to label: the authors' published posts, sets and labels."""

import json
import zipfile

import openpyxl
import pytest
from label_warehouse import Post, write_warehouse

FILES = {
    "server_cloud": "dl_server_post.txt",
    "mobile": "dl_mobile_post.txt",
    "browser": "dl_browser_post.txt",
}
SHEETS = {"server_cloud": "server", "mobile": "mobile", "browser": "browser"}
POSTS = "Deployment-related Posts"


@pytest.fixture(scope="session")
def published_questions(shared_data):
    """The authors' questions, set by set, as they published them: JSON with nested answers."""
    with zipfile.ZipFile(shared_data / "fse2020" / f"{POSTS}.zip") as archive:
        return {
            name: [json.loads(line) for line in archive.read(f"{POSTS}/{file}").splitlines()]
            for name, file in FILES.items()
        }


@pytest.fixture(scope="session")
def published_labels(shared_data, tmp_path_factory):
    """The authors' labels, as published: (question id, name) of each set."""
    folder = tmp_path_factory.mktemp("results")
    with zipfile.ZipFile(shared_data / "fse2020" / "Results.zip") as archive:
        path = archive.extract("Results/RQ3/category.xlsx", folder)
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        name: [
            (int(url.rsplit("/", 1)[1]), label)
            for _, url, label in book[sheet].iter_rows(min_row=2, values_only=True)
        ]
        for name, sheet in SHEETS.items()
    }


@pytest.fixture(scope="session")
def published_data(published_questions, tmp_path_factory):
    """A data folder whose database holds the authors' questions, answers and sets."""
    posts = {}
    for questions in published_questions.values():
        for question in questions:
            posts[int(question["Id"])] = _post(question)
            for answer in question["answers"]:
                posts[int(answer["Id"])] = _post(answer, int(question["Id"]))
    members = {
        name: sorted({int(question["Id"]) for question in questions})
        for name, questions in published_questions.items()
    }
    return write_warehouse(
        tmp_path_factory.mktemp("published"), posts.values(), members, ["browser"]
    )


def _post(row, parent=None):
    accepted = row.get("AcceptedAnswerId")
    return Post(
        post_id=int(row["Id"]),
        body=row["Body"],
        title=row.get("Title"),
        tags=tuple(row.get("Tags", "").strip("<>").split("><")) if row.get("Tags") else (),
        parent_post_id=parent,
        accepted_answer_id=int(accepted) if accepted else None,
        score=int(row["Score"]),
        created_at=row["CreationDate"],
    )
