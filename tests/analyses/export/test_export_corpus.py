"""The corpus for topic models: a document per question, against the authors' posts by lxml."""

from __future__ import annotations

import json
import re

import lxml.html
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from snowballstemmer import stemmer

from analyses.export.command import command
from analyses.export.corpus import STOP_WORDS, Steps, plain_words, read_stop_words
from analyses.export.export import export
from loader.errors import ExportError

WITHOUT = {"lower_case": False, "stop_words": frozenset(), "stems": False}


def words_by_lxml(html: str) -> list[str]:
    """Words of a body without code and addresses, by another parser."""
    root = lxml.html.fromstring(f"<div>{html}</div>")
    for node in root.xpath("//pre | //code | //comment()"):
        node.drop_tree()
    for node in root.iter():  # what is a block of its own parts words
        if node.tag in {"p", "br", "li", "blockquote", "h1", "h2", "h3", "hr", "ul", "ol", "div"}:
            node.tail = f" {node.tail or ''}"
            node.text = f" {node.text or ''}"
    text = re.sub(r"\b(https?://|www\.)\S+", " ", root.text_content(), flags=re.IGNORECASE)
    return text.split()


def rows_of(path):
    return pq.read_table(path).to_pylist()


@pytest.fixture(scope="module")
def documents(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "out"
    files = export(data, folder, ["mobile"], "corpus", steps=Steps(accepted_answer=True))
    assert [file.name for file in files] == ["corpus/mobile.parquet"]
    return rows_of(folder / "corpus" / "mobile.parquet")


def test_texts_are_those_of_the_authors_posts(documents, published, published_mobile) -> None:
    ids = sorted(int(json.loads(line)["Id"]) for line in published_mobile)
    assert [row["question_id"] for row in documents] == ids
    n_answers = 0
    for row in documents:
        post = published[row["question_id"]]
        assert row["year"] == int(post["CreationDate"][:4])
        accepted = [one for one in post["answers"] if one["Id"] == post.get("AcceptedAnswerId")]
        n_answers += len(accepted)
        words = [*post["Title"].split(), *words_by_lxml(post["Body"])]
        for answer in accepted:
            words += words_by_lxml(answer["Body"])
        assert row["text"].split() == words, row["question_id"]
    assert n_answers > 400


def test_tokens_are_the_words_after_the_steps(documents) -> None:
    stop_words, stem = read_stop_words(STOP_WORDS), stemmer("english").stemWord
    for row in documents:
        words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", row["text"].replace("’", "'").lower())
        kept = [
            word
            for word in words
            if len(word) > 1
            and re.search(r"[^\W\d_]", word)
            and word not in stop_words
            and re.sub(r"(n't|'\w+)$", "", word) not in stop_words
        ]
        assert row["tokens"] == [stem(word) for word in kept]
    tokens = {token for row in documents for token in row["tokens"]}
    assert {"model", "convert", "android"} <= tokens
    assert not tokens & {"the", "https", "Model"}


def test_each_step_can_be_left_out() -> None:
    text = "The Servers aren't loading pages"
    assert Steps().tokens(text) == ["server", "load", "page"]
    assert Steps(**WITHOUT).tokens(text) == ["The", "Servers", "aren't", "loading", "pages"]
    assert Steps(**{**WITHOUT, "lower_case": True}).tokens(text)[:2] == ["the", "servers"]
    assert Steps(**{**WITHOUT, "stems": True, "lower_case": True}).tokens(text)[-1] == "page"
    stopped = Steps(**{**WITHOUT, "stop_words": frozenset({"the", "are"})})
    assert stopped.tokens(text) == ["Servers", "loading", "pages"]
    french = Steps(language="french", stop_words=frozenset({"les"}))
    assert french.tokens("Les chevaux mangeaient") == stemmer("french").stemWords(
        ["chevaux", "mangeaient"]
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (None, ""),
        ("<p>a</p><p>b</p>", "a b"),
        ("<p>un<b>do</b> <code>x()</code>it</p>", "undo it"),
        ("<pre><code>x = 1</code></pre>then", "then"),
        ("see <a href='https://a.b/c'>the docs</a> at https://a.b/c?d=1", "see the docs at"),
        ("a &lt;b&gt; &amp; c <!-- no --> <![CDATA[no]]>d", "a <b> & c d"),
        ("<ul><li>one<li>two</ul>", "one two"),
    ],
)
def test_plain_words(html, text) -> None:
    assert plain_words(html) == text


def test_the_command_has_a_switch_for_each_step_and_says_what_was_done(data, tmp_path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("# mine\nmodel tensorflow\n", "utf-8")
    done = CliRunner().invoke(
        command,
        ["browser", "--data", str(data), "-o", str(tmp_path / "out"), "--format", "corpus-jsonl",
         "--keep-case", "--keep-endings", "--stop-words", str(words)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "out/corpus/browser.jsonl").read_text("utf-8").splitlines()
    tokens = [token for line in lines for token in json.loads(line)["tokens"]]
    assert len(lines) > 100
    assert "The" in tokens
    assert not {"model", "Model", "TensorFlow"} & set(tokens)
    readme = (tmp_path / "out/README.md").read_text("utf-8")
    assert "without 2 stop words" in readme
    assert "Snowball" not in readme
    assert "question_set_members" not in readme


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--keep-case"], "--format parquet is no corpus"),
        (["--format", "corpus", "--language", "french"], "there is no list of its stop words"),
    ],
)
def test_switches_that_go_nowhere_are_misuse(data, tmp_path, arguments, said) -> None:
    done = CliRunner().invoke(
        command, ["mobile", "--data", str(data), "-o", str(tmp_path / "out"), *arguments]
    )
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"), [(b"# none\n", "holds no word"), (b"\xff\xfe\xfa", "is no UTF-8 text")]
)
def test_a_list_of_stop_words_that_is_none(tmp_path, content, said) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=said):
        read_stop_words(path)
