-- A question waits until its accepted answer was written, or is observed until
-- the dump's end. An acceptance without a time is left out, and says why. At
-- equal age only questions compare that were observed for as long.
{{ config(materialized='view') }}

{% set month = 30 * 24 * 60 -%}

with outcomes as (
    select
        members.question_set,
        members.site,
        members.question_id,
        questions.response_minutes,
        date_diff(
            'millisecond', questions.asked_at, snapshots.snapshot_at
        ) / 60000.0 as observed_minutes,
        case
            when not questions.is_accepted then 'waiting'
            when answers.is_of_another_question
                then 'answer of another question'
            when questions.accepted_answer_at is null then 'answer not in dump'
            when questions.response_minutes < 0 then 'answered before asked'
            else 'accepted'
        end as outcome
    from {{ ref('question_set_members') }} as members
    inner join {{ ref('questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join {{ ref('int_accepted_answers') }} as answers
        on
            members.site = answers.site
            and members.question_id = answers.question_id
    left join {{ ref('int_snapshots') }} as snapshots
        on members.site = snapshots.site
),

timed as (
    select
        question_set,
        site,
        question_id,
        outcome,
        case outcome
            when 'accepted' then response_minutes
            when 'waiting' then observed_minutes
        end::double as minutes,
        outcome = 'accepted' as is_event,
        case
            when observed_minutes >= {{ month }} and minutes is not null
                then is_event and minutes <= {{ month }}
        end as is_accepted_within_30d
    from outcomes
)

select * from timed
