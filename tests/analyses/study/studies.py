"""Study folders for tests."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DOCKER = """\
study: docker
title: Docker
base:
  docker: {tags: [docker]}
searched:
  docker_like: {tags: [docker, podman]}
topics:
  swarm: {tags: [docker-swarm], yields_to: [builds]}
  builds:
    rules:
      - {terms: [Jenkins, build server], code: blocks_dropped}
      - {terms: [ci], in: title, match: token, among: docker_like}
      - {tags: [gitlab-ci], must_contain: docker, among: all}
union: {docker_topics: Swarm or builds}
baseline: {docker_rest: Other Docker}
"""


def write_study(folder: Path, yml: str = DOCKER, **files: str) -> Path:
    """Write a study folder; a file is named by its stem, and is a CSV unless it says otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yml").write_text(dedent(yml), "utf-8")
    for name, text in files.items():
        path = folder / (name if "." in name else f"{name}.csv")
        path.write_text(text, "utf-8")
    return folder
