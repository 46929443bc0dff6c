-- A plan for one set beats one for its study, which beats the general one.
with topics as (
    select * from {{ ref('int_topics') }}
),

plans as (
    select * from {{ ref('sampling_plans') }}
),

matched as (
    select
        topics.question_set,
        topics.n_questions as population,
        plans.confidence,
        plans.interval,
        plans.expected_share,
        plans.rounding,
        plans.is_whole_set
    from topics
    inner join plans
        on
            coalesce(topics.base_set = plans.base_set, true)
            and coalesce(topics.question_set = plans.question_set, true)
    qualify
        row_number() over (
            partition by topics.question_set
            order by plans.question_set nulls last, plans.base_set nulls last
        ) = 1
)

select * from matched
