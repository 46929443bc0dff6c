with trends as (
    select * from {{ ref('int_popularity_trends') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

flagged as (
    select
        trends.*,
        coalesce(sets.is_candidate_set, false) as is_candidate_set
    from trends
    left join sets on trends.question_set = sets.question_set
)

select * from flagged
