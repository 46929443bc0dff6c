"""Question sets and their rules, as `study.yml` defines them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from analyses.common.numbers import and_list
from analyses.study.slips import instead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import yaml

    from analyses.study.yml import Yml

Kind = Literal["base", "scope", "topic", "union", "baseline"]

ALL: Final = "all"
"""The value of `among` for a rule that runs over all questions."""

SCOPES: Final = ("title", "title_body")
MATCHES: Final = ("token", "word", "substring")
CODES: Final = ("kept", "blocks_dropped", "all_dropped")

RESERVED: Final = {
    ALL: "means all questions",
    "all_questions": "stands for all questions in the tables",
}
_RESERVED_STARTS: Final = ("int_", "stg_")
"""Beginnings of the models' own tables, whose names the view of such a set could take."""

_NAME: Final = re.compile("[a-z][a-z0-9_]*")
_LONGEST: Final = 60
_SECTIONS: Final[Mapping[str, Kind]] = {
    "base": "base",
    "searched": "scope",
    "topics": "topic",
    "union": "union",
    "baseline": "baseline",
}
"""Sections of study.yml in the order of the sets' positions, and the kind of their sets."""

_RULE_KEYS: Final = ("tags", "terms", "in", "match", "code", "must_contain", "among")


@dataclass(frozen=True)
class Plan:
    """How large a sample must be; ``interval`` is half the interval's width."""

    confidence: float = 0.95
    interval: float = 0.05
    expected_share: float = 0.5
    rounding: str = "up"
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    """A named set of questions.

    Attributes
    ----------
    question_set : str
        Its name.
    label : str
        Its name for people.
    kind : {"base", "scope", "topic", "union", "baseline"}
        ``scope`` is a set that rules run over: section ``searched``.
    base_set : str or None
        None for the base set itself.
    position : int
        Its place in study.yml, from 1.
    needs_decisions : bool
        Whether its rules only give candidates, which people inspect.
    yields_to : tuple of str
        Topics to which it leaves the questions that are in both.
    confidence, interval, expected_share, rounding, is_whole_set
        Of a topic: the plan of its sample; None elsewhere.
    """

    question_set: str
    label: str
    kind: Kind
    base_set: str | None
    position: int
    needs_decisions: bool = False
    description: str = ""
    yields_to: tuple[str, ...] = ()
    confidence: float | None = None
    interval: float | None = None
    expected_share: float | None = None
    rounding: str | None = None
    is_whole_set: bool | None = None


@dataclass(frozen=True)
class Rule:
    """Why a question is in a set: it has a tag, or a term occurs in its text.

    Attributes
    ----------
    rule : str
        Its name.
    kind : {"tag", "term"}
    value : str
        The tag or term in lower case.
    scope : {"title", "title_body"} or None
        Where terms are looked for; None where a tag alone decides.
    match : {"token", "word", "substring"} or None
    code : {"kept", "blocks_dropped", "all_dropped"} or None
        Which code in bodies is searched.
    runs_over : str or None
        The set that it is limited to; None for all questions.
    must_contain : str or None
        Text that must occur as well, in lower case.
    """

    rule: str
    question_set: str
    kind: Literal["tag", "term"]
    value: str
    scope: str | None = None
    match: str | None = None
    code: str | None = None
    runs_over: str | None = None
    must_contain: str | None = None

    @property
    def is_on_text(self) -> bool:
        """Whether the text must be read to know whether a question matches."""
        return self.kind == "term" or self.must_contain is not None


