"""What a rater writes is found among the categories, or the nearest is named."""

import csv

import pytest

from analyses.replication.labelled import read_slips
from analyses.study.labels import NO_CATEGORY, Category, Taxonomy
from analyses.study.study import find_study, read_study

OWN = Taxonomy(
    (
        Category("mobile", "model export", "procedure"),
        Category("mobile", "model export", "usage"),
        Category("mobile", "DL speed", ""),
        Category("web", "model export", "procedure"),
    )
)


def test_the_authors_names_are_found_or_the_right_one_is_named(published_labels):
    """The slips in their names are known; for each the nearest is what they meant."""
    taxonomy = read_study(find_study()).taxonomy
    meant = {
        (slip.question_set, slip.published_name): (slip.inner_category, slip.leaf_category)
        for slip in read_slips()
    }
    slips = {}
    n_found = 0
    for question_set, labels in published_labels.items():
        for _, name in labels:
            try:
                category = taxonomy.find(question_set, name)
            except ValueError as error:
                slips[question_set, " ".join(name.split())] = str(error)
            else:
                assert category.name.casefold() == " ".join(name.split())
                n_found += 1
    assert slips.keys() == meant.keys()
    for key, message in slips.items():
        inner, leaf = meant[key]
        assert f"the nearest is {f'{inner} - {leaf}'!r}: take that" in message
    assert n_found > 400


def test_every_category_is_found_by_its_name(shared_facts):
    """Figure 5 of the paper: 72 leaf categories, by the facts' own file."""
    taxonomy = read_study(find_study()).taxonomy
    with (shared_facts / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 81
    for row in rows:
        name = " - ".join(filter(None, (row["inner_category"], row["leaf_category"])))
        found = taxonomy.find(row["platform"], f"  {name.upper()} ")
        assert found.key == (row["platform"], row["inner_category"], row["leaf_category"])
    n = {name: len(taxonomy.choices(name)) - 3 for name in ("server_cloud", "mobile", "browser")}
    assert sum(n.values()) == 81


@pytest.mark.parametrize("name", NO_CATEGORY)
def test_what_stands_for_no_category_is_found_in_every_set(name):
    assert OWN.find("mobile", f" {name.upper()} ") == Category("mobile", name, "")
    assert OWN.find("new", name) == Category("new", name, "")
    assert OWN.choices("new") == tuple(Category("new", one, "") for one in NO_CATEGORY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model export", "'model export' is divided further: choose one of its leaf categories"),
        ("dl sped", "mobile has no category 'dl sped'; the nearest is 'DL speed'"),
        ("unclar", "the nearest is 'unclear'"),
        ("DL speed - procedure", "mobile has no category"),
    ],
)
def test_an_unknown_name_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        OWN.find("mobile", text)


def test_a_set_without_categories_is_open():
    assert OWN.is_open("new")
    assert not OWN.is_open("web")
    assert OWN.find("new", " slow  phones - old - ones ") == Category(
        "new", "slow phones", "old - ones"
    )
