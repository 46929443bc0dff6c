"""Readers that share nothing with the sample's writer: expat, and the paper's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Read a table with expat: well-formed, or an error."""
    rows: list[Row] = []

    def start(name: str, attributes: list[str]) -> None:
        if name == "row":
            rows.append(dict(zip(attributes[::2], attributes[1::2], strict=True)))

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    with path.open("rb") as file:
        parser.ParseFile(file)
    return rows


@dataclass(frozen=True)
class Dump:
    """A dump, read whole: small enough for a test."""

    folder: Path
    tables: dict[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def posts(self, kind: str) -> dict[str, Row]:
        """Posts of a type by id."""
        return {row["Id"]: row for row in self["Posts"] if row["PostTypeId"] == kind}


BASE = {"tensorflow", "keras", "pytorch", "theano", "caffe"}
FRAMEWORKS = BASE | {"tensorflow-serving", "tensorflow-lite", "coreml", "tensorflow.js"}
CLOUD = {"google-cloud-ml", "google-cloud-ml-engine", "amazon-sagemaker"}


@dataclass(frozen=True)
class Matches:
    """What the paper's rules say of a question, before precedence."""

    base: bool
    server_term: bool
    server: bool
    mobile_term: bool
    mobile: bool
    browser_term: bool
    browser_tag: bool

    @property
    def browser(self) -> bool:
        """A candidate of the browser set."""
        return self.browser_term or self.browser_tag

    @property
    def question_set(self) -> str | None:
        """The one set to count a question in: mobile before browser before server/cloud."""
        if self.mobile:
            return "mobile"
        if self.browser:
            return "browser"
        if self.server:
            return "server_cloud"
        return "non_deployment" if self.base else None


def match(question: Row) -> Matches:
    """Apply the paper's rules to a question, straight from their description."""
    tags = set(re.findall(r"<([^>]+)>", question["Tags"]))
    title = question["Title"].lower()
    prose = re.sub(r"<pre[^>]*><code>.*?</code></pre>", " ", question["Body"], flags=re.DOTALL)
    text = f"{title} {re.sub(r'<[^>]*>', '', prose).lower()}"
    framework = bool(tags & FRAMEWORKS)
    deploys = "deploy" in text
    server_term = (
        framework and deploys and any(term in text for term in ("cloud", "server", "serving"))
    )
    mobile_term = framework and bool(set(title.split()) & {"mobile", "android", "ios"})
    return Matches(
        base=bool(tags & BASE),
        server_term=server_term,
        server=server_term or "tensorflow-serving" in tags or (bool(tags & CLOUD) and deploys),
        mobile_term=mobile_term,
        mobile=mobile_term or bool(tags & {"tensorflow-lite", "coreml"}),
        browser_term=framework and "browser" in text,
        browser_tag="tensorflow.js" in tags,
    )


def when(row: Row, attribute: str = "CreationDate") -> datetime:
    """A date of a row."""
    return datetime.fromisoformat(row[attribute])
