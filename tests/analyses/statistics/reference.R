# Reference values for the tests of analyses/statistics, computed by R.
#
# Regenerate with R 4 and its packages survival, vcd, effectsize, survey, sandwich and jsonlite
# (Debian: r-base-core, r-cran-survival, r-cran-vcd, …):
#
#     Rscript tests/analyses/statistics/reference.R tests/golden/statistics_r.json
#
# The tests need no R. Every case keeps the call as it stands below beside what R printed for it.

suppressPackageStartupMessages({
    library(survival)
    library(vcd)
    library(effectsize)
    library(survey)
    library(sandwich)
    library(jsonlite)
})

cases <- list()

# One case: the call is evaluated and kept as text; `take` picks from its value what the test reads.
case <- function(group, call, take, input = list()) {
    text <- paste(trimws(deparse(substitute(call), width.cutoff = 500)), collapse = " ")
    value <- suppressWarnings(eval(substitute(call), parent.frame()))
    cases[[group]] <<- c(
        cases[[group]],
        list(list(call = text, input = input, value = suppressWarnings(take(value))))
    )
}

# --- proportions -----------------------------------------------------------------------------
chi2 <- function(t) list(chi2 = t$statistic[[1]], df = t$parameter[[1]], p_value = t$p.value)
prop <- function(x, n) case("prop_test", prop.test(x, n), chi2, list(x = x, n = n))
prop(c(83, 90, 129, 70), c(86, 93, 136, 82)) # example(prop.test): smokers, Fleiss (1981)
prop(c(83, 70), c(86, 82))
prop(c(2137, 42403), c(3023, 67665)) # deployment and the rest, from the printed shares
prop(c(15, 25), c(50, 50))
prop(c(5, 5), c(10, 10)) # equal shares: the correction leaves 0
prop(c(5, 6), c(10, 11)) # deviation below 0.5: the correction is lessened
prop(c(0, 5), c(10, 12))
prop(c(10, 5), c(10, 12))
prop(c(0, 10), c(10, 10))
prop(c(0, 0), c(10, 12)) # NaN
prop(c(10, 12), c(10, 12)) # NaN
prop(c(0, 3, 7), c(10, 11, 12))
prop(c(0, 0, 0), c(10, 11, 12)) # NaN
prop(c(925, 1098, 114), c(1325, 1533, 165)) # the three topics

detectable <- function(n, df, power) {
    case(
        "detectable_v",
        uniroot(function(l) pchisq(qchisq(0.95, df), df, ncp = l) - (1 - power), c(1e-9, 200), tol = 1e-12)$root,
        function(l) list(v = sqrt(l / n)), list(n = n, df = df, power = power)
    )
}
detectable(3023, 2, 0.8)
detectable(485, 2, 0.8)
detectable(100, 1, 0.9)

shares_found <- function(n, p1, level) {
    case("power_prop_test", power.prop.test(n = n, p1 = p1, power = 0.8, sig.level = level),
        function(t) list(difference = t$p2 - t$p1), list(n = n, p1 = p1, level = level))
}
shares_found(3000, 0.627, 0.05)
shares_found(400, 0.627, 0.05)
shares_found(400, 0.5, 0.01)

one <- function(x, n, p) {
    case("one_sample", prop.test(x, n, p = p), chi2, list(x = x, n = n, p = p))
}
one(2137, 3023, 0.627)
one(2137, 3023, 0.605)
one(2137, 3023, 0.438)
one(2137, 3023, 0.55)
one(83, 86, 0.5)
one(5, 10, 0.5)
one(6, 11, 0.5) # exactly 0.5 off
one(0, 10, 0.3)
one(10, 10, 0.3)
one(3, 10, 0.3)

wilson <- function(x, n, level) {
    case(
        "wilson", prop.test(x, n, conf.level = level, correct = FALSE)$conf.int,
        function(ci) list(low = ci[1], high = ci[2]), list(x = x, n = n, level = level)
    )
}
wilson(0, 10, 0.95)
wilson(10, 10, 0.95)
wilson(1, 1, 0.95)
wilson(83, 86, 0.95)
wilson(83, 86, 0.99)
wilson(2137, 3023, 0.95)
wilson(2137, 3023, 0.9)

h <- function(a, b, n) {
    case(
        "cohens_h", cohens_h(cbind(c(a, n - a), c(b, n - b))),
        function(r) list(h = r$Cohens_h), list(a = a, b = b, n = n)
    )
}
h(83, 70, 100)
h(70, 83, 100)
h(5, 95, 100)
h(40, 40, 100)

