with tests as (
    select * from {{ ref('int_response_time_tests') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

shared as (
    select * from {{ ref('int_shared_questions') }}
),

flagged as (
    select
        tests.*,
        shared.n_shared,
        sets_a.depends_on_candidates or sets_b.depends_on_candidates
            as depends_on_candidates
    from tests
    inner join sets as sets_a on tests.set_a = sets_a.question_set
    inner join sets as sets_b on tests.set_b = sets_b.question_set
    inner join shared
        on tests.set_a = shared.set_a and tests.set_b = shared.set_b
)

select * from flagged
