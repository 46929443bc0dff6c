"""A small warehouse of published figures, to be changed before the report is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
from page import Page
from published_study import STUDY_COLUMNS, study_rows

from analyses.report.document import compose, read_results, render
from analyses.warehouse.dictionary import read_dictionary
from analyses.warehouse.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.warehouse.tables import Row

COLUMNS = {  # in the order of the values below; a column that is left out is null
    "studies": "study title doi citation study_hash leave_out",
    "question_sets": "question_set label kind base_set position description is_candidate_set",
    "question_set_rules": ("rule question_set kind value scope match code runs_over must_contain"),
    "question_set_funnel": (
        "question_set label position kind n_tag_matched n_term_matched n_matched"
        " n_left_to_others n_excluded n_included n_questions"
    ),
    "yearly_popularity": (
        "question_set year n_questions n_users question_share n_all_questions n_base_questions"
        " base_question_share is_candidate_set"
    ),
    "acceptance": (
        "question_set n_questions n_accepted n_not_accepted no_accepted_share is_candidate_set"
    ),
    "response_time_summary": (
        "question_set n_accepted n_response_times n_answered_before_asked"
        " median_response_minutes q1 q3 p10 p90 lower_whisker upper_whisker min_response_minutes"
        " max_response_minutes median_response_minutes_days_dropped q1_days_dropped"
        " q3_days_dropped is_candidate_set"
    ),
    "proportion_tests": (
        "set_a set_b n_a n_b share_a share_b chi2 df p_value p_value_adjusted share_difference"
        " ci_low ci_high cohens_h"
    ),
    "response_time_tests": (
        "set_a set_b n_a n_b u p_value p_value_adjusted cliffs_delta ci_low ci_high"
        " hodges_lehmann_minutes"
    ),
    "replication_checks": "step figure question_set year published computed verdict reason",
    "dump_manifest": (
        "format site table state is_synthetic source_file source_member source_bytes"
        " source_sha256 n_rows n_rejected_rows n_fabricated_rows n_replaced_characters first_at"
        " last_at loader_version finished_at"
    ),
} | STUDY_COLUMNS

STUDY = (
    "phones_and_servers", "Where models run & why", "10.1145/3368089.3409759",
    "Chen et al. (2020). A study.", "ab12", ["deleted"],
)  # fmt: skip
SETS = [
    ("dl", "Deep learning", "base", None, 1, "Questions tagged tensorflow, keras, pytorch.", False),
    ("framework_tagged", "Framework-tagged", "scope", None, 2, "Where terms are searched.", False),
    ("server_cloud", "Server/cloud", "topic", "framework_tagged", 3, "Servers & <clouds>.", False),
    ("mobile", "Mobile", "topic", "framework_tagged", 4, "Phones and tablets.", False),
    ("browser", "Browser", "topic", "framework_tagged", 5, "Web browsers.", True),
    ("deployment", "Deployment", "union", None, 6, "Union of the topics.", True),
    ("non_deployment", "Non-deployment", "baseline", "dl", 7, "The rest of dl.", False),
]
RULES = [
    ("dl_tag_keras", "dl", "tag", "keras", None, None, None, None, None),
    ("dl_tag_tensorflow", "dl", "tag", "tensorflow", None, None, None, None, None),
    ("mobile_tag_coreml", "mobile", "tag", "coreml", None, None, None, None, None),
    ("mobile_term_android", "mobile", "term", "android", "title", "token", None,
     "framework_tagged", None),
    ("mobile_term_ios", "mobile", "term", "ios", "title", "token", None, "framework_tagged", None),
    ("server_cloud_tag_sagemaker", "server_cloud", "tag", "amazon-sagemaker", "title_body",
     "substring", "blocks_dropped", None, "deploy"),
    ("server_cloud_term_server", "server_cloud", "term", "server", "title_body", "substring",
     "blocks_dropped", "framework_tagged", "deploy"),
]  # fmt: skip
FUNNEL = {
    "dl": (70669, None, 70669, 0, 0, 0, 70669),
    "framework_tagged": (72500, None, 72500, 0, 0, 0, 72500),
    "server_cloud": (1080, 279, 1347, 23, 0, 1, 1325),
    "mobile": (1201, 486, 1533, 0, 0, 0, 1533),
    "browser": (535, 89, 576, 0, 0, 0, 576),
    "deployment": (None, None, 3429, 0, 0, 0, 3429),
    "non_deployment": (None, None, 68574, 0, 0, 0, 68574),
}
QUESTIONS = {
    "server_cloud": {2015: 1, 2016: 109, 2017: 288, 2018: 406, 2019: 521},
    "mobile": {2015: 8, 2016: 62, 2017: 257, 2018: 484, 2019: 722},
    "browser": {2018: 50, 2019: 144},
    "deployment": {2015: 9, 2016: 171, 2017: 545, 2018: 932, 2019: 1361},
    "non_deployment": {2015: 1245, 2016: 7185, 2017: 16847, 2018: 19420, 2019: 22918},
    "all_questions": {2015: 2_200_000, 2016: 2_210_000, 2017: 2_150_000, 2018: 1_900_000,
                      2019: 1_770_000},
}  # fmt: skip
USERS = {
    "server_cloud": {2015: 1, 2016: 83, 2017: 215, 2018: 332, 2019: 425},
    "mobile": {2015: 8, 2016: 54, 2017: 221, 2018: 404, 2019: 592},
    "browser": {2018: 44, 2019: 123},
    "deployment": {2015: 9, 2016: 137, 2017: 430, 2018: 760, 2019: 1100},
    "non_deployment": {2015: 793, 2016: 3904, 2017: 9611, 2018: 12123, 2019: 14353},
    "all_questions": {2015: 900_000, 2016: 905_000, 2017: 890_000, 2018: 820_000, 2019: 790_000},
}
ACCEPTANCE = {
    "dl": (70669, 26148),
    "server_cloud": (1325, 400),
    "mobile": (1533, 435),
    "browser": (165, 51),
    "deployment": (3023, 886),
    "non_deployment": (67727, 25262),
}
TIMES = {
    # n, median, q1, q3, p90, lower whisker, upper whisker, longest, median with days dropped
    "server_cloud": (400, 1802.37, 160.2, 14920.4, 88211.0, 0.0, 37060.7, 1_402_330.2, 428.48),
    "mobile": (435, 1024.44, 118.75, 8210.5, 60112.3, 1.2, 20348.1, 1_101_220.9, 405.23),
    "browser": (51, 380.39, 55.2, 3411.2, 20122.8, 3.9, 8445.2, 400_120.4, 180.88),
    "deployment": (886, 1301.89, 121.3, 10933.1, 70010.0, 0.0, 27150.8, 1_402_330.2, 405.06),
    "non_deployment": (25262, 301.2, 40.1, 2410.7, 20344.1, 0.0, 5966.6, 2_000_120.5, 145.8),
}
PROPORTION_TESTS = [
    ("browser", "non_deployment", 165, 67727, 0.691, 0.627, 2.63, 1, 0.1049, 0.1049,
     0.064, -0.008, 0.136, 0.135),
    ("deployment", "non_deployment", 3023, 67727, 0.7069, 0.627, 79.3, 1, 5.3e-19, 2.1e-18,
     0.0799, 0.063, 0.0966, 0.1702),
    ("mobile", "non_deployment", 1533, 67727, 0.716, 0.627, 50.4, 1, 1.2e-12, 3.6e-12,
     0.089, 0.066, 0.112, 0.19),
    ("server_cloud", "mobile", 0, 1533, None, 0.716, None, None, None, None,
     None, None, None, None),
]  # fmt: skip
TIME_TESTS = [
    ("browser", "non_deployment", 51, 25262, 670_100.0, 0.62, 0.62, 0.04, -0.11, 0.19, 22.1),
    ("deployment", "non_deployment", 886, 25262, 13_800_212.0, 1.1e-40, 3.3e-40, 0.233, 0.19, 0.27,
     310.2),
]  # fmt: skip
CHECKS = [
    (2, "questions", "server_cloud", None, 1325, 1325, "equal", None),
    (3, "users", "mobile", 2019, 592, 592, "equal", None),
    (4, "no_accepted_share", "deployment", None, 70.7, 70.69, "equal after rounding", "rounded"),
    (4, "proportion_test_chi2", "deployment vs non_deployment", None, 78153, 79.3, "differs",
     "as printed; a decimal point is missing"),
    (5, "cohen_kappa", "browser", None, 0.894, None, "not derivable", "labels not published"),
]  # fmt: skip


def when(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def manifest(site: str, last: str, *, is_synthetic: bool, rows: int = 50_000) -> list[tuple]:
    """Two tables of a site: posts, loaded, and votes, absent."""
    return [
        (1, site, "posts", "finished", is_synthetic, "/data/dumps/Posts.xml", None, 123456789,
         "ab" * 32, rows, 2, 3, 4, when("2015-01-02 03:04:05"), when(last), "0.1.0",
         when("2025-11-20 10:00:00")),
        (1, site, "votes", "absent", is_synthetic, None, None, None, None, 0, 0, 0, 0, None, None,
         "0.1.0", when("2025-11-20 10:00:00")),
    ]  # fmt: skip


def published_rows(data_end: str, *, is_synthetic: bool) -> dict[str, list[tuple]]:
    """Rows of every mart."""
    candidates = {one[0]: one[-1] for one in SETS}
    shared = QUESTIONS["all_questions"]
    return {
        "studies": [STUDY],
        "question_sets": list(SETS),
        "question_set_rules": list(RULES),
        "question_set_funnel": [
            (name, label, position, kind, *FUNNEL[name])
            for name, label, kind, _, position, _, _ in SETS
        ],
        "yearly_popularity": [
            (name, year, n, USERS[name][year], n / shared[year], shared[year], 30_000, n / 30_000,
             candidates.get(name, False))
            for name, years in QUESTIONS.items()
            for year, n in years.items()
        ],
        "acceptance": [
            (name, n, accepted, n - accepted, (n - accepted) / n, candidates[name])
            for name, (n, accepted) in ACCEPTANCE.items()
        ],
        "response_time_summary": [
            (name, n + 1, n, 1, median, q1, q3, q1 / 9, p90, low, high, 0.0, longest, dropped,
             q1 / 2, q3 / 20, candidates[name])
            for name, (n, median, q1, q3, p90, low, high, longest, dropped) in TIMES.items()
        ],
        "proportion_tests": list(PROPORTION_TESTS),
        "response_time_tests": list(TIME_TESTS),
        "replication_checks": list(CHECKS),
        "dump_manifest": manifest("stackoverflow.com", data_end, is_synthetic=is_synthetic),
        **study_rows(ACCEPTANCE, TIMES, candidates),
    }  # fmt: skip


def declarations() -> dict[str, str]:
    """Columns of every table, with their types, as the contracts of the models have them."""
    return {
        name: ", ".join(f'"{column.name}" {column.data_type}' for column in entry.columns)
        for name, entry in read_dictionary().items()
    }


def row_of(name: str, **values: object) -> Row:
    """Return a row of a table of which only some columns are known; the others are null."""
    columns = tuple(column.name for column in read_dictionary()[name].columns)
    return Table(name, columns, (tuple((dict.fromkeys(columns) | values).values()),)).rows[0]


def write_tables(folder: Path, tables: dict[str, list[dict[str, object]]]) -> Path:
    """Write a database of these rows; a column that a row leaves out is null."""
    folder.mkdir(parents=True, exist_ok=True)
    declared = declarations()
    with duckdb.connect(str(folder / "deep_learning_deployment.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, rows in tables.items():
            connection.execute(f"create table {name} ({declared[name]})")
            for given in dict.fromkeys(tuple(row) for row in rows):
                columns = ", ".join(f'"{column}"' for column in given)
                marks = ", ".join("?" * len(given))
                connection.executemany(
                    f"insert into {name} ({columns}) values ({marks})",
                    [[*row.values()] for row in rows if tuple(row) == given],
                )
    return folder


@dataclass
class Warehouse:
    """A data folder whose database can be filled and changed before the report is made."""

    folder: Path
    data_end: str = "2019-12-01 05:06:07"
    is_synthetic: bool = False
    rows: dict[str, list[tuple]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = published_rows(self.data_end, is_synthetic=self.is_synthetic)

    def build(self) -> Path:
        """Write the database; returns the data folder."""
        return write_tables(
            self.folder,
            {
                name: [dict(zip(COLUMNS[name].split(), row, strict=True)) for row in rows]
                for name, rows in self.rows.items()
            },
        )


def page_of(data: Path) -> Page:
    """Render the report of a data folder."""
    return Page(render(compose(read_results(data))))