h_interval <- function(a, n_a, b, n_b) {
    case(
        "cohens_h_interval", cohens_h(cbind(c(a, n_a - a), c(b, n_b - b))),
        function(r) c(r$CI_low, r$CI_high), list(counts = c(a, n_a, b, n_b))
    )
}
h_interval(30, 100, 50, 90)
h_interval(925, 1325, 1098, 1533)

v <- function(x, n) {
    case(
        "cramers_v", cramers_v(rbind(x, n - x), adjust = FALSE, alternative = "two.sided"),
        function(r) list(v = r[[1]], low = r$CI_low, high = r$CI_high), list(x = x, n = n)
    )
}
v(c(83, 90, 129, 70), c(86, 93, 136, 82))
v(c(925, 1098, 114), c(1325, 1533, 165))
v(c(10, 60, 90), c(100, 100, 100))

case(
    "holm", p.adjust(c(0.01, NA, 0.04, 0.03, 0.005, 0.03, 1, 0.9), "holm"), function(p) p,
    list(p = c(0.01, NA, 0.04, 0.03, 0.005, 0.03, 1, 0.9))
)
case("holm", p.adjust(c(NA, NA), "holm"), function(p) as.list(as.numeric(p)), list(p = c(NA, NA)))
case(
    "holm", p.adjust(c(2e-20, 0.5, 0.02, 0.02), "holm"), function(p) p,
    list(p = c(2e-20, 0.5, 0.02, 0.02))
)

# --- two groups by rank ------------------------------------------------------------------------
ozone <- function(month) as.numeric(na.omit(airquality$Ozone[airquality$Month == month]))
weight <- function(feed) chickwts$weight[chickwts$feed == feed]
samples <- list(
    # example(wilcox.test), Hollander and Wolfe (1973), p. 69: permeability of the placenta
    placenta = list(
        a = c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46),
        b = c(1.15, 0.88, 0.90, 0.74, 1.21)
    ),
    ozone = list(a = ozone(5), b = ozone(8)), # example(wilcox.test): tied
    chicks = list(a = weight("casein"), b = weight("linseed")),
    # Hogarty and Kromrey (1999)
    hogarty = list(a = c(10, 10, 20, 20, 20, 30, 30, 30, 40, 50), b = c(10, 20, 30, 40, 40, 50)),
    apart = list(a = c(5, 6, 7, 8), b = c(1, 2, 3)),
    tied = list(a = c(2, 2, 2), b = c(2, 2)),
    single = list(a = 3.5, b = c(1, 2, 4, 8)),
    nile = list(a = as.numeric(Nile[1:40]), b = as.numeric(Nile[41:100]))
)
# Cliff's delta over the matrix of all pairs, by the formulas as printed: the consistent estimate
# of Cliff (1996, p. 138), the interval of Feng and Cliff (2004, eq. 7).
cliff <- function(a, b, level) {
    d <- sign(outer(a, b, "-"))
    delta <- mean(d)
    m <- length(a)
    n <- length(b)
    s_a <- sum((rowMeans(d) - delta)^2) / (m - 1)
    s_b <- sum((colMeans(d) - delta)^2) / (n - 1)
    s_ab <- sum((d - delta)^2) / ((m - 1) * (n - 1))
    v <- ((n - 1) * s_a + (m - 1) * s_b + s_ab) / (m * n)
    z <- qnorm((1 + level) / 2)
    spread <- z * sqrt(v) * sqrt((1 - delta^2)^2 + z^2 * v)
    list(
        delta = delta, variance = v,
        low = (delta - delta^3 - spread) / (1 - delta^2 + z^2 * v),
        high = (delta - delta^3 + spread) / (1 - delta^2 + z^2 * v)
    )
}
for (name in names(samples)) {
    s <- samples[[name]]
    a <- s$a
    b <- s$b
    input <- list(name = name, a = I(a), b = I(b))
    case(
        "wilcox", wilcox.test(a, b),
        function(t) list(u = t$statistic[[1]], p_value = t$p.value), input
    )
    case("shift", median(outer(a, b, "-")), function(m) list(shift = m), input)
    case(
        "delta", cliffs_delta(a, b),
        function(r) list(delta = if (is.null(r$r_rank_biserial)) r[[1]] else r$r_rank_biserial), input
    )
    if (!(name %in% c("apart", "tied", "single"))) {
        case("cliff", cliff(a, b, 0.95), identity, input)
    }
    if (name %in% c("placenta", "chicks")) {
        case(
            "shift_interval", wilcox.test(a, b, conf.int = TRUE)$conf.int,
            function(ci) list(low = ci[1], high = ci[2]), input
        )
    }
    if (name %in% c("placenta", "chicks", "ozone", "nile")) {
        case(
            "ratio", wilcox.test(log(a), log(b), conf.int = TRUE),
            function(t) {
                ci <- exp(t$conf.int)
                list(
                    ratio = exp(median(outer(log(a), log(b), "-"))), low = ci[1], high = ci[2],
                    is_exact = !grepl("continuity", t$method)
                )
            }, input
        )
    }
    if (name %in% c("ozone", "nile")) {
        case(
            "shift_near", wilcox.test(a, b, conf.int = TRUE)$conf.int,
            function(ci) list(low = ci[1], high = ci[2]), input
        )
    }
}

