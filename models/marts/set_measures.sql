with sets as (
    select * from {{ ref('question_sets') }}
),

measured as (
    select
        sets.question_set,
        sets.position,
        sets.is_candidate_set,
        {{ question_measures() }}
    from sets
    left join {{ ref('question_set_members') }} as members
        on sets.question_set = members.question_set
    left join {{ ref('questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    group by sets.question_set, sets.position, sets.is_candidate_set
),

named as (
    select
        question_set,
        {{ measure_columns() }},
        is_candidate_set
    from measured
    order by position
)

select * from named
