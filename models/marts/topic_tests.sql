with tests as (
    select * from {{ ref('int_topic_tests') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
    where kind = 'topic'
),

studies as (
    select
        base_set,
        bool_or(depends_on_candidates) as depends_on_candidates
    from sets
    group by base_set
),

flagged as (
    select
        tests.*,
        studies.depends_on_candidates
    from tests
    inner join studies on tests.base_set = studies.base_set
)

select * from flagged