# --- quantiles ---------------------------------------------------------------------------------
# The order statistics of DescTools::MedianCI(method = "exact"), for any probability.
interval <- function(x, p, level) {
    tail <- (1 - level) / 2
    n <- length(x)
    low <- qbinom(tail, n, p)
    high <- qbinom(1 - tail, n, p) + 1
    x <- sort(x)
    list(
        value = quantile(x, p, type = 7)[[1]],
        rank_low = if (low < 1) NA else low, rank_high = if (high > n) NA else high,
        low = if (low < 1) NA else x[low], high = if (high > n) NA else x[high],
        coverage = if (low < 1 || high > n) NA else pbinom(high - 1, n, p) - pbinom(low - 1, n, p)
    )
}
quantiles <- function(x, p, level) {
    case("quantile", interval(x, p, level), identity, list(x = I(x), p = p, level = level))
}
for (p in c(0.1, 0.25, 0.5, 0.75, 0.9)) quantiles(as.numeric(Nile), p, 0.95)
quantiles(ozone(5), 0.5, 0.95)
quantiles(ozone(8), 0.5, 0.99)
quantiles(c(1, 2, 3, 4, 5), 0.5, 0.95)
quantiles(c(1, 2, 3, 4, 5, 6), 0.5, 0.95)
quantiles(c(7), 0.5, 0.95)
quantiles(c(2, 2, 2, 2, 2, 2, 2, 2), 0.5, 0.95)

# --- survival ----------------------------------------------------------------------------------
curve <- function(name, time, event) {
    input <- list(name = name, time = I(time), event = I(event))
    case("curve", survfit(Surv(time, event) ~ 1, conf.type = "log-log"), function(f) {
        s <- summary(f, censored = TRUE)
        list(
            time = I(s$time), n_at_risk = I(s$n.risk), n_events = I(s$n.event),
            survival = I(s$surv), standard_error = I(s$std.err), low = I(s$lower), high = I(s$upper)
        )
    }, input)
    case(
        "survival_median",
        summary(survfit(Surv(time, event) ~ 1, conf.type = "log-log"))$table,
        function(t) {
            list(median = t[["median"]], low = t[["0.95LCL"]], high = t[["0.95UCL"]])
        }, input
    )
}
by <- function(name, time, event, at) {
    case(
        "share_by", summary(survfit(Surv(time, event) ~ 1, conf.type = "log-log"), times = at),
        function(s) {
            list(
                n_at_risk = I(s$n.risk), share = I(1 - s$surv), low = I(1 - s$upper),
                high = I(1 - s$lower)
            )
        }, list(name = name, time = I(time), event = I(event), at = I(at))
    )
}
maintained <- aml[aml$x == "Maintained", ]
others <- aml[aml$x != "Maintained", ]
curve("aml maintained", maintained$time, maintained$status) # Miller (1997)
curve("aml not maintained", others$time, others$status)
curve("lung", lung$time, lung$status - 1)
curve("no event", c(1, 2, 2, 5), c(0, 0, 0, 0))
curve("all events", c(1, 2, 3, 4), c(1, 1, 1, 1)) # flat at a half
curve("flat at the end", c(1, 2, 3, 4), c(1, 1, 0, 0))
curve("all tied", c(3, 3, 3), c(1, 1, 0))
curve("all tied, all events", c(3, 3, 3), c(1, 1, 1))
curve("single", 3, 1)
curve("last censored", c(1, 2, 3, 4, 5, 6), c(0, 1, 1, 0, 1, 0))
by("lung", lung$time, lung$status - 1, c(60, 180, 365, 1000))
by("aml maintained", maintained$time, maintained$status, c(9, 13, 14, 48, 100))

