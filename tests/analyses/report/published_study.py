"""Marts of a whole study, in the small warehouse: trends, waiting, labels, sensitivity."""

from __future__ import annotations

STUDY_COLUMNS = {
    "popularity_trends": (
        "question_set measure first_year last_year n_years n_questions tau mann_kendall_p_value"
        " mann_kendall_p_value_adjusted slope rate_ratio rate_ratio_ci_low rate_ratio_ci_high"
        " dispersion rate_p_value rate_p_value_adjusted is_candidate_set"
    ),
    "baseline_tests": (
        "question_set baseline n_questions no_accepted_share baseline_share chi2 df p_value"
        " p_value_adjusted share_difference ci_low ci_high cohens_h first_year last_year"
        " baseline_first_year baseline_last_year n_overlap_questions overlap_share"
        " overlap_difference overlap_ci_low overlap_ci_high"
    ),
    "topic_tests": "base_set measure n_sets n_questions chi2 df p_value cramers_v",
    "response_time_quantiles": (
        "question_set percent response_minutes n_response_times is_candidate_set"
    ),
    "published_response_times": (
        "question_set n_response_times median_response_minutes_days_dropped"
        " median_days_dropped_ci_low median_days_dropped_ci_high"
    ),
    "survival_curves": (
        "question_set minutes n_at_risk n_events not_accepted_yet ci_low ci_high is_candidate_set"
    ),
    "survival_summary": (
        "question_set n_questions n_observed n_events median_minutes median_ci_low"
        " median_ci_high accepted_within_1h accepted_within_1d accepted_within_7d"
        " accepted_within_30d accepted_within_30d_ci_low accepted_within_30d_ci_high"
        " is_candidate_set"
    ),
    "survival_tests": (
        "set_a set_b n_a n_b chi2 df p_value p_value_adjusted hazard_ratio ci_low ci_high"
        " difference_within_1d difference_within_1d_ci_low difference_within_1d_ci_high"
        " detectable_ratio proportionality_p_value"
    ),
    "yearly_acceptance": (
        "question_set year n_questions n_not_accepted no_accepted_share no_accepted_share_ci_low"
        " no_accepted_share_ci_high n_no_answer n_observed_30d n_accepted_within_30d"
        " accepted_within_30d_share accepted_within_30d_share_ci_low"
        " accepted_within_30d_share_ci_high is_candidate_set"
    ),
    "adjusted_comparisons": (
        "set_a set_b outcome method estimate unit ci_low ci_high p_value p_value_adjusted n_a n_b"
        " n_clusters reason detectable"
    ),
    "design_effects": (
        "question_set measure clustered_by n n_clusters n_largest design_effect n_effective"
        " estimate ci_low ci_high is_candidate_set"
    ),
    "sample_sizes": (
        "question_set population confidence interval sample_size rounding is_whole_set"
        " is_candidate_set"
    ),
    "labels": "question_set site question_id inner_category leaf_category is_category",
    "taxonomy_distribution": (
        "question_set level inner_category leaf_category is_divided n_questions n_labelled"
        " share share_ci_low share_ci_high published_percent"
    ),
    "label_acceptance": (
        "question_set label_kind n_questions n_not_accepted no_accepted_share share_ci_low"
        " share_ci_high share_difference ci_low ci_high p_value p_value_adjusted"
    ),
    "rule_sensitivity": (
        "question_set variant match scope code is_study_variant n_questions n_in_study_variant"
        " n_accepted n_not_accepted n_response_times median_response_minutes needs_decisions"
        " no_accepted_share share_ci_low share_ci_high"
    ),
}

