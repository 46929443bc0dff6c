# Expected values of tests/warehouse/test_study_measures.py, computed by R from the files that the
# authors of "How Do Developers Talk about GitHub Actions?" (ICSE 2024) published:
#
#     Rscript tests/warehouse/measures.R ../shared/data/gha2023 tests/golden/gha2023_r.json
#
# The tests need no R. Intervals: Fisher's z with the variances of Bonett and Wright (2000).

suppressPackageStartupMessages(library(jsonlite))
arguments <- commandArgs(trailingOnly = TRUE)
table <- function(name) read.csv(file.path(arguments[1], name), fileEncoding = "UTF-8-BOM")
labels <- table("all_post_issue_category.csv")
posts <- merge(labels[labels$type == "so post", ], table("so_post_popularity.csv"), by = "id")
posts <- merge(posts, table("so_post_difficulty.csv"), by = "id")
posts <- posts[!is.na(posts$view), ]
posts$category <- trimws(posts$category)

columns <- list(
    mean_views = "view", mean_favorites = "favorite", mean_score = "score",
    mean_answers = "ans_count", answered_share = "is_answer",
    accepted_share = "is_acceptAnswer", median_first_answer_minutes = "interval_fir_ans.hour.",
    median_response_minutes = "interval_acc_ans.hour.", mean_body_characters = "body_len"
)
measured <- function(key) {
    of <- function(name) {
        values <- posts[[columns[[name]]]]
        if (startsWith(name, "median")) 60 * tapply(values, key, median, na.rm = TRUE)
        else tapply(values, key, mean)
    }
    data.frame(sapply(names(columns), of))
}
inner <- measured(posts$phase)
leaf <- measured(posts$category)

correlated <- function(values, level) {
    rows <- list()
    for (a in names(columns)[1:4]) for (b in names(columns)[5:9]) {
        x <- values[[a]]
        y <- values[[b]]
        n <- length(x)
        s <- suppressWarnings(cor.test(x, y, method = "spearman", exact = n < 8))
        k <- suppressWarnings(cor.test(x, y, method = "kendall"))
        reach <- function(r, v) {
            if (n < 5 || abs(r) > 1 - 1e-12) c(NA, NA)
            else tanh(atanh(r) + c(-1, 1) * qnorm(0.975) * sqrt(v))
        }
        rho <- s$estimate[[1]]
        tau <- k$estimate[[1]]
        rows[[length(rows) + 1]] <- list(
            level = level, measure_a = a, measure_b = b, n_categories = n,
            spearman_rho = rho, spearman_p_value = s$p.value,
            ci = reach(rho, (1 + rho^2 / 2) / (n - 3)),
            kendall_tau = tau, kendall_p_value = k$p.value, kendall_ci = reach(tau, 0.437 / (n - 4))
        )
    }
    adjusted <- p.adjust(sapply(rows, function(row) row$spearman_p_value), "holm")
    Map(function(row, p) c(row, list(p_value_adjusted = p)), rows, adjusted)
}
rows <- c(
    correlated(leaf, "leaf"), correlated(inner, "inner"), correlated(rbind(inner, leaf), "both")
)
json <- toJSON(
    list(r = R.version.string, n_questions = nrow(posts), correlations = rows),
    auto_unbox = TRUE, digits = NA, na = "null"
)
writeLines(gsub('},{"level"', '},\n{"level"', json, fixed = TRUE), arguments[2])