ranked <- function(name, time, event, group) {
    case("log_rank", survdiff(Surv(time, event) ~ group), function(d) {
        df <- sum(d$exp > 0) - 1
        list(
            n = I(as.integer(d$n)), observed = I(as.integer(d$obs)), expected = I(as.numeric(d$exp)),
            chi2 = d$chisq, df = df, p_value = pchisq(d$chisq, df, lower.tail = FALSE)
        )
    }, list(name = name, time = I(time), event = I(event), group = I(as.integer(factor(group)))))
}
ranked("aml", aml$time, aml$status, aml$x)
ranked("lung by sex", lung$time, lung$status - 1, lung$sex)
ranked("veteran by cell type", veteran$time, veteran$status, veteran$celltype)
ranked("one group gone before any event", c(0.5, 1, 2, 3, 1, 4, 3), c(0, 1, 1, 0, 1, 1, 0), c(1, 2, 2, 2, 3, 3, 3))
ranked("one group all censored", c(5, 6, 7, 1, 2, 3), c(0, 0, 0, 1, 1, 1), c(1, 1, 1, 2, 2, 2))

hazard <- function(name, time, event, group, level, stratum = rep(1, length(time)), from = -Inf, until = Inf) {
    # The first of the two groups is group a: the model's covariate is 1 there.
    is_a <- as.integer(as.integer(factor(group)) == 1)
    start <- pmax(from, -1)
    kept <- time > start
    data <- data.frame(
        time = time, event = event, is_a = is_a, stratum = stratum, start = start,
        stop = pmin(time, until), ends = event * (time <= until)
    )[kept, ]
    input <- list(
        name = name, time = I(time), event = I(event), group = I(as.integer(factor(group))), level = level,
        stratum = I(as.integer(factor(stratum))), period = I(c(from, until))
    )
    take <- function(f) {
        s <- summary(f, conf.int = level)
        list(ratio = s$conf.int[1, 1], low = s$conf.int[1, 3], high = s$conf.int[1, 4], p_value = s$coefficients[1, 5])
    }
    exact <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)
    if (is.finite(from) || is.finite(until)) {
        case("hazard", coxph(Surv(start, stop, ends) ~ is_a, data, control = exact), take, input)
    } else {
        case("hazard", coxph(Surv(time, event) ~ is_a + strata(stratum), data, control = exact), take, input)
        case(
            "zph", cox.zph(coxph(Surv(time, event) ~ is_a + strata(stratum), data, control = exact)),
            function(z) list(chi2 = z$table[1, 1], df = z$table[1, 2], p_value = z$table[1, 3]), input
        )
    }
}
status <- lung$status - 1
hazard("aml", aml$time, aml$status, aml$x, 0.95)
hazard("lung by sex", lung$time, status, lung$sex, 0.95)
hazard("lung by sex, in months", ceiling(lung$time / 30), status, lung$sex, 0.95) # many ties
hazard("lung by sex, stratified", lung$time, status, lung$sex, 0.95, lung$ph.ecog > 1 & !is.na(lung$ph.ecog))
hazard("lung by sex, months, stratified", ceiling(lung$time / 30), status, lung$sex, 0.9, lung$age %/% 10)
hazard("lung by sex, first year", lung$time, status, lung$sex, 0.95, until = 365)
hazard("lung by sex, later", lung$time, status, lung$sex, 0.95, from = 365)
hazard("veteran by treatment", veteran$time, veteran$status, veteran$trt, 0.9)
hazard("veteran, young and old", veteran$time, veteran$status, veteran$age > 60, 0.95)
hazard("veteran by Karnofsky score", veteran$time, veteran$status, veteran$karno > 60, 0.95) # not proportional

