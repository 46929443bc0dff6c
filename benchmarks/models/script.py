"""The script one would write instead of models: question sets, acceptance and median times.

Every post passes through Python, a row at a time, as in the scripts of most studies. It stops where
the models begin: no intervals, tests, curves, variants or taxonomy.

Run as a program: python -m benchmarks.models.script DATA OUTPUT. It writes JSON.
"""

from __future__ import annotations

import html
import json
import re
import statistics
import sys
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

BASE = {"tensorflow", "keras", "pytorch", "theano", "caffe"}
FRAMEWORKS = BASE | {"tensorflow-serving", "tensorflow-lite", "coreml", "tensorflow.js"}
PHONES = {"mobile", "android", "ios"}
CLOUDS = {"google-cloud-ml", "google-cloud-ml-engine", "amazon-sagemaker"}
COLUMNS = [
    "Id", "PostTypeId", "ParentId", "CreationDate", "AcceptedAnswerId", "Title", "Body", "Tags",
]  # fmt: skip

BLOCK = re.compile(r"<pre><code>.*?</code></pre>", re.DOTALL)
MARKUP = re.compile(r"</?[A-Za-z][^>]*>")


def _text(row: dict[str, Any]) -> str:
    body = BLOCK.sub(" ", row["Body"] or "")
    return f"{row['Title']} {html.unescape(MARKUP.sub(' ', body))}".lower()


def sets_of(row: dict[str, Any]) -> set[str]:
    """Return the question sets that a question is in; browser ones are candidates."""
    tags = set(row["Tags"] or ())
    if not tags & (FRAMEWORKS | CLOUDS):
        return set()
    found = {"dl"} if tags & BASE else set()
    is_searched = bool(tags & FRAMEWORKS)
    text = _text(row)
    words = set((row["Title"] or "").lower().split())
    if tags & {"tensorflow-lite", "coreml"} or (is_searched and words & PHONES):
        found.add("mobile")
    if "tensorflow.js" in tags or (is_searched and "browser" in text):
        found.add("browser")
    is_deployed = "deploy" in text
    is_on_servers = is_searched and any(term in text for term in ("cloud", "server", "serving"))
    is_server = "tensorflow-serving" in tags or (is_deployed and (tags & CLOUDS or is_on_servers))
    if is_server and not found & {"mobile", "browser"}:
        found.add("server_cloud")
    return found


def main(data: str, output: str) -> None:
    """Read the posts of a data folder."""
    asked: dict[int, tuple[set[str], Any, int | None]] = {}
    answered: dict[int, tuple[int, Any]] = {}
    posts = ds.dataset(sorted(Path(data).glob("posts/site=*/*.parquet")))
    for batch in posts.to_batches(columns=COLUMNS, batch_size=20_000):
        for row in batch.to_pylist():
            if row["PostTypeId"] == 1:
                if found := sets_of(row):
                    asked[row["Id"]] = (found, row["CreationDate"], row["AcceptedAnswerId"])
            elif row["PostTypeId"] == 2:
                answered[row["Id"]] = row["ParentId"], row["CreationDate"]
    result = {}
    for name in ("dl", "server_cloud", "mobile", "browser"):
        own = [
            (number, at, accepted) for number, (sets, at, accepted) in asked.items() if name in sets
        ]
        times = [
            (answered[accepted][1] - at).total_seconds() / 60
            for number, at, accepted in own
            if accepted in answered
            and answered[accepted][0] == number
            and answered[accepted][1] >= at
        ]
        result[name] = {
            "n_questions": len(own),
            "n_accepted": sum(accepted is not None for _, _, accepted in own),
            "median_response_minutes": statistics.median(times) if times else None,
        }
    Path(output).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
