-- Each topic, the union and the baseline beside what other studies printed.
-- Acceptance falls with the years: only questions of the same years are tested.
with sets as (
    select * from {{ ref('question_sets') }}
    where kind in ('topic', 'union', 'baseline')
),

others as (
    select * from {{ ref('stg_other_studies') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

times as (
    select * from {{ ref('response_time_summary') }}
),

by_year as (
    select
        sets.question_set,
        others.baseline,
        min(years.year) as first_year,
        max(years.year) as last_year,
        coalesce(sum(years.n_questions) filter (
            where years.year between others.first_year and others.last_year
        ), 0)::bigint as n_overlap_questions,
        coalesce(sum(years.n_not_accepted) filter (
            where years.year between others.first_year and others.last_year
        ), 0)::bigint as n_overlap_not_accepted
    from sets
    cross join others
    left join {{ ref('yearly_acceptance') }} as years
        on sets.question_set = years.question_set
    group by sets.question_set, others.baseline
),

compared as (
    select
        sets.position,
        sets.depends_on_candidates,
        others.label,
        others.source,
        others.first_year as baseline_first_year,
        others.last_year as baseline_last_year,
        others.median_response_minutes as baseline_median_response_minutes,
        by_year.*,
        compare_with_printed_share(
            acceptance.n_not_accepted,
            acceptance.n_questions,
            others.no_accepted_percent / 100
        ) as whole,
        compare_with_printed_share(
            by_year.n_overlap_not_accepted,
            by_year.n_overlap_questions,
            others.no_accepted_percent / 100
        ) as overlap
    from by_year
    inner join sets on by_year.question_set = sets.question_set
    inner join others on by_year.baseline = others.baseline
    inner join acceptance on sets.question_set = acceptance.question_set
),

adjusted as (
    select
        compared.* exclude (position, n_overlap_not_accepted, whole, overlap),
        compared.whole.n as n_questions,
        compared.whole.share as no_accepted_share,
        compared.whole.baseline_share,
        compared.whole.share_difference,
        compared.whole.ci_low,
        compared.whole.ci_high,
        compared.whole.cohens_h,
        compared.whole.cohens_h_ci_low,
        compared.whole.cohens_h_ci_high,
        compared.overlap.share as overlap_share,
        compared.overlap.share_difference as overlap_difference,
        compared.overlap.ci_low as overlap_ci_low,
        compared.overlap.ci_high as overlap_ci_high,
        compared.overlap.chi2,
        case when compared.overlap.chi2 is not null then compared.overlap.df end
            as df,
        compared.overlap.p_value,
        holm_adjusted(
            compared.overlap.p_value, list(compared.overlap.p_value) over ()
        ) as p_value_adjusted,
        times.median_response_minutes,
        times.median_ci_low,
        times.median_ci_high
    from compared
    inner join times on compared.question_set = times.question_set
    order by compared.position, compared.baseline
)

select * from adjusted
