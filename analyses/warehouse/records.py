"""A record for each mart that is read whole: its fields are columns of that mart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Row(Protocol):
    """A record of a mart: a dataclass whose fields are columns of that mart."""

    mart: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, object]]


@dataclass(frozen=True)
class QuestionSet:
    """A named set of questions (table `question_sets`)."""

    mart: ClassVar[str] = "question_sets"
    question_set: str
    label: str
    position: int
    kind: str
    base_set: str | None
    description: str | None
    is_candidate_set: bool
    depends_on_candidates: bool = False


@dataclass(frozen=True)
class Rule:
    """Why a question is in a set (seed `question_set_rules`)."""

    mart: ClassVar[str] = "question_set_rules"
    rule: str
    question_set: str
    kind: str
    value: str
    scope: str | None
    match: str | None
    code: str | None
    runs_over: str | None
    must_contain: str | None


@dataclass(frozen=True)
class Funnel:
    """How a question set came to its questions (table `question_set_funnel`)."""

    mart: ClassVar[str] = "question_set_funnel"
    question_set: str
    n_tag_matched: int | None
    n_term_matched: int | None
    n_matched: int | None
    n_left_to_others: int | None
    n_excluded: int | None
    n_included: int | None
    n_questions: int | None
    n_undecided: int | None = None


@dataclass(frozen=True)
class YearlyPopularity:
    """Questions and askers of a set in a year (table `yearly_popularity`)."""

    mart: ClassVar[str] = "yearly_popularity"
    question_set: str
    year: int
    n_questions: int
    n_users: int
    question_share: float | None
    n_all_questions: int | None = None
    n_base_questions: int | None = None
    base_question_share: float | None = None
    question_growth: float | None = None
    covered_share: float | None = None


@dataclass(frozen=True)
class Acceptance:
    """Questions of a set with and without an accepted answer (table `acceptance`)."""

    mart: ClassVar[str] = "acceptance"
    question_set: str
    n_questions: int
    n_accepted: int
    n_not_accepted: int
    no_accepted_share: float | None


@dataclass(frozen=True)
class ResponseTimes:
    """Time to the accepted answer, in minutes (table `response_time_summary`)."""

    mart: ClassVar[str] = "response_time_summary"
    question_set: str
    n_accepted: int
    n_response_times: int
    n_answered_before_asked: int
    median_response_minutes: float | None
    q1: float | None
    q3: float | None
    p10: float | None
    p90: float | None
    lower_whisker: float | None
    upper_whisker: float | None
    min_response_minutes: float | None
    max_response_minutes: float | None
    median_response_minutes_days_dropped: float | None
    median_ci_low: float | None = None
    median_ci_high: float | None = None


@dataclass(frozen=True)
class ProportionTest:
    """Shares without an accepted answer of two sets, compared (table `proportion_tests`)."""

    mart: ClassVar[str] = "proportion_tests"
    set_a: str
    set_b: str
    chi2: float | None
    df: float | None
    p_value: float | None
    p_value_adjusted: float | None
    share_difference: float | None
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None


@dataclass(frozen=True)
class ResponseTimeTest:
    """Response times of two sets, compared (table `response_time_tests`)."""

    mart: ClassVar[str] = "response_time_tests"
    set_a: str
    set_b: str
    n_a: int
    n_b: int
    u: float | None
    p_value: float | None
    p_value_adjusted: float | None
    cliffs_delta: float | None
    ci_low: float | None
    ci_high: float | None
    hodges_lehmann_minutes: float | None = None


@dataclass(frozen=True)
class ReplicationCheck:
    """A published figure beside the computed one (table `replication_checks`)."""

    mart: ClassVar[str] = "replication_checks"
    step: object
    figure: str
    question_set: str | None
    year: int | None
    published: float | None
    computed: float | None
    verdict: str | None
    reason: str | None
    unit: str | None = None


@dataclass(frozen=True)
class ManifestEntry:
    """What was loaded for a table of a site (table `dump_manifest`)."""

    mart: ClassVar[str] = "dump_manifest"
    site: str
    table: str
    state: str
    is_synthetic: bool
    source_file: str | None
    n_rows: int | None
    n_rejected_rows: int | None
    n_fabricated_rows: int | None
    n_replaced_characters: int | None
    first_at: datetime | str | None
    last_at: datetime | str | None
    loader_version: str | None
    finished_at: datetime | str | None


CORE_RECORDS: tuple[type[Row], ...] = (
    QuestionSet,
    Rule,
    Funnel,
    YearlyPopularity,
    Acceptance,
    ResponseTimes,
    ProportionTest,
    ResponseTimeTest,
    ReplicationCheck,
    ManifestEntry,
)
