"""BibTeX entries, as publishers write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.common.bibtex import Entry, read_entry

# The form in which a publisher's page gives one: no blank after commas, month as a bare name.
OF_A_PUBLISHER = """
@inproceedings{10.1145/3368089.3409759,
author = {Chen, Zhenpeng and Cao, Yanbin}, title = "On {Deep} \\"{U}ber \\{x\\}",
year = 2020, isbn = {9781450370431}, month = nov,
 booktitle = {Proceedings of the 28th
   {ACM} Joint Meeting},
pages = {750--762}
}
"""


def test_an_entry_of_a_publisher_is_read() -> None:
    entry = read_entry(OF_A_PUBLISHER)
    assert (entry.kind, entry.key) == ("inproceedings", "10.1145/3368089.3409759")
    assert entry.fields == {
        "author": "Chen, Zhenpeng and Cao, Yanbin",
        "title": 'On {Deep} \\"{U}ber \\{x\\}',
        "year": "2020",
        "isbn": "9781450370431",
        "month": "nov",
        "booktitle": "Proceedings of the 28th {ACM} Joint Meeting",
        "pages": "750--762",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Chen et al. (2020)", "does not begin with a kind and a key"),
        ("@article{, title = {x}}", "does not begin with a kind and a key"),
        ("@article{a, title = {x}", "no field and no closing brace"),
        ("@article{a, title = {x}, {y}}", "no field and no closing brace at '{y}}'"),
        ("@article{a, title = {x{y}", "in title that do not match"),
        ('@article{a, title = "x}y"}', "in title that do not match"),
        ("@article{a, title = }", "no value for title"),
        ("@article{a, title = {x}, TITLE = {y}}", "has title twice"),
        ("@article{a, title = {x}} @article{b, title = {y}}", "goes on after its closing brace"),
    ],
)
def test_what_is_no_entry_says_why(text, said) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_entry(text)


VALUES = st.recursive(
    st.text("ab .,=@\"'0", max_size=6),
    lambda inner: st.lists(inner.map(lambda text: f"{{{text}}}"), max_size=3).map("x".join),
)


@given(st.dictionaries(st.sampled_from(["author", "title", "year", "note"]), VALUES))
def test_what_is_written_is_read_again(fields) -> None:
    fields = {name: " ".join(value.split()) for name, value in fields.items()}
    known = {name: value for name, value in fields.items() if value}
    assert read_entry(str(Entry("misc", "a_key", fields))) == Entry("misc", "a_key", known)
