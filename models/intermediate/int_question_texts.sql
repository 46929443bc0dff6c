with rules as (
    select * from {{ ref('int_question_set_rules') }}
),

candidates as (
    select * from {{ ref('int_rule_candidates') }}
),

posts as (
    select * from {{ ref('int_candidate_posts') }}
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
        posts.title,
        case
            when wanted.scope = 'title' then ''
            else {{ plain_text('posts.body', 'wanted.code') }}
        end as body_text
    from wanted
    inner join posts
        on
            wanted.site = posts.site
            and wanted.question_id = posts.question_id
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
