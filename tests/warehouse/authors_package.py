"""What the paper's authors published, read from their zip files and nowhere else."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"server_cloud": "dl_server_post", "mobile": "dl_mobile_post", "browser": "dl_browser_post"}


@cache
def published_posts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Questions of each published set as JSON, with their answers nested."""
    with zipfile.ZipFile(folder / "Deployment-related Posts.zip") as archive:
        return {
            question_set: [
                json.loads(line)
                for line in archive.read(f"Deployment-related Posts/{name}.txt")
                .decode("utf-8")
                .splitlines()
            ]
            for question_set, name in FILES.items()
        }


def published_ids(folder: Path, question_set: str) -> set[int]:
    """Ids of the questions of a published set."""
    return {int(post["Id"]) for post in published_posts(folder)[question_set]}
