with counts as (
    select * from {{ ref('int_label_acceptance') }}
),

tests as (
    select * from {{ ref('int_label_tests') }}
),

compared as (
    select
        counts.question_set,
        counts.label_kind,
        counts.n_with_label,
        counts.n_questions,
        counts.n_accepted,
        counts.n_not_accepted,
        counts.n_not_accepted / nullif(counts.n_questions, 0)
            as no_accepted_share,
        {{ wilson_interval('counts.n_not_accepted', 'counts.n_questions') }},
        tests.chi2,
        tests.df,
        tests.p_value,
        tests.p_value_adjusted,
        tests.share_difference,
        tests.ci_low,
        tests.ci_high,
        tests.cohens_h
    from counts
    left join tests on counts.label_group = tests.set_a
    order by counts.question_set, counts.label_position
)

select * from compared