# The difference of two shares at a time: limits by Zou and Donner (2008), test by Klein et al. (2007).
apart <- function(f, at, level) {
    s <- summary(f, times = at)
    p <- 1 - s$surv
    low <- 1 - s$upper
    high <- 1 - s$lower
    log_s <- log(s$surv)
    z <- log(log_s[1] / log_s[2]) / sqrt(sum((s$std.err / (s$surv * log_s))^2))
    list(
        difference = p[1] - p[2], low = p[1] - p[2] - sqrt((p[1] - low[1])^2 + (high[2] - p[2])^2),
        high = p[1] - p[2] + sqrt((high[1] - p[1])^2 + (p[2] - low[2])^2), p_value = 2 * pnorm(-abs(z))
    )
}
difference_by <- function(name, time, event, group, at, level) {
    case(
        "difference_by", apart(survfit(Surv(time, event) ~ group, conf.type = "log-log", conf.int = level), at, level),
        identity, list(
            name = name, time = I(time), event = I(event), group = I(as.integer(factor(group))), at = at, level = level
        )
    )
}
difference_by("lung by sex, half a year", lung$time, status, lung$sex, 180, 0.95)
difference_by("lung by sex, a year", lung$time, status, lung$sex, 365, 0.9)
difference_by("aml, 23 weeks", aml$time, aml$status, aml$x, 23, 0.95)

# --- strata --------------------------------------------------------------------------------------
# A stratum is a slice of x (successes, failures by group a, b). The test that the odds ratio is
# common: Breslow and Day (1980, p. 142) with the correction of Tarone (1985).
breslow_day <- function(x, or) {
    x <- x[, , apply(x, 3, function(t) all(rowSums(t) > 0))] # all or none succeed: nothing to compare
    off <- 0
    observed <- expected <- information <- 0
    for (k in seq_len(dim(x)[3])) {
        t <- x[, , k]
        n_a <- sum(t[, 1])
        n_b <- sum(t[, 2])
        m <- sum(t[1, ])
        e <- uniroot(
            function(e) e * (n_b - m + e) - or * (n_a - e) * (m - e), c(max(0, m - n_b), min(n_a, m)), tol = 1e-12
        )$root
        v <- 1 / (1 / e + 1 / (n_a - e) + 1 / (m - e) + 1 / (n_b - m + e))
        off <- off + (t[1, 1] - e)^2 / v
        observed <- observed + t[1, 1]
        expected <- expected + e
        information <- information + v
    }
    pchisq(off - (observed - expected)^2 / information, dim(x)[3] - 1, lower.tail = FALSE)
}
counts <- function(name, x) {
    list(
        name = name, x_a = I(x[1, 1, ]), n_a = I(colSums(x[, 1, ])), x_b = I(x[1, 2, ]), n_b = I(colSums(x[, 2, ]))
    )
}
pooled <- function(name, x) {
    x <- unname(unclass(x))
    case("mantel_haenszel", mantelhaen.test(x, correct = FALSE), function(t) {
        list(
            odds_ratio = t$estimate[[1]], low = t$conf.int[1], high = t$conf.int[2], chi2 = t$statistic[[1]],
            p_value = t$p.value, homogeneity_p_value = breslow_day(x, t$estimate[[1]])
        )
    }, counts(name, x))
}
# Shares of a and b with the sizes of the strata of b; the limits by Zou, Huang and Zhang (2009).
standardised <- function(x) {
    w <- colSums(x[, 2, ]) / sum(x[, 2, ])
    one <- function(group) {
        p <- x[1, group, ] / colSums(x[, group, ])
        ci <- sapply(seq_along(w), function(k) prop.test(x[1, group, k], sum(x[, group, k]), correct = FALSE)$conf.int)
        list(p = sum(w * p), below = sqrt(sum((w * (p - ci[1, ]))^2)), above = sqrt(sum((w * (ci[2, ] - p))^2)))
    }
    a <- one(1)
    b <- one(2)
    list(
        share_a = a$p, low_a = a$p - a$below, high_a = a$p + a$above, share_b = b$p,
        low = a$p - b$p - sqrt(a$below^2 + b$above^2), high = a$p - b$p + sqrt(a$above^2 + b$below^2)
    )
}
by_stratum <- function(name, x) {
    x <- unname(unclass(x))
    case("standardised", standardised(x), identity, counts(name, x))
}
pooled("admissions by department", UCBAdmissions) # example(mantelhaen.test), Bickel et al. (1975)
by_stratum("admissions by department", UCBAdmissions)
penicillin <- array(c(
    0, 0, 6, 5, 3, 0, 3, 6, 6, 2, 0, 4, 5, 6, 1, 0, 2, 5, 0, 0
), c(2, 2, 5)) # example(mantelhaen.test), Agresti (1990), p. 234, with its empty and full strata
pooled("rabbits", aperm(penicillin, c(2, 1, 3)))
by_stratum("rabbits", array(c(3, 5, 0, 9, 6, 6, 4, 11), c(2, 2, 2)))

