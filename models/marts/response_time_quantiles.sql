-- Every hundredth of the response times of a set: enough to draw how they are
-- spread, however many there are.
with sets as (
    select * from {{ ref('question_sets') }}
),

response_times as (
    select * from {{ ref('int_response_times') }}
),

hundredths as (
    select
        question_set,
        count(*) as n_response_times,
        quantiles(
            list(response_minutes),
            list_transform(range(101), lambda x: x / 100.0)
        ) as minutes
    from response_times
    group by question_set
),

unnested as (
    select
        hundredths.question_set,
        unnest(range(101))::integer as percent,
        unnest(hundredths.minutes) as response_minutes,
        hundredths.n_response_times,
        sets.is_candidate_set
    from hundredths
    inner join sets on hundredths.question_set = sets.question_set
    order by sets.position
)

select * from unnested
