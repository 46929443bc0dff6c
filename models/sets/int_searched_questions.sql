-- The sets that rules run over. Tags alone make them, so that no text is read
-- to find out which texts are to be read.
with rules as (
    select * from {{ ref('stg_rules') }}
),

tag_hits as (
    select * from {{ ref('int_tag_hits') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
),

searched_sets as (
    select distinct runs_over as question_set from rules
    where runs_over is not null
),

tagged as (
    select
        tag_hits.question_set,
        tag_hits.site,
        tag_hits.question_id
    from tag_hits
    inner join rules on tag_hits.rule = rules.rule
    where not rules.is_on_text
),

decided as (
    select * from tagged
    union
    select
        question_set,
        site,
        question_id
    from decisions
    where is_included
    except
    select
        question_set,
        site,
        question_id
    from decisions
    where not is_included
),

searched as (
    select decided.*
    from decided
    semi join searched_sets
        on decided.question_set = searched_sets.question_set
)

select * from searched
