with matches as (
    select
        question_set,
        site,
        question_id,
        rule
    from {{ ref('int_rule_matches') }}
)

select * from matches
