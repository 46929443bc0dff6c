-- Every hundredth of the response times of a set: enough to draw how they are
-- spread, however many there are. Type 7, as everywhere.
with response_times as (
    select * from {{ ref('int_response_times') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

quantiles as (
    select
        question_set,
        count(*) as n_response_times,
        quantile_cont(
            response_minutes, list_transform(range(101), lambda x: x / 100.0)
        ) as hundredths
    from response_times
    group by question_set
),

unnested as (
    select
        quantiles.question_set,
        (unnest(range(101)))::integer as percent,
        unnest(quantiles.hundredths)::double as response_minutes,
        quantiles.n_response_times,
        sets.is_candidate_set
    from quantiles
    inner join sets on quantiles.question_set = sets.question_set
)

select * from unnested
