"""Which tags belong to a set: candidates by significance and relevance, and taking them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from analyses.study.models import Models
from analyses.study.slips import instead
from analyses.study.study import FILE, read_study, shipped_studies
from loader.errors import StudyError
from loader.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.study.study import Study

_CANDIDATES: Final = """
select tag, n_with_tag, n_in_set, n_questions, significance, relevance
from {tag_candidates}
where question_set = $name and not is_in_rules
order by significance desc, relevance desc, tag
"""

# A hash chooses independently of any property of a question, and each time the same.
_TITLES: Final = """
with tagged as (
    select site, question_id, title, unnest(list_distinct(tags)) as tag
    from {int_questions}
)

select tag, list(title order by hash(site, question_id), site, question_id)[:$n_titles]
from tagged
where list_contains($tags, tag)
group by tag
"""


@dataclass(frozen=True)
class TagCandidate:
    """A tag that questions of a set carry, and that no rule of the set names.

    Attributes
    ----------
    n_with_tag : int
        Questions that carry it, in the set or not.
    n_in_set : int
        Questions of the set that carry it.
    n_questions : int
        Questions of the set.
    significance : float
        ``n_in_set`` of ``n_with_tag``.
    relevance : float
        ``n_in_set`` of ``n_questions``.
    titles : tuple of str
        Some titles of questions that carry it.
    """

    tag: str
    n_with_tag: int
    n_in_set: int
    n_questions: int
    significance: float
    relevance: float
    titles: tuple[str, ...] = ()

    @property
    def numbers(self) -> str:
        """Both shares with their counts, as written beside an accepted tag."""
        return (
            f"significance {self.significance:.3f} ({self.n_in_set} of {self.n_with_tag}),"
            f" relevance {self.relevance:.3f} ({self.n_in_set} of {self.n_questions})"
        )


def tag_candidates(  # noqa: PLR0913 - by name only
    data: Path,
    study: Study,
    question_set: str,
    *,
    accepted: Sequence[str] = (),
    min_significance: float = 0.0,
    min_relevance: float = 0.0,
    limit: int | None = None,
    n_titles: int = 10,
) -> list[TagCandidate]:
    """Return the tags beside a set, the most significant first.

    Parameters
    ----------
    data : Path
        The data folder; nothing is written there.
    accepted : sequence of str
        If given, exactly these tags are returned, whatever their shares.
    min_significance, min_relevance : float
        In [0, 1]; the least of both.
    limit : int, optional
        How many at most.
    n_titles : int
        Titles of each.

    Raises
    ------
    StudyError
        When an accepted tag is beside no question of the set.
    WarehouseError
        When no dump is loaded.
    """
    with Models(data, study) as models:
        name = "'" + question_set.replace("'", "''") + "'"
        found = [TagCandidate(*row) for row in models.rows(_CANDIDATES.replace("$name", name))]
        by_tag = {one.tag: one for one in found}
        for tag in accepted:
            if tag not in by_tag:
                raise StudyError(
                    f"{study.folder / FILE}: --accept {tag}: no question of {question_set} carries"
                    f" the tag, or a rule names it already{instead(tag, list(by_tag))}"
                )
        kept = [by_tag[tag] for tag in dict.fromkeys(accepted)] or [
            one
            for one in found
            if one.significance >= min_significance and one.relevance >= min_relevance
        ][:limit]
        tags = ", ".join("'" + one.tag.replace("'", "''") + "'" for one in kept)
        query = _TITLES.replace("$n_titles", str(n_titles)).replace("$tags", f"[{tags}]")
        titles = dict(models.rows(query)) if kept else {}
    return [TagCandidate(**{**vars(one), "titles": tuple(titles.get(one.tag, ()))}) for one in kept]


def accept_tags(study: Study, question_set: str, tags: Sequence[TagCandidate]) -> None:
    """Write tags into the rule of a set in study.yml, each with its numbers as a comment.

    Everything else in the file stays as it is.

    Raises
    ------
    StudyError
        When the study ships, when the set has no rule that is a list of tags alone, or when the
        file cannot be written.
    """
    path = study.folder / FILE
    if study.folder in [folder.resolve() for folder in shipped_studies().values()]:
        raise StudyError(
            f"{path}: is a study that ships;"
            f" `stackstudy study new DIR --from {study.name}` copies it"
        )
    text = path.read_bytes().decode("utf-8-sig")
    node = _tag_list(yaml.compose(text, yaml.SafeLoader), question_set)
    if node is None:
        raise StudyError(
            f"{path}: {question_set} has no rule that is a list of tags alone, so that it cannot"
            " accept one; add `tags: [...]`"
        )
    lines = [(one.tag, f"# {one.numbers}") for one in tags]
    changed = _in_flow(text, node, lines) if node.flow_style else _in_block(text, node, lines)
    try:
        with written_whole(path) as staged:
            staged.write_bytes(changed.encode())
    except OSError as error:
        raise StudyError(
            f"{path}: cannot be written ({error.strerror or error}); change its permissions,"
            " or make room"
        ) from error
    read_study(study.folder)


def _tag_list(root: yaml.Node | None, question_set: str) -> yaml.SequenceNode | None:
    """Return the list of tags of a set: its own, or that of its first rule of tags alone."""
    for section in _values(root).values():
        found = _values(section).get(question_set)
        if found is None:
            continue
        rules = _values(found).get("rules")
        for rule in rules.value if isinstance(rules, yaml.SequenceNode) else [found]:
            of_rule = _values(rule)
            tags = of_rule.get("tags")
            if isinstance(tags, yaml.SequenceNode) and "must_contain" not in of_rule:
                return tags
    return None


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _in_flow(text: str, node: yaml.SequenceNode, lines: Sequence[tuple[str, str]]) -> str:
    """Add items before the closing bracket of ``[a, b]``, one per line: a comment ends its line."""
    last, end = node.value[-1].end_mark.index, node.end_mark.index - 1
    comma = "" if "," in re.sub("#.*", "", text[last:end]) else ","
    line = text[text.rfind("\n", 0, node.start_mark.index) + 1 :]
    indent = " " * (len(line) - len(line.lstrip(" ")) + 2)
    added = "".join(f"\n{indent}{_quoted(tag)},  {said}" for tag, said in lines)
    before = text[:last] + comma + text[last:end].rstrip()
    return f"{before}{added}\n{indent}{text[end:]}"


def _in_block(text: str, node: yaml.SequenceNode, lines: Sequence[tuple[str, str]]) -> str:
    """Add items below the last ``- a``."""
    end = text.find("\n", node.value[-1].end_mark.index)
    end = len(text) if end < 0 else end
    indent = " " * node.start_mark.column
    added = "".join(f"\n{indent}- {_quoted(tag)}  {said}" for tag, said in lines)
    return text[:end] + added + text[end:]


def _quoted(tag: str) -> str:
    """Quote a tag that YAML would not read as a text: `c#`, `2.0` or `no`."""
    is_plain = re.fullmatch(r"[A-Za-z][\w.+-]*", tag) and tag.lower() not in _WORDS
    return tag if is_plain else f'"{tag}"'


_WORDS: Final = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