# --- clusters ------------------------------------------------------------------------------------
effect <- function(name, x, cluster) {
    case("design_effect", svymean(~x, svydesign(ids = ~cluster, weights = ~1, data = data.frame(x, cluster)), deff = "replace"),
        function(m) list(design_effect = deff(m)[[1]]),
        list(name = name, x = I(x), cluster = I(as.integer(factor(cluster))))
    )
}
effect("chicks by feed", chickwts$weight, chickwts$feed)
effect("warp breaks by wool and tension", warpbreaks$breaks, interaction(warpbreaks$wool, warpbreaks$tension))
effect("grass uptake by plant", CO2$uptake, CO2$Plant)
# Wilson's interval of as many independent values as the design effect leaves, not of more.
effective <- function(x, cluster) {
    m <- svymean(~x, svydesign(ids = ~cluster, weights = ~1, data = data.frame(x, cluster)), deff = "replace")
    n <- length(x) / max(1, deff(m)[[1]])
    prop.test(mean(x) * n, n, correct = FALSE)$conf.int
}
share <- function(name, x, cluster) {
    case(
        "clustered_share", effective(x, cluster), function(ci) list(low = ci[1], high = ci[2]),
        list(name = name, x = I(as.integer(x)), cluster = I(as.integer(factor(cluster))))
    )
}
share("grass by plant", CO2$uptake > 30, CO2$Plant)
share("deaths by institution", lung$status[!is.na(lung$inst)] == 2, lung$inst[!is.na(lung$inst)])
# The same in strata with given weights: each stratum's Wilson interval of n / design effect.
standardised_effective <- function(x, cluster, stratum, weight) {
    d <- data.frame(x, cluster, stratum)
    population <- data.frame(stratum = seq_along(weight), Freq = weight)
    variance <- function(ids) {
        SE(svymean(~x, postStratify(svydesign(ids = ids, weights = ~1, data = d), ~stratum, population)))^2
    }
    effect <- max(1, variance(~cluster) / variance(~1))
    w <- weight / sum(weight)
    n <- as.vector(table(stratum)) / effect
    p <- as.vector(tapply(x, stratum, mean))
    limits <- sapply(seq_along(p), function(i) prop.test(p[i] * n[i], n[i], correct = FALSE)$conf.int)
    sum(w * p) + c(0, -sqrt(sum((w * (p - limits[1, ]))^2)), sqrt(sum((w * (limits[2, ] - p))^2)))
}
standardised_clusters <- function(name, x, cluster, stratum, weight) {
    x <- as.integer(x)
    cluster <- as.integer(factor(cluster))
    stratum <- as.integer(factor(stratum))
    case(
        "clustered_standardised", standardised_effective(x, cluster, stratum, weight),
        function(v) list(share = v[1], low = v[2], high = v[3]),
        list(name = name, x = I(x), cluster = I(cluster), stratum = I(stratum), weight = I(weight))
    )
}
at <- lung[!is.na(lung$inst), ]
standardised_clusters("deaths by institution, sexes alike", at$status == 2, at$inst, at$sex, c(1, 1))
standardised_clusters("grass by plant, treatments 1 to 3", CO2$uptake > 30, CO2$Plant, CO2$Treatment, c(1, 3))
mean_difference <- function(name, x, is_a, cluster) {
    case("mean_difference", lm(x ~ is_a), function(f) {
        se <- sqrt(vcovCL(f, cluster = cluster, type = "HC1")[2, 2])
        d <- coef(f)[[2]]
        df <- length(unique(cluster)) - 1
        list(
            difference = d, low = d - qt(0.975, df) * se, high = d + qt(0.975, df) * se, p_value = 2 * pt(-abs(d / se), df)
        )
    }, list(name = name, x = I(x), is_a = I(as.integer(is_a)), cluster = I(as.integer(factor(cluster)))))
}
mean_difference("uptake of chilled grass", CO2$uptake, CO2$Treatment == "chilled", CO2$Plant)
mean_difference("deaths by sex and institution", status, lung$sex == 1, ifelse(is.na(lung$inst), 99, lung$inst))

