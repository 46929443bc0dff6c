with tests as (
    select * from {{ ref('int_baseline_tests') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

baselines as (
    select * from {{ ref('published_baselines') }}
),

response_times as (
    select * from {{ ref('int_medians') }}
    where measure = 'response_minutes'
),

joined as (
    select
        tests.*,
        baselines.label,
        baselines.source,
        response_times.median as median_response_minutes,
        response_times.ci_low as median_ci_low,
        response_times.ci_high as median_ci_high,
        baselines.median_response_minutes as baseline_median_response_minutes,
        sets.depends_on_candidates
    from tests
    inner join sets on tests.question_set = sets.question_set
    inner join baselines
        on
            sets.base_set = baselines.base_set
            and tests.baseline = baselines.baseline
    left join response_times on tests.question_set = response_times.question_set
)

select * from joined
