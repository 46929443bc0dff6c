with plans as (
    select * from {{ ref('int_sampling_plans') }}
),

sizes as (
    select * from {{ ref('int_sample_sizes') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

chosen as (
    select
        plans.question_set,
        plans.population,
        plans.confidence,
        plans.interval,
        plans.expected_share,
        sizes.exact_sample_size,
        sizes.sample_size_rounded_up,
        sizes.sample_size_rounded_down,
        plans.rounding,
        plans.is_whole_set,
        case
            when plans.is_whole_set then plans.population
            when plans.rounding = 'down' then sizes.sample_size_rounded_down
            else sizes.sample_size_rounded_up
        end as sample_size,
        sets.is_candidate_set
    from plans
    inner join sizes on plans.question_set = sizes.question_set
    inner join sets on plans.question_set = sets.question_set
    order by sets.position
)

select * from chosen