# --- agreement ---------------------------------------------------------------------------------
kappa <- function(name, table) {
    case("kappa", Kappa(table), function(k) {
        ci <- confint(k)
        list(
            kappa = k$Unweighted[[1]], standard_error = k$Unweighted[[2]],
            low = ci[1, 1], high = ci[1, 2]
        )
    }, list(name = name, counts = unclass(unname(as.matrix(table)))))
}
kappa("SexualFun (Agresti 1990)", matrix(as.integer(SexualFun), 4))
kappa("MSPatients, Winnipeg", matrix(as.integer(MSPatients[, , "Winnipeg"]), 4))
kappa("less than chance", matrix(c(1, 9, 8, 2), 2))
kappa("Cohen (1960)", matrix(c(88, 10, 2, 14, 40, 6, 18, 10, 12), 3))

# --- trends ------------------------------------------------------------------------------------
slopes <- function(x, y) {
    pairs <- combn(order(x), 2)
    (y[pairs[2, ]] - y[pairs[1, ]]) / (x[pairs[2, ]] - x[pairs[1, ]])
}
trend <- function(name, x, y) {
    input <- list(name = name, x = I(x), y = I(y))
    case(
        "kendall", cor.test(x, y, method = "kendall", continuity = TRUE),
        function(t) list(tau = t$estimate[[1]], p_value = t$p.value), input
    )
    tau <- cor(x, y, method = "kendall")
    if (abs(tau) < 1 - 1e-12) { # Bonett and Wright (2000)
        case(
            "tau_interval", tanh(atanh(tau) + c(-1, 1) * qnorm(0.975) * sqrt(0.437 / (length(x) - 4))),
            identity, input
        )
    }
    case("sen", median(slopes(x, y)), function(m) list(slope = m), input)
}
trend("server_cloud", 2015:2019, c(1, 109, 288, 406, 521))
trend("with a fall", 1:8, c(3, 1, 4, 15, 9, 26, 5, 35))
trend("ties", 1:10, c(1, 1, 2, 2, 2, 3, 5, 5, 8, 8))
trend("gaps", c(2008, 2010, 2011, 2015, 2019, 2020), c(9, 7, 7.5, 4, 4.5, 1))
trend("Nile", 1871:1970, as.numeric(Nile))
trend("long without ties", 1:60, ((1:60 * 37) %% 61) + (1:60) / 7)

rates <- function(name, time, counts, exposure) {
    input <- list(name = name, time = I(time), counts = I(counts), exposure = I(exposure))
    exact <- glm.control(epsilon = 1e-14, maxit = 100)
    case(
        "poisson",
        glm(counts ~ time + offset(log(exposure)), family = poisson, control = exact),
        function(g) {
            s <- coef(summary(g))[2, ]
            ci <- exp(confint.default(g))[2, ]
            q <- update(g, family = quasipoisson)
            t <- coef(summary(q))[2, ]
            reach <- qt(0.975, g$df.residual) * t[[2]]
            list(
                rate_ratio = exp(s[[1]]), low = ci[[1]], high = ci[[2]], p_value = s[[4]],
                dispersion = summary(q)$dispersion,
                quasi_low = exp(t[[1]] - reach), quasi_high = exp(t[[1]] + reach),
                quasi_p_value = t[[4]]
            )
        }, input
    )
}
rates("discoveries", 1860:1959, as.numeric(discoveries), rep(1, 100))
rates("server_cloud", 2015:2019, c(1, 109, 288, 406, 521), rep(1, 5))
rates("mobile as a share", 2015:2019, c(8, 62, 257, 484, 722), c(1245, 7185, 16847, 19420, 22918))
rates("flat", 1:6, c(4, 6, 5, 5, 6, 4), c(10, 12, 11, 9, 12, 10))

