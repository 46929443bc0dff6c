with tests as (
    select * from {{ ref('int_topic_tests') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
    where kind = 'topic'
),

shared as (
    select * from {{ ref('int_shared_questions') }}
),

studies as (
    select
        base_set,
        bool_or(depends_on_candidates) as depends_on_candidates
    from sets
    group by base_set
),

in_common as (
    select
        sets_a.base_set,
        sum(shared.n_shared) as n_shared
    from shared
    inner join sets as sets_a on shared.set_a = sets_a.question_set
    inner join sets as sets_b on shared.set_b = sets_b.question_set
    group by sets_a.base_set
),

flagged as (
    select
        tests.*,
        coalesce(in_common.n_shared, 0)::bigint as n_shared,
        studies.depends_on_candidates
    from tests
    inner join studies on tests.base_set = studies.base_set
    left join in_common on tests.base_set = in_common.base_set
)

select * from flagged
