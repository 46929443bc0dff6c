{#- The questions of one set: a mart a set, for people who look at one. -#}
{%- macro questions_of_set(question_set) -%}
with questions as (
    select * from {{ ref('questions') }}
),

members as (
    select * from {{ ref('question_set_members') }}
    where question_set = '{{ question_set }}'
),

questions_of_set as (
    select questions.*
    from questions
    semi join members
        on
            questions.site = members.site
            and questions.question_id = members.question_id
)

select * from questions_of_set
{%- endmacro -%}
