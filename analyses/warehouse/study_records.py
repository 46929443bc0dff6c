"""Records of the marts of a whole study: trends, waiting, labels, sensitivity.

As in `analyses.warehouse.records`, a field is a column of its mart; one with a default may have no
column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from analyses.warehouse.records import Row


@dataclass(frozen=True)
class PopularityTrend:
    """Whether a yearly series of a set rises (table `popularity_trends`)."""

    mart: ClassVar[str] = "popularity_trends"
    question_set: str
    measure: str
    first_year: int
    last_year: int
    n_years: int
    n_questions: int
    tau: float | None
    mann_kendall_p_value: float | None
    mann_kendall_p_value_adjusted: float | None
    rate_ratio: float | None
    rate_ratio_ci_low: float | None
    rate_ratio_ci_high: float | None
    rate_p_value: float | None
    rate_p_value_adjusted: float | None


@dataclass(frozen=True)
class BaselineTest:
    """A share without accepted answers against a published one (table `baseline_tests`)."""

    mart: ClassVar[str] = "baseline_tests"
    question_set: str
    baseline: str
    n_questions: int
    no_accepted_share: float | None
    baseline_share: float
    chi2: float | None
    p_value: float | None
    p_value_adjusted: float | None
    share_difference: float | None
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None
    label: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class TopicTest:
    """Whether all topics of a study are alike in a measure (table `topic_tests`)."""

    mart: ClassVar[str] = "topic_tests"
    base_set: str
    measure: str
    n_sets: int
    n_questions: int
    chi2: float | None
    df: int | None
    p_value: float | None
    cramers_v: float | None = None


@dataclass(frozen=True)
class ResponseQuantile:
    """Minutes by which a share of the accepted answers came (table `response_time_quantiles`)."""

    mart: ClassVar[str] = "response_time_quantiles"
    question_set: str
    percent: int
    response_minutes: float
    n_response_times: int


@dataclass(frozen=True)
class SurvivalPoint:
    """Share of a set that still waits after some minutes (table `survival_curves`)."""

    mart: ClassVar[str] = "survival_curves"
    question_set: str
    minutes: float
    n_at_risk: int
    n_events: int
    not_accepted_yet: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class SurvivalSummary:
    """Time until an accepted answer, unanswered questions counted (table `survival_summary`)."""

    mart: ClassVar[str] = "survival_summary"
    question_set: str
    n_questions: int
    n_events: int
    median_minutes: float | None
    accepted_within_1h: float | None
    accepted_within_1d: float | None
    accepted_within_7d: float | None
    accepted_within_30d: float | None
    n_observed: int | None = None
    median_ci_low: float | None = None
    median_ci_high: float | None = None
    accepted_within_1h_ci_low: float | None = None
    accepted_within_1h_ci_high: float | None = None
    accepted_within_1d_ci_low: float | None = None
    accepted_within_1d_ci_high: float | None = None
    accepted_within_7d_ci_low: float | None = None
    accepted_within_7d_ci_high: float | None = None
    accepted_within_30d_ci_low: float | None = None
    accepted_within_30d_ci_high: float | None = None


@dataclass(frozen=True)
class SurvivalTest:
    """The waiting of two sets, compared (table `survival_tests`)."""

    mart: ClassVar[str] = "survival_tests"
    set_a: str
    set_b: str
    n_a: int
    n_b: int
    chi2: float | None
    df: int | None
    p_value: float | None
    p_value_adjusted: float | None
    hazard_ratio: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class SampleSize:
    """How many questions of a set people must read (table `sample_sizes`)."""

    mart: ClassVar[str] = "sample_sizes"
    question_set: str
    population: int
    confidence: float
    interval: float
    sample_size: int | None
    rounding: str | None = None
    is_whole_set: bool | None = None


@dataclass(frozen=True)
class Label:
    """A label that people gave to a question (table `labels`)."""

    mart: ClassVar[str] = "labels"
    question_set: str
    site: str
    question_id: int
    inner_category: str
    leaf_category: str | None


@dataclass(frozen=True)
class TaxonomyShare:
    """How many labels fell into a category (table `taxonomy_distribution`)."""

    mart: ClassVar[str] = "taxonomy_distribution"
    question_set: str
    inner_category: str | None
    leaf_category: str | None
    n_questions: int
    share: float | None
    published_percent: float | None
    level: str | None = None
    is_divided: bool | None = None
    n_labelled: int | None = None
    share_ci_low: float | None = None
    share_ci_high: float | None = None


@dataclass(frozen=True)
class LabelAcceptance:
    """Acceptance of questions by the kind of their label (table `label_acceptance`)."""

    mart: ClassVar[str] = "label_acceptance"
    question_set: str
    label_kind: str
    n_questions: int
    n_not_accepted: int
    no_accepted_share: float | None
    share_ci_low: float | None = None
    share_ci_high: float | None = None
    share_difference: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    p_value_adjusted: float | None = None


@dataclass(frozen=True)
class PublishedResponseTimes:
    """Published times of a set without published posts (table `published_response_times`)."""

    mart: ClassVar[str] = "published_response_times"
    question_set: str
    n_response_times: int
    median_response_minutes_days_dropped: float | None
    median_days_dropped_ci_low: float | None = None
    median_days_dropped_ci_high: float | None = None


@dataclass(frozen=True)
class RuleSensitivity:
    """A topic by another reading of its rules (table `rule_sensitivity`)."""

    mart: ClassVar[str] = "rule_sensitivity"
    question_set: str
    variant: str
    match: str | None
    scope: str | None
    code: str | None
    is_study_variant: bool
    n_questions: int
    n_not_accepted: int
    no_accepted_share: float | None
    median_response_minutes: float | None
    n_in_study_variant: int | None = None
    n_response_times: int | None = None
    share_ci_low: float | None = None
    share_ci_high: float | None = None
    needs_decisions: bool = False


STUDY_RECORDS: tuple[type[Row], ...] = (
    PopularityTrend,
    BaselineTest,
    TopicTest,
    ResponseQuantile,
    SurvivalPoint,
    SurvivalSummary,
    SurvivalTest,
    SampleSize,
    Label,
    TaxonomyShare,
    LabelAcceptance,
    PublishedResponseTimes,
    RuleSensitivity,
)
