with tests as (
    select * from {{ ref('int_survival_tests') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

flagged as (
    select
        tests.*,
        sets_a.depends_on_candidates or sets_b.depends_on_candidates
            as depends_on_candidates
    from tests
    inner join sets as sets_a on tests.set_a = sets_a.question_set
    inner join sets as sets_b on tests.set_b = sets_b.question_set
)

select * from flagged