class SetReader:
    """Reads the sections of sets of one study.yml.

    Parameters
    ----------
    sections : mapping of str to yaml.Node
        The values of the file's keys.
    """

    def __init__(self, yml: Yml, sections: Mapping[str, yaml.Node]) -> None:
        self.sets: dict[str, QuestionSet] = {}
        self.rules: list[Rule] = []
        self._yml = yml
        self._nodes: dict[str, yaml.Node] = {}
        self._yields: dict[str, dict[str, yaml.Node]] = {}
        self._among: list[tuple[yaml.Node, str, bool]] = []
        self._names: set[str] = set()
        self.base: str | None = None
        for section in _SECTIONS:
            self._read_section(section, sections.get(section))
        self._check_among()
        self._check_yields()

    def named(self, kind: str) -> list[str]:
        """Return the names of the sets of a kind."""
        return [one.question_set for one in self.sets.values() if one.kind == kind]

    def plan(self, plan: Plan) -> None:
        """Give every topic its plan."""
        for name in self.named("topic"):
            self.sets[name] = replace(
                self.sets[name],
                confidence=plan.confidence,
                interval=plan.interval,
                expected_share=plan.expected_share,
                rounding=plan.rounding,
                is_whole_set=name in plan.whole,
            )

    def _read_section(self, section: str, node: yaml.Node | None) -> None:
        named = self._yml.mapping(node, section)
        if node is not None and not named and getattr(node, "value", None) == []:
            self._yml.slip(node, f"{section} names no set; name one, or remove {section}")
        if section in {"base", "union", "baseline"} and len(named) > 1:
            second = list(named)[1]
            self._yml.slip(
                named[second],
                f"{section} has {len(named)} sets, {', '.join(named)}; keep one: another"
                f" {section} is another study",
            )
        if section in {"union", "baseline"} and named and not self.named("topic"):
            self._yml.slip(
                next(iter(named.values())),
                f"{section} is made of topics, and there is none; add topics, or remove {section}",
            )
        for name, value in named.items():
            if section == "base" and self.base is None:
                self.base = name
            if self._check_name(name, value):
                self._read_set(name, section, value)

    def _check_name(self, name: str, node: yaml.Node) -> bool:
        said = None
        if name in self.sets:
            line = self._nodes[name].start_mark.line + 1
            said = f"a set is named {name} already, in line {line}; give each set its own name"
        elif name in RESERVED:
            said = f"no set can be named {name}: the name {RESERVED[name]}; choose another"
        elif f"{name}_".startswith(_RESERVED_STARTS):
            said = f"no set can be named {name}: tables of the models begin so; choose another"
        elif not _NAME.fullmatch(name) or len(name) > _LONGEST:
            cure = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:_LONGEST]
            said = (
                f"{name!r} cannot name a set: lower case letters, digits and underscores, a letter"
                f" first, at most {_LONGEST}" + (f"; write {cure}" if cure else "")
            )
        if said:
            self._yml.slip(node, said)
        self._nodes.setdefault(name, node)
        return name not in self.sets

    def _read_set(self, name: str, section: str, node: yaml.Node) -> None:
        kind = _SECTIONS[section]
        if kind in {"union", "baseline"} and getattr(node, "tag", "").endswith(":str"):
            found = {"label": node}
        else:
            keys = ["label", "description"]
            if kind in {"base", "scope", "topic"}:
                keys += ["rules", *(key for key in _RULE_KEYS if key != "among")]
            if kind == "topic":
                keys += ["among", "yields_to", "needs_decisions"]
            found = self._yml.mapping(node, name, keys)
        where = f"{name}: "
        label = self._yml.text(found.get("label"), f"{where}label")
        self.sets[name] = QuestionSet(
            question_set=name,
            label=label or name.replace("_", " ").capitalize(),
            kind=kind,
            base_set=None if kind == "base" else self.base,
            position=len(self.sets) + 1,
            needs_decisions=self._yml.flag(found.get("needs_decisions"), f"{where}needs_decisions"),
        )
        yields = self._yml.texts(found.get("yields_to"), f"{where}yields_to")
        self._yields[name] = yields
        if kind in {"base", "scope", "topic"}:
            self._read_rules(name, node, found)
        description = self._yml.text(found.get("description"), f"{where}description")
        self.sets[name] = replace(
            self.sets[name],
            yields_to=tuple(yields),
            description=" ".join((description or self._described(name)).split()),
        )

    def _described(self, name: str) -> str:
        """Return a description for a set without one."""
        kind = self.sets[name].kind
        if kind == "union":
            return "Questions in at least one of the topics, each counted once."
        if kind == "baseline":
            return "Questions of the base set that are in none of the topics."
        rules = [rule for rule in self.rules if rule.question_set == name]
        parts = []
        for words, names in (
            ("are tagged", [rule.value for rule in rules if rule.kind == "tag"]),
            ("mention", [rule.value for rule in rules if rule.kind == "term"]),
        ):
            if names:
                parts.append(f"{words} {and_list(names).replace(' and ', ' or ')}")
        return f"Questions that {' or that '.join(parts)}." if parts else ""

    def _read_rules(self, name: str, node: yaml.Node, found: Mapping[str, yaml.Node]) -> None:
        own = {key: value for key, value in found.items() if key in _RULE_KEYS}
        if "rules" not in found:
            if own:
                self._read_rule(name, node, own)
            else:
                self._yml.slip(
                    node, f"{name} has no rule; give it tags: [...], terms: [...] or rules: [...]"
                )
            return
        for key, value in own.items():
            self._yml.slip(value, f"{name} has rules and {key}; put {key} into one of the rules")
        keys = _RULE_KEYS if self.sets[name].kind == "topic" else _RULE_KEYS[:-1]
        for item in self._yml.items(found["rules"], f"{name}: rules"):
            self._read_rule(name, item, self._yml.mapping(item, f"a rule of {name}", keys))

    def _read_rule(self, name: str, node: yaml.Node, found: Mapping[str, yaml.Node]) -> None:
        yml = self._yml
        tags = yml.texts(found.get("tags"), f"{name}: tags")
        terms = yml.texts(found.get("terms"), f"{name}: terms")
        if ("tags" in found) == ("terms" in found):
            both = "tags and terms: make two rules of it" if tags else "neither tags nor terms"
            yml.slip(node, f"a rule of {name} has {both}")
        for tag, item in tags.items():
            if re.search(r"[\s<>|;,]", tag):
                several = [part.strip() for part in re.split("[<>|;,]+", tag) if part.strip()]
                cure = ", ".join("-".join(part.split()) for part in several)
                yml.slip(item, f"{name}: {tag!r} is no tag: it has no blanks; write {cure}")
        scope, match, code, must = self._read_how(name, found, terms)
        runs_over = self._runs_over(name, node, found.get("among"))
        for kind, value in [
            *(("tag", tag.lower()) for tag in tags),
            *(("term", term.lower()) for term in terms),
        ]:
            rule = self._free_name(f"{name}_{kind}_" + re.sub(r"\W", "_", value))
            self.rules.append(
                Rule(rule, name, kind, value, scope, match, code, runs_over, must)  # type: ignore[arg-type]
            )

    def _read_how(
        self, name: str, found: Mapping[str, yaml.Node], terms: Mapping[str, yaml.Node]
    ) -> tuple[str | None, str | None, str | None, str | None]:
        """Return scope, match, code and the text that must occur too, given or by default."""
        yml = self._yml
        scope = yml.choice(found.get("in"), f"{name}: in", SCOPES)
        match = yml.choice(found.get("match"), f"{name}: match", MATCHES)
        code = yml.choice(found.get("code"), f"{name}: code", CODES)
        must = yml.text(found.get("must_contain"), f"{name}: must_contain")
        if "terms" not in found and "must_contain" not in found:
            for key in ("in", "match", "code"):
                if key in found:
                    yml.slip(
                        found[key],
                        f"{name}: {key} says nothing of tags alone; remove it, or add must_contain",
                    )
            return None, None, None, None
        if scope == "title" and "code" in found:
            yml.slip(found["code"], f"{name}: code: a title holds no code; remove it")
        sought = {**terms, **({must: found["must_contain"]} if must else {})}
        for term, item in sought.items():
            cure = " ".join(term.split())
            if match == "token" and term != cure:
                yml.slip(item, f"{name}: no token is {term!r}; write {cure!r}, or match: word")
        scope = scope or SCOPES[1]
        code = None if scope == "title" else code or "kept"
        return scope, match or "word", code, must.lower() if must else None

    def _runs_over(self, name: str, node: yaml.Node, among: yaml.Node | None) -> str | None:
        """Return the set that a rule runs over; it is checked when all sets are known."""
        if self.sets[name].kind != "topic":
            return None
        said = self._yml.text(among, f"{name}: among")
        if said == ALL:
            return None
        if said is not None and among is not None:
            self._among.append((among, said, True))
            return said
        if among is None and self.base is not None:
            self._among.append((node, self.base, False))
        return self.base

    def _free_name(self, name: str) -> str:
        free, number = name, 1
        while free in self._names:
            number += 1
            free = f"{name}_{number}"
        self._names.add(free)
        return free

    def _check_among(self) -> None:
        searchable = [*self.named("base"), *self.named("scope")]
        on_text = {rule.question_set for rule in self.rules if rule.is_on_text}
        usable = [ALL, *(name for name in searchable if name not in on_text)]
        for node, name, is_said in self._among:
            if name in on_text and name in searchable:
                said = f"{name} is not made by tags alone, so no rule can run over it"
                if not is_said:
                    said = f"no `among`, which means the base {name}; {said}"
                self._yml.slip(node, f"among: {said}; there are {', '.join(usable)}")
            elif is_said and name in self.sets and name not in searchable:
                kind = self.sets[name].kind
                self._yml.slip(
                    node,
                    f"among: {name} is a {kind}; a rule runs over all, the base or a searched set:"
                    f" {', '.join(usable)}",
                )
            elif is_said and name not in self.sets:
                self._yml.slip(node, f"among: no set is named {name!r}{instead(name, usable)}")

    def _check_yields(self) -> None:
        topics = self.named("topic")
        for name, others in self._yields.items():
            for other, node in others.items():
                if other == name:
                    self._yml.slip(node, f"{name} yields to itself, which would empty it")
                elif other not in topics:
                    rest = [topic for topic in topics if topic != name]
                    self._yml.slip(
                        node, f"{name} yields to {other!r}, which is no topic{instead(other, rest)}"
                    )
        for cycle in self._cycles():
            first, second = cycle[0], cycle[1 % len(cycle)]
            self._yml.slip(
                self._yields[first][second],
                f"{' yields to '.join([*cycle, first])}: all would lose the questions"
                " that they share; remove one of these",
            )

    def _cycles(self) -> Iterator[list[str]]:
        """Yield each cycle of topics that yield to one another, once."""
        seen: set[str] = set()

        def walk(name: str, path: list[str]) -> Iterator[list[str]]:
            if name in path:
                yield path[path.index(name) :]
                return
            if name in seen:
                return
            for other in self._yields.get(name, {}):
                if other in self.sets and other != name:
                    yield from walk(other, [*path, name])
            seen.add(name)

        for name in self.sets:
            yield from walk(name, [])
