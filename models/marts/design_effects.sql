with sets as (
    select * from {{ ref('question_sets') }}
    where kind != 'scope'
),

outcomes as (
    select * from {{ ref('int_set_outcomes') }}
),

computed as (
    select
        outcomes.question_set,
        sets.position,
        sets.is_candidate_set,
        unnest(allow_for_clusters(outcomes.outcomes), recursive := true)
    from outcomes
    inner join sets on outcomes.question_set = sets.question_set
),

ordered as (
    select * exclude (position) from computed
    order by position, measure, clustered_by
)

select * from ordered
