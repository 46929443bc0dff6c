with rules as (
    select * from {{ ref('int_question_set_rules') }}
),

candidates as (
    select * from {{ ref('int_rule_candidates') }}
),

questions as (
    select
        site,
        question_id,
        title,
        body
    from {{ ref('int_questions') }}
),

-- each text once for each way in which some rule wants it
wanted as (
    select distinct
        candidates.site,
        candidates.question_id,
        rules.scope,
        rules.code
    from candidates
    inner join rules on candidates.rule = rules.rule
    where rules.is_on_text
),

texts as (
    select
        wanted.site,
        wanted.question_id,
        wanted.scope,
        wanted.code,
        coalesce(questions.title, '') as title,
        case
            when wanted.scope = 'title' then ''
            else {{ plain_text("coalesce(questions.body, '')", 'wanted.code') }}
        end as body_text
    from wanted
    inner join questions
        on
            wanted.site = questions.site
            and wanted.question_id = questions.question_id
),

joined as (
    select
        site,
        question_id,
        scope,
        code,
        lower(concat_ws(' ', title, body_text)) as question_text
    from texts
)

select * from joined