# --- adjusted ------------------------------------------------------------------------------------
# Patients as questions, the old compared with the young: who is censored has no accepted answer, a
# year is a stage of the disease, an asker an institution.
adjusted <- function(d) {
    shares <- function(y, kept) {
        y <- y[kept]
        x <- array(dim = c(2, 2, length(unique(d$year[kept]))))
        for (k in seq_along(sort(unique(d$year[kept])))) {
            here <- d$year[kept] == sort(unique(d$year[kept]))[k]
            for (group in 1:2) {
                of <- y[here & d$is_a[kept] == 2 - group]
                x[, group, k] <- c(sum(of), sum(1 - of))
            }
        }
        s <- standardised(x)
        m <- mantelhaen.test(x, correct = FALSE)
        f <- lm(y ~ a, data.frame(y = y, a = d$is_a[kept]))
        se <- sqrt(vcovCL(f, cluster = d$asker[kept], type = "HC1")[2, 2])
        df <- length(unique(d$asker[kept])) - 1
        e <- coef(f)[[2]]
        p <- prop.test(rowSums(x[1, , ]), rowSums(apply(x, c(2, 3), sum)))
        list(
            crude = list(estimate = e, p_value = p$p.value),
            standardised_by_year = list(estimate = s$share_a - s$share_b, low = s$low, high = s$high),
            mantel_haenszel = list(
                estimate = m$estimate[[1]], low = m$conf.int[1], high = m$conf.int[2], p_value = m$p.value
            ),
            clustered_by_asker = list(
                estimate = e, low = e - qt(0.975, df) * se, high = e + qt(0.975, df) * se,
                p_value = 2 * pt(-abs(e / se), df)
            )
        )
    }
    cox <- function(f) {
        s <- summary(coxph(f, d, control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)))
        list(estimate = s$conf.int[1, 1], low = s$conf.int[1, 3], high = s$conf.int[1, 4], p_value = s$coefficients[1, 5])
    }
    times <- function(group) d$minutes[d$is_event == 1 & d$is_a == group]
    list(
        no_accepted = shares(1 - d$is_event, rep(TRUE, nrow(d))),
        no_answer = shares(d$no_answer, rep(TRUE, nrow(d))),
        accepted_within_30d = shares(d$accepted_within_30d, !is.na(d$accepted_within_30d)),
        response_minutes = list(crude = list(
            estimate = mean(sign(outer(times(1), times(0), "-"))), p_value = wilcox.test(times(1), times(0), exact = FALSE)$p.value
        )),
        waiting = list(
            crude = cox(Surv(minutes, is_event) ~ is_a),
            cox_stratified_by_year = cox(Surv(minutes, is_event) ~ is_a + strata(year))
        )
    )
}
patients <- with(subset(lung, !is.na(inst) & !is.na(ph.ecog) & ph.ecog < 3), data.frame(
    year = ph.ecog, asker = inst, is_a = as.integer(age >= 65), is_event = status - 1, minutes = time,
    no_answer = as.integer(status == 1 & sex == 2),
    accepted_within_30d = ifelse(status == 1 & time < 365, NA, as.integer(status == 2 & time <= 365))
))
case("adjusted", adjusted(patients), identity, as.list(patients))

# --- correlations ----------------------------------------------------------------------------
# Intervals: Fisher's z with the variances of Bonett and Wright (2000), written out.
correlated <- function(name, a, b, exact = FALSE) {
    case("rank_correlation", cor.test(a, b, method = "spearman", exact = exact), function(s) {
        k <- cor.test(a, b, method = "kendall")
        n <- length(a)
        reach <- function(r, v) {
            if (n < 5 || abs(r) > 1 - 1e-12) c(NA, NA)
            else tanh(atanh(r) + c(-1, 1) * qnorm(0.975) * sqrt(v))
        }
        rho <- s$estimate[[1]]
        tau <- k$estimate[[1]]
        list(
            rho = rho, p_value = s$p.value, rho_ci = reach(rho, (1 + rho^2 / 2) / (n - 3)),
            tau = tau, tau_p_value = k$p.value, tau_ci = reach(tau, 0.437 / (n - 4))
        )
    }, list(name = name, a = I(a), b = I(b)))
}
correlated("cars: speed and distance, tied", mtcars$mpg, mtcars$wt)
correlated("quakes: 60 pairs", quakes$depth[1:60], quakes$mag[1:60])
correlated("longley: 16 years", longley$GNP, longley$Unemployed)
correlated("women: 15 in order", women$height, women$weight)
correlated("women, turned", women$height, -women$weight)
# up to 7 pairs exact: cor.test counts every order where nothing is tied
correlated("3 in order", c(1, 2, 3), c(10, 20, 40), exact = TRUE)
correlated("4", c(1, 2, 3, 4), c(20, 10, 40, 30), exact = TRUE)
correlated("7", c(1, 2, 3, 4, 5, 6, 7), c(3, 1, 2, 7, 4, 5, 6), exact = TRUE)

arguments <- commandArgs(trailingOnly = TRUE)
json <- toJSON(
    list(r = R.version.string, survival = as.character(packageVersion("survival")), cases = cases),
    auto_unbox = TRUE, digits = NA, na = "null", null = "null"
)
# One case a line: a reader finds the call, a diff shows what changed.
json <- gsub('},{"call"', '},\n{"call"', json, fixed = TRUE)
json <- gsub(':[{"call"', ':[\n{"call"', json, fixed = TRUE)
writeLines(json, arguments[1])