TRENDS = [
    ("deployment", "questions", 2015, 2019, 5, 3018, 1.0, 0.017, 0.117, 320.0,
     2.04, 1.36, 3.05, 55.5, 0.011, 0.066, True),
    ("deployment", "share_of_all_questions", 2015, 2019, 5, 3018, 1.0, 0.017, 0.117, 0.0002,
     2.2, 1.5, 3.2, 40.0, 0.008, 0.048, True),
    ("mobile", "questions", 2015, 2019, 5, 1533, 1.0, 0.017, 0.117, 170.0,
     1.9, 1.2, 2.9, 12.0, 0.02, 0.08, False),
    ("browser", "questions", 2018, 2019, 2, 194, None, None, None, 94.0,
     2.88, None, None, None, None, None, True),
]  # fmt: skip
BASELINES = [
    ("deployment", "big_data", 3023, 0.7069, 0.605, 131.0, 1, 1e-30, 3e-30, 0.1019, 0.085, 0.118,
     0.21, 2015, 2019, 2008, 2016, 179, 0.587, -0.018, -0.09, 0.05),
    ("server_cloud", "concurrency", 1325, 0.698, 0.438, None, None, None, None, 0.26, 0.23, 0.28,
     0.53, 2015, 2019, None, None, 0, None, None, None, None),
]  # fmt: skip
SURVIVAL_TESTS = [
    ("deployment", "non_deployment", 3023, 67727, 210.5, 1, 1e-40, 4e-40, 0.61, 0.57, 0.65,
     -0.114, -0.146, -0.076, 1.1, 8e-10),
    ("server_cloud", "mobile", 0, 1533, *[None] * 12),
]  # fmt: skip
YEARLY_ACCEPTANCE = [
    ("deployment", 2016, 171, 103, 0.602, 0.527, 0.673, 30, 171, 62, 0.363, 0.294, 0.437, True),
    ("deployment", 2019, 1361, 1054, 0.774, 0.751, 0.796, 600, 1228, 275, 0.224, 0.201, 0.248,
     True),
    ("non_deployment", 2019, 22918, 15000, 0.655, 0.648, 0.661, 7000, 0, 0, None, None, None,
     False),
]  # fmt: skip
ADJUSTED = [
    ("deployment", "non_deployment", "no_accepted", "crude", 0.0799, "share_difference", 0.063,
     0.0966, 1e-18, 2e-18, 3023, 67727, None, None, 0.03),
    ("deployment", "non_deployment", "no_accepted", "clustered_by_asker", 0.0799,
     "share_difference", 0.061, 0.0985, 1e-16, 4e-16, 3023, 67727, 40_000, None, 0.034),
    ("deployment", "non_deployment", "no_accepted", "standardised_by_year", 0.057,
     "share_difference", 0.037, 0.077, None, None, 3023, 67727, None, None, 0.029),
    ("deployment", "non_deployment", "response_minutes", "clustered_by_answerer", 0.233,
     "cliffs_delta", 0.11, 0.35, None, None, 886, 25262, 9_000, None, 0.17),
    ("deployment", "non_deployment", "waiting", "cox_stratified_by_year", None, "hazard_ratio",
     None, None, None, None, 3023, 67727, None, "no event while both groups wait",
     None),
    ("mobile", "non_deployment", "no_answer", "mantel_haenszel", 1.31, "odds_ratio", 1.1, 1.5,
     0.001, 0.002, 1533, 67727, None, None, 1.4),
]  # fmt: skip
DESIGN_EFFECTS = [
    ("deployment", "no_accepted_share", "asker", 3023, 2371, 12, 1.17, 2572.0, 0.7069, 0.688,
     0.725, True),
    ("deployment", "median_response_minutes", "answerer", 886, 541, 78, 4.1, 216.0, 1301.89, 840.0,
     2125.0, True),
]  # fmt: skip
CATEGORIES = {
    # set: {inner category: {leaf: (questions, published percent)}}; one that has no leaves: ""
    "mobile": {
        "model conversion": {"procedure": (9, 3.9), "model quantization": (11, 4.8)},
        "model update": {"": (7, 3.0)},
    },
    "browser": {"model loading": {"procedure": (6, 4.8), "improving loading speed": (1, 0.8)}},
}


