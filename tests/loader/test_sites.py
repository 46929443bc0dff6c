"""Names of sites in dumps, on the web, and as people type them."""

from __future__ import annotations

import pytest

from loader.sites import RENAMED, find_site, likely_sites, site_domain


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("beer.stackexchange.com", "alcohol.stackexchange.com"),
        ("Beer.StackExchange.com", "alcohol.stackexchange.com"),
        ("beer.meta.stackexchange.com", "alcohol.meta.stackexchange.com"),
        ("meta.beer.stackexchange.com", "alcohol.meta.stackexchange.com"),
        ("alcohol.stackexchange.com", "alcohol.stackexchange.com"),
        ("avp.stackexchange.com", "video.stackexchange.com"),
        ("cogsci.stackexchange.com", "psychology.stackexchange.com"),
        ("programmers.stackexchange.com", "softwareengineering.stackexchange.com"),
        ("meta.es.stackoverflow.com", "es.meta.stackoverflow.com"),
        ("meta.academia.stackexchange.com", "academia.meta.stackexchange.com"),
        ("stackoverflow.com", "stackoverflow.com"),
        ("meta.stackoverflow.com", "meta.stackoverflow.com"),
        ("meta.stackexchange.com", "meta.stackexchange.com"),
        ("meta.mathoverflow.net", "meta.mathoverflow.net"),
        ("beer.example.org", "beer.example.org"),
        ("sample.stackstudy", "sample.stackstudy"),
    ],
)
def test_domain_of_a_site(site, domain):
    assert site_domain(site) == domain


def test_nothing_is_renamed_twice():
    assert not set(RENAMED) & set(RENAMED.values())
    for old, new in RENAMED.items():
        assert site_domain(f"{old}.stackexchange.com") == f"{new}.stackexchange.com"


@pytest.mark.parametrize(
    ("typed", "sites", "expected"),
    [
        ("alcohol", ["beer.stackexchange.com"], "beer.stackexchange.com"),
        ("beer", ["alcohol.stackexchange.com"], "alcohol.stackexchange.com"),
        ("video", ["avp.stackexchange.com", "videos.com"], "avp.stackexchange.com"),
        ("psychology.stackexchange.com", ["cogsci.stackexchange.com"], "cogsci.stackexchange.com"),
        ("alcohol.meta", ["meta.beer.stackexchange.com"], "meta.beer.stackexchange.com"),
        ("meta.alcohol", ["beer.meta.stackexchange.com"], "beer.meta.stackexchange.com"),
        ("stackoverflow", ["stackoverflow.com"], "stackoverflow.com"),
        ("Stack Overflow", ["StackOverflow.com"], "StackOverflow.com"),
        ("mathoverflow", ["mathoverflow.net"], "mathoverflow.net"),
        ("meta", ["meta.stackexchange.com"], "meta.stackexchange.com"),
        ("beer", ["wine.stackexchange.com"], None),
        ("stackexchange", ["meta.stackexchange.com"], None),
    ],
)
def test_site_that_a_person_means(typed, sites, expected):
    assert find_site(typed, sites) == expected


def test_the_name_typed_comes_before_any_other():
    both = ["beer.stackexchange.com", "alcohol.stackexchange.com"]
    assert find_site("alcohol", both) == "alcohol.stackexchange.com"
    assert find_site("beer", both) == "beer.stackexchange.com"
    assert likely_sites("stackoverflow.com")[0] == "stackoverflow.com"
