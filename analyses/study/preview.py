"""What the sets of a study would hold: counts, titles and neighbouring tags, before any build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.study.models import Models

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.study.sets import QuestionSet, Rule
    from analyses.study.study import Study

N_TITLES: Final = 10
N_TAGS: Final = 12

_RULES: Final = "select rule, count(*) from {question_set_matches} group by rule"
_SETS: Final = "select question_set, count(*) from {question_set_members} group by question_set"

# A hash chooses independently of any property of a question, and each time the same.
_TITLES: Final = """
with placed as (
    select
        question_set,
        site,
        question_id,
        row_number() over (
            partition by question_set
            order by hash(question_set, site, question_id), site, question_id
        ) as place
    from {question_set_members}
)

select
    placed.question_set,
    posts.title
from placed
inner join {stg_posts} as posts
    on placed.site = posts.site and placed.question_id = posts.post_id
where placed.place <= $n_titles
order by placed.question_set, placed.place
"""

_TAGS: Final = """
select
    question_set,
    tag,
    n_in_set,
    n_with_tag
from {tag_candidates}
where not is_in_rules
qualify
    row_number() over (partition by question_set order by n_in_set desc, tag) <= $n_tags
order by question_set, n_in_set desc, tag
"""


@dataclass(frozen=True)
class NeighbourTag:
    """A tag of a set's questions that is in none of the set's rules.

    Attributes
    ----------
    n_in_set : int
        Questions of the set that carry it.
    n_with_tag : int
        All questions that the study looks at and that carry it.
    """

    tag: str
    n_in_set: int
    n_with_tag: int


@dataclass(frozen=True)
class SetPreview:
    """A set as it would be: its number of questions, matches per rule, some titles and tags."""

    question_set: QuestionSet
    n_questions: int
    rules: tuple[tuple[Rule, int], ...]
    titles: tuple[str, ...]
    tags: tuple[NeighbourTag, ...]


def loaded_sites(data: Path) -> list[str]:
    """Return the sites whose posts are loaded in a data folder."""
    return sorted(path.name.removeprefix("site=") for path in (data / "posts").glob("site=*"))


def preview(data: Path, study: Study) -> list[SetPreview]:
    """Count what a study's rules and sets would hold.

    Parameters
    ----------
    data : Path
        The data folder; nothing is written there.

    Returns
    -------
    list of SetPreview
        In the order of the study, with the numbers of a build: they come from the same SQL.

    Raises
    ------
    WarehouseError
        When no dump is loaded.
    """
    with Models(data, study) as models:
        by_rule = dict(models.rows(_RULES))
        by_set = dict(models.rows(_SETS))
        titles = models.rows(_TITLES.replace("$n_titles", str(N_TITLES)))
        tags = models.rows(_TAGS.replace("$n_tags", str(N_TAGS)))
    return [
        SetPreview(
            one,
            by_set.get(one.question_set, 0),
            tuple(
                (rule, by_rule.get(rule.rule, 0))
                for rule in study.rules
                if rule.question_set == one.question_set
            ),
            tuple(title for name, title in titles if name == one.question_set),
            tuple(NeighbourTag(*row) for name, *row in tags if name == one.question_set),
        )
        for one in study.sets
    ]