def survival_steps(n: int, n_accepted: int) -> list[tuple]:
    """A curve of five steps that ends where the accepted share does."""
    steps = [(0.0, n, 0, 1.0, None, None)]
    for place, minutes in enumerate((5.0, 90.0, 2000.0, 50_000.0), start=1):
        waiting = 1 - place / 4 * n_accepted / n
        steps.append((minutes, n - place, 1, waiting, waiting - 0.02, min(waiting + 0.02, 1.0)))
    return steps


def categories() -> list[tuple]:
    """Rows of every level, as many questions labelled as the leaves hold."""
    rows = []
    for name, inner in CATEGORIES.items():
        n = sum(questions for leaves in inner.values() for questions, _ in leaves.values())
        rows.append((name, "root", None, None, True, n, n, 1.0, 0.9, 1.0, None))
        for category, leaves in inner.items():
            own = sum(questions for questions, _ in leaves.values())
            is_divided = list(leaves) != [""]
            printed = None if is_divided else leaves[""][1]
            rows.append((name, "inner", category, None, is_divided, own, n, own / n,
                         own / n * 0.8, min(1.0, own / n * 1.2), printed))  # fmt: skip
            rows += [
                (name, "leaf", category, leaf, False, questions, n, questions / n,
                 questions / n * 0.8, min(1.0, questions / n * 1.2), printed)
                for leaf, (questions, printed) in leaves.items() if leaf
            ]  # fmt: skip
    return rows


def study_rows(acceptance: dict, times: dict, candidates: dict) -> dict[str, list[tuple]]:
    """Rows of these marts, in keeping with those of the other ones."""
    return {
        "popularity_trends": list(TRENDS),
        "baseline_tests": list(BASELINES),
        "topic_tests": [("dl", "no_accepted_share", 3, 3023, 1.34, 2, 0.511, 0.021),
                        ("dl", "waiting_time", 3, 3023, 1.33, 2, 0.514, None)],
        "response_time_quantiles": [
            (name, percent, median * 10 ** ((percent - 50) / 20), n, candidates[name])
            for name, (n, median, *_) in times.items()
            for percent in range(101)
        ],
        "published_response_times": [("non_deployment", 25262, 145.82, 141.25, 150.7)],
        "survival_curves": [
            (name, *step, candidates[name])
            for name, (n, n_accepted) in acceptance.items()
            for step in survival_steps(n, n_accepted)
        ],
        "survival_summary": [
            (name, n, n, n_accepted, None, None, None, 0.04, 0.15, 0.23, 0.27, 0.25, 0.29,
             candidates[name])
            for name, (n, n_accepted) in acceptance.items()
        ],
        "survival_tests": list(SURVIVAL_TESTS),
        "yearly_acceptance": list(YEARLY_ACCEPTANCE),
        "adjusted_comparisons": list(ADJUSTED),
        "design_effects": list(DESIGN_EFFECTS),
        "sample_sizes": [
            ("server_cloud", 1325, 0.95, 0.05, 297, "down", False, False),
            ("mobile", 1533, 0.95, 0.05, 307, "down", False, False),
            ("browser", 576, 0.95, 0.05, 576, "down", True, True),
        ],
        "labels": [
            (row[0], "stackoverflow.com", place, row[2], row[3], True)
            for place, row in enumerate(row for row in categories() if row[1] == "leaf")
        ],
        "taxonomy_distribution": categories(),
        "label_acceptance": [
            ("deployment", "categorised", 582, 372, 0.639, 0.6, 0.68, *[None] * 5),
            ("deployment", "unclear", 40, 32, 0.8, 0.65, 0.9, 0.161, 0.01, 0.26, 0.04, 0.08),
        ],
        "rule_sensitivity": [
            (name, f"{match}, title", match, "title", None, match == "token", n, 480,
             n // 3, n - n // 3, n // 3, 1000.0 + n, name == "browser", 0.66 + n / 1e5, 0.6, 0.8)
            for name in ("server_cloud", "mobile", "browser")
            for match, n in (("token", 486), ("word", 510), ("substring", 640))
        ],
    }  # fmt: skip
