"""The references of the report: the sources of its methods, with their DOIs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup


@dataclass(frozen=True)
class Reference:
    """A publication.

    Attributes
    ----------
    key : str
        Its name in `references.csv`.
    where : str
        Journal or publisher, with volume and pages.
    doi : str
        Without its resolver; may be empty.
    """

    key: str
    authors: str
    year: str
    title: str
    where: str
    doi: str = ""

    @property
    def short(self) -> str:
        """The reference in a sentence: Wilson (1927)."""
        return f"{self.authors} ({self.year})"

    @property
    def entry(self) -> Markup:
        """The entry in a list of references."""
        said = Markup("{} ({}). {}. <i>{}</i>.").format(
            self.authors, self.year, self.title.rstrip("."), self.where
        )
        return said + (Markup(" ") + doi_link(self.doi) if self.doi else "")


def doi_link(doi: str) -> Markup:
    """Write a DOI as a link to its resolver."""
    return Markup('<a href="https://doi.org/{0}" rel="noreferrer">doi:{0}</a>').format(doi)


@cache
def references() -> dict[str, Reference]:
    """Read all references, by key."""
    with Path(__file__).with_name("references.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: Reference(**row) for row in csv.DictReader(file)}
