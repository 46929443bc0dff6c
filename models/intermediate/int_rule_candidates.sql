-- Every question that a rule may match, as far as tags can tell.
with rules as (
    select * from {{ ref('int_question_set_rules') }}
),

tag_hits as (
    select * from {{ ref('int_tag_hits') }}
),

searched as (
    select * from {{ ref('int_searched_questions') }}
),

questions as (
    select
        site,
        question_id
    from {{ ref('int_questions') }}
),

tagged as (
    select tag_hits.*
    from tag_hits
    inner join rules on tag_hits.rule = rules.rule
    left join searched
        on
            rules.runs_over = searched.question_set
            and tag_hits.site = searched.site
            and tag_hits.question_id = searched.question_id
    where rules.runs_over is null or searched.question_id is not null
),

searched_for_terms as (
    select
        rules.question_set,
        rules.rule,
        searched.site,
        searched.question_id
    from rules
    inner join searched on rules.runs_over = searched.question_set
    where rules.kind = 'term'
),

-- a term rule that names no set runs over all questions
searched_everywhere as (
    select
        rules.question_set,
        rules.rule,
        questions.site,
        questions.question_id
    from rules
    cross join questions
    where rules.kind = 'term' and rules.runs_over is null
),

candidates as (
    select * from tagged
    union all
    select * from searched_for_terms
    union all
    select * from searched_everywhere
)

select * from candidates
