-- The waiting of each set as two lists, which is how the statistics take it.
with sets as (
    select * from {{ ref('question_sets') }}
),

times as (
    select * from {{ ref('int_survival_times') }}
    where minutes is not null
),

waiting as (
    select
        sets.question_set,
        sets.kind,
        sets.base_set,
        sets.position,
        coalesce(
            list(times.minutes) filter (where times.minutes is not null), []
        ) as minutes,
        coalesce(
            list(times.is_event::integer::double)
            filter (where times.minutes is not null),
            []
        ) as is_event
    from sets
    left join times on sets.question_set = times.question_set
    group by all
)

select * from waiting
