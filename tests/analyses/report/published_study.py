"""Marts of a whole study, in the small warehouse: trends, waiting, labels, sensitivity."""

from __future__ import annotations

STUDY_COLUMNS = {
    "popularity_trends": "question_set varchar, measure varchar, first_year integer,"
    " last_year integer, n_years bigint, n_questions bigint, tau double,"
    " mann_kendall_p_value double, mann_kendall_p_value_adjusted double, slope double,"
    " rate_ratio double, rate_ratio_ci_low double, rate_ratio_ci_high double,"
    " dispersion double, rate_p_value double, rate_p_value_adjusted double,"
    " is_candidate_set boolean",
    "baseline_tests": "question_set varchar, baseline varchar, n_questions bigint,"
    " no_accepted_share double, baseline_share double, chi2 double, df bigint, p_value double,"
    " p_value_adjusted double, share_difference double, ci_low double, ci_high double,"
    " cohens_h double",
    "topic_tests": "base_set varchar, measure varchar, n_sets bigint, n_questions bigint,"
    " chi2 double, df bigint, p_value double, cramers_v double",
    "response_time_quantiles": "question_set varchar, percent integer, response_minutes double,"
    " n_response_times bigint, is_candidate_set boolean",
    "published_response_times": "question_set varchar, n_response_times bigint,"
    " median_response_minutes_days_dropped double, median_days_dropped_ci_low double,"
    " median_days_dropped_ci_high double",
    "survival_curves": "question_set varchar, minutes double, n_at_risk bigint, n_events bigint,"
    " not_accepted_yet double, ci_low double, ci_high double, is_candidate_set boolean",
    "survival_summary": "question_set varchar, n_questions bigint, n_observed bigint,"
    " n_events bigint, median_minutes double, median_ci_low double, median_ci_high double,"
    " accepted_within_1h double, accepted_within_1d double, accepted_within_7d double,"
    " accepted_within_30d double, accepted_within_30d_ci_low double,"
    " accepted_within_30d_ci_high double, is_candidate_set boolean",
    "survival_tests": "set_a varchar, set_b varchar, n_a bigint, n_b bigint, chi2 double,"
    " df bigint, p_value double, p_value_adjusted double, hazard_ratio double, ci_low double,"
    " ci_high double",
    "sample_sizes": "question_set varchar, population bigint, confidence double, interval double,"
    " sample_size bigint, rounding varchar, is_whole_set boolean, is_candidate_set boolean",
    "labels": "question_set varchar, site varchar, question_id bigint, inner_category varchar,"
    " leaf_category varchar, is_category boolean",
    "taxonomy_distribution": "question_set varchar, level varchar, inner_category varchar,"
    " leaf_category varchar, is_divided boolean, n_questions bigint, n_labelled bigint,"
    " share double, share_ci_low double, share_ci_high double, published_percent double",
    "label_acceptance": "question_set varchar, label_kind varchar, n_questions bigint,"
    " n_not_accepted bigint, no_accepted_share double, share_ci_low double, share_ci_high double,"
    " share_difference double, ci_low double, ci_high double, p_value double,"
    " p_value_adjusted double",
    "rule_sensitivity": "question_set varchar, variant varchar, match varchar, scope varchar,"
    " code varchar, is_study_variant boolean, n_questions bigint, n_in_study_variant bigint,"
    " n_accepted bigint, n_not_accepted bigint, n_response_times bigint,"
    " median_response_minutes double, needs_decisions boolean, no_accepted_share double,"
    " share_ci_low double, share_ci_high double",
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
     0.21),
    ("server_cloud", "concurrency", 1325, 0.698, 0.438, 363.1, 1, 1e-80, 1e-79, 0.26, 0.23, 0.28,
     0.53),
]  # fmt: skip
SURVIVAL_TESTS = [
    ("deployment", "non_deployment", 3023, 67727, 210.5, 1, 1e-40, 4e-40, 0.61, 0.57, 0.65),
    ("server_cloud", "mobile", 0, 1533, None, None, None, None, None, None, None),
]
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
