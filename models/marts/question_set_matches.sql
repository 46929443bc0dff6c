with matches as (
    select
        question_set,
        site,
        question_id,
        rule
    from {{ ref('int_variant_matches') }}
    where variant = 'study'
)

select * from matches
order by
    {{ set_position('question_set') }},
    site,
    question_id,
    rule
