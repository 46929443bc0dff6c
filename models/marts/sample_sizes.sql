with plans as (
    select * from {{ ref('stg_question_sets') }}
    where kind = 'topic'
),

sets as (
    select * from {{ ref('question_sets') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

sized as (
    select
        plans.question_set,
        acceptance.n_questions as population,
        plans.confidence,
        plans.interval,
        plans.expected_share,
        plans.rounding,
        plans.is_whole_set,
        sets.position,
        sets.is_candidate_set,
        unnest(sample_sizes(
            acceptance.n_questions,
            plans.confidence,
            plans.interval,
            plans.expected_share
        ))
    from plans
    inner join acceptance on plans.question_set = acceptance.question_set
    inner join sets on plans.question_set = sets.question_set
),

chosen as (
    select
        * exclude (position),
        case
            when is_whole_set then population
            when rounding = 'down' then sample_size_rounded_down
            else sample_size_rounded_up
        end as sample_size
    from sized
    order by position
)

select * from chosen
