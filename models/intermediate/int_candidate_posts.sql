-- The only model that reads the bodies of a whole dump: it takes out those that
-- some rule on text may need, and all others read these.
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

wanted as (
    select distinct
        candidates.site,
        candidates.question_id
    from candidates
    inner join rules on candidates.rule = rules.rule
    where rules.is_on_text
),

posts as (
    select
        wanted.site,
        wanted.question_id,
        coalesce(questions.title, '') as title,
        coalesce(questions.body, '') as body
    from wanted
    inner join questions
        on
            wanted.site = questions.site
            and wanted.question_id = questions.question_id
)

select * from posts
