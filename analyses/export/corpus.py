"""A corpus for topic models: one document per question, as plain text and as tokens.

What gensim, tomotopy, BERTopic or scikit-learn begin with. The text is without code, markup and
addresses; the tokens went through the usual steps, each of which can be left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from analyses.export.files import Written
from analyses.export.tables import Table
from analyses.warehouse.dictionary import ColumnEntry
from loader.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

STOP_WORDS: Final = Path(__file__).with_name("stop_words.txt")
"""English function words: words of software, such as *system* or *page*, are not among them."""

_BATCH: Final = 1_000
_CONTRACTED: Final = re.compile(r"(n't|'\w+)$")
_MARKED_SECTION: Final = re.compile(r"<!\[.*?(>|$)", re.DOTALL)
_ADDRESS: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BLOCKS: Final = (
    *("p", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "table", "tr"),
    *("td", "th", "h1", "h2", "h3", "h4", "h5", "h6"),
)
_SCHEMA: Final = pa.schema(
    [
        ("site", pa.string()),
        ("question_id", pa.int64()),
        ("year", pa.int32()),
        ("text", pa.string()),
        ("tokens", pa.list_(pa.string())),
    ]
)
_DESCRIBED: Final = {
    "site": "Domain of the site.",
    "question_id": "Id of the question; unique within a site.",
    "year": "Calendar year in UTC in which it was asked.",
    "text": "Title and body as plain text, without code, markup and addresses; then the accepted"
    " answer's, where it was asked for.",
    "tokens": "Words of the text after the steps that the README names.",
}


@dataclass(frozen=True)
class Steps:
    """What becomes of the words of a text.

    Attributes
    ----------
    lower_case, stems : bool
        Whether words are lower-cased, and cut to their stems (Snowball's).
    stop_words : frozenset of str
        Words that are left out, in lower case.
    accepted_answer : bool
        Whether the text of the accepted answer follows that of the question.
    language : str
        Of the stems: of `analyses.export.LANGUAGES`.
    """

    lower_case: bool = True
    stop_words: frozenset[str] = field(default_factory=lambda: read_stop_words(STOP_WORDS))
    stems: bool = True
    accepted_answer: bool = False
    language: str = "english"

    @property
    def described(self) -> str:
        """The steps in words, for the README."""
        done = ["words of at least two characters, one of them a letter"]
        done += ["in lower case"] if self.lower_case else []
        done += [f"without {len(self.stop_words):,} stop words"] if self.stop_words else []
        done += [f"as {self.language.capitalize()} stems (Snowball)"] if self.stems else []
        of = "of questions with their accepted answers" if self.accepted_answer else "of questions"
        return f"Texts are {of}; tokens are {', '.join(done)}."

    def tokens(self, text: str) -> list[str]:
        """Return the words of a text after these steps."""
        words = (word.replace("’", "'") for word in _WORD.findall(text))
        kept = [word for word in words if len(word) > 1 and any(map(str.isalpha, word))]
        if self.lower_case:
            kept = [word.lower() for word in kept]
        if self.stop_words:
            kept = [word for word in kept if not self._is_stop_word(word.lower())]
        return self._stem(kept) if self.stems else kept

    def _is_stop_word(self, word: str) -> bool:
        """Whether it is in the list, or a contraction of one that is: `don't`, `they're`."""
        return word in self.stop_words or _CONTRACTED.sub("", word) in self.stop_words

    @cached_property
    def _stem(self) -> Callable[[list[str]], list[str]]:
        import snowballstemmer

        return snowballstemmer.stemmer(self.language).stemWords


def read_stop_words(path: Path) -> frozenset[str]:
    """Read a list of stop words: parted by blanks or lines; a line that begins with # is a comment.

    Raises
    ------
    ExportError
        When the file cannot be read, is no UTF-8 text, or holds no word.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise ExportError(
            f"{path}: cannot be read ({reason}); give a text file with a word per line"
        ) from error
    words = [word.lower() for line in lines if not line.startswith("#") for word in line.split()]
    if not words:
        raise ExportError(f"{path}: holds no word; keep all words with --keep-stop-words")
    return frozenset(words)


def plain_words(html: str | None) -> str:
    """Return the text of a post without code, markup and addresses, its blanks single."""
    from bs4 import BeautifulSoup, Comment

    # Not lxml, which loses what is deeper than 256 levels, without a word.
    soup = BeautifulSoup(_MARKED_SECTION.sub("", html or ""), "html.parser")
    for tag in soup.find_all(["pre", "code", "script", "style"]):
        tag.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(_BLOCKS):
        tag.insert_before(" ")
        tag.insert_after(" ")
    return " ".join(_ADDRESS.sub(" ", soup.get_text()).split())


def corpus_table(steps: Steps) -> Table:
    """Return the entry of these files for a data dictionary; they are no table of the database."""
    kinds = {field.name: str(field.type) for field in _SCHEMA}
    columns = [ColumnEntry(name, kinds[name], said) for name, said in _DESCRIBED.items()]
    said = f"Documents for a topic model. {steps.described} One row per question."
    return Table("corpus", said, tuple(columns), "")


def write_corpus(
    connection: duckdb.DuckDBPyConnection,
    question_set: str,
    folder: Path,
    steps: Steps,
    *,
    as_lines: bool,
) -> Written:
    """Write the documents of a set, by site and id, as Parquet or JSON lines."""
    name = f"corpus/{question_set}.{'jsonl' if as_lines else 'parquet'}"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    n_rows = n_empty = 0
    if as_lines:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for batch in _documents(connection, question_set, steps):
                for row in batch:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                n_rows += len(batch)
                n_empty += sum(not row["tokens"] for row in batch)
    else:
        with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
            for batch in _documents(connection, question_set, steps):
                writer.write_table(pa.Table.from_pylist(batch, _SCHEMA))
                n_rows += len(batch)
                n_empty += sum(not row["tokens"] for row in batch)
    notes = (f"{name}: {n_empty:,} documents have no token left",) if n_empty else ()
    return Written(name, "corpus", n_rows, notes)


def _documents(
    connection: duckdb.DuckDBPyConnection, question_set: str, steps: Steps
) -> Iterator[list[dict[str, Any]]]:
    answer = "answer.body" if steps.accepted_answer else "null"
    join = (
        "left join stg_posts as answer on asked.site = answer.site"
        " and asked.accepted_answer_id = answer.post_id and answer.post_type_id = 2"
        " and answer.parent_post_id = asked.question_id"
    )
    result = connection.execute(
        f"""
        select asked.site, asked.question_id, year(asked.asked_at), asked.title, post.body, {answer}
        from question_set_members as members
        inner join questions as asked using (site, question_id)
        inner join stg_posts as post
            on asked.site = post.site and asked.question_id = post.post_id
        {join if steps.accepted_answer else ""}
        where members.question_set = ?
        order by asked.site, asked.question_id
        """,
        [question_set],
    )
    while batch := result.fetchmany(_BATCH):
        rows = []
        for site, question_id, year, title, *bodies in batch:
            texts = [" ".join((title or "").split()), *map(plain_words, bodies)]
            text = "\n".join(filter(None, texts))
            values = (site, question_id, year, text, steps.tokens(text))
            rows.append(dict(zip(_SCHEMA.names, values, strict=True)))
        yield rows
