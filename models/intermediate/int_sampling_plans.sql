-- A plan for one set beats one for its study, which beats the general one. A
-- plan says everything.
with topics as (
    select * from {{ ref('int_topics') }}
),

plans as (
    select * from {{ ref('sampling_plans') }}
),

own_plans as (
    select * from plans
    where question_set is not null
),

study_plans as (
    select * from plans
    where base_set is not null and question_set is null
),

general_plans as (
    select * from plans
    where base_set is null and question_set is null
),

planned as (
    select
        topics.question_set,
        topics.n_questions as population,
        coalesce(
            own_plans.confidence,
            study_plans.confidence,
            general_plans.confidence
        ) as confidence,
        coalesce(
            own_plans.interval, study_plans.interval, general_plans.interval
        ) as interval,
        coalesce(
            own_plans.expected_share,
            study_plans.expected_share,
            general_plans.expected_share
        ) as expected_share,
        coalesce(
            own_plans.rounding, study_plans.rounding, general_plans.rounding
        ) as rounding,
        coalesce(
            own_plans.is_whole_set,
            study_plans.is_whole_set,
            general_plans.is_whole_set
        ) as is_whole_set
    from topics
    left join own_plans
        on
            topics.base_set = own_plans.base_set
            and topics.question_set = own_plans.question_set
    left join study_plans on topics.base_set = study_plans.base_set
    cross join general_plans
)

select * from planned
