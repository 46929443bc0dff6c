-- The proportion test on published counts, paired as this study pairs its sets:
-- as they are printed, and at each bound of what the print leaves open. The
-- printed statistic must agree with it.
with counts as (
    select * from {{ ref('stg_published_counts') }}
),

set_pairs as (
    select * from {{ ref('int_set_pairs') }}
),

tested as (
    select
        set_pairs.set_a || ' vs ' || set_pairs.set_b as question_set,
        counts_a.bound,
        compare_shares(
            counts_a.n_questions - counts_a.n_accepted,
            counts_a.n_questions,
            counts_b.n_questions - counts_b.n_accepted,
            counts_b.n_questions
        ).chi2 as chi2
    from set_pairs
    inner join counts as counts_a on set_pairs.set_a = counts_a.question_set
    inner join counts as counts_b
        on
            set_pairs.set_b = counts_b.question_set
            and counts_a.bound = counts_b.bound
)

select * from tested
