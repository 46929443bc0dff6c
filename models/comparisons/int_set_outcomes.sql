-- The questions of each set as one list, which is how the statistics take them.
-- In a fixed order: the same data give the same resamples.
with times as (
    select * from {{ ref('int_survival_times') }}
),

outcomes as (
    select * from {{ ref('int_outcomes') }}
),

listed as (
    select
        times.question_set,
        list(
            {
                'year': outcomes.asked_year::double,
                'asker': outcomes.asker,
                'answerer': outcomes.answerer,
                'no_accepted': (times.outcome = 'waiting')::integer::double,
                'no_answer': (not outcomes.has_answer)::integer::double,
                'accepted_within_30d':
                times.is_accepted_within_30d::integer::double,
                'minutes': times.minutes,
                'is_event': times.is_event::integer::double
            }
            order by times.site, times.question_id
        ) as outcomes
    from times
    inner join outcomes
        on
            times.site = outcomes.site
            and times.question_id = outcomes.question_id
    group by times.question_set
)

select * from listed
