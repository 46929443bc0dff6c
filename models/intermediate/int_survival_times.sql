-- A question waits until its accepted answer was written, or is observed until
-- the dump's end. The two kinds of acceptance without a time are left out.
with members as (
    select * from {{ ref('int_set_members') }}
),

questions as (
    select * from {{ ref('int_set_questions') }}
),

snapshots as (
    select * from {{ ref('int_snapshots') }}
),

outcomes as (
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
            when questions.accepted_answer_at is null then 'answer not in dump'
            when questions.response_minutes < 0 then 'answered before asked'
            else 'accepted'
        end as outcome
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join snapshots on members.site = snapshots.site
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
        outcome = 'accepted' as is_event
    from outcomes
)

select * from timed
