-- Every kind of label for every set that has labels, compared with the
-- categorised questions of its set. A question that is not loaded is neither
-- accepted nor not. As in `acceptance`, intervals and tests are of such
-- questions, not of the set alone: no finite population correction.
with labelled as (
    select * from {{ ref('int_labelled_questions') }}
),

kinds as (
    select
        'categorised' as label_kind,
        0 as position
    union all
    select
        label as label_kind,
        position
    from {{ ref('stg_label_kinds') }}
),

labelled_sets as (
    select distinct question_set from labelled
),

counted as (
    select
        sets.question_set,
        kinds.label_kind,
        kinds.position,
        count(labelled.label_kind) as n_with_label,
        count(*) filter (where labelled.is_loaded) as n_questions,
        count(*) filter (where labelled.is_loaded and labelled.is_accepted)
            as n_accepted,
        n_questions - n_accepted as n_not_accepted
    from labelled_sets as sets
    cross join kinds
    left join labelled
        on
            sets.question_set = labelled.question_set
            and kinds.label_kind = labelled.label_kind
    group by sets.question_set, kinds.label_kind, kinds.position
),

compared as (
    select
        counted.*,
        case
            when counted.position > 0 then compare_shares(
                counted.n_not_accepted,
                counted.n_questions,
                categorised.n_not_accepted,
                categorised.n_questions
            )
        end as test
    from counted
    inner join counted as categorised
        on
            counted.question_set = categorised.question_set
            and categorised.position = 0
),

shared as (
    select
        compared.question_set,
        compared.label_kind,
        compared.n_with_label,
        compared.n_questions,
        compared.n_accepted,
        compared.n_not_accepted,
        compared.n_not_accepted
        / nullif(compared.n_questions, 0) as no_accepted_share,
        {{ wilson_interval('n_not_accepted', 'n_questions') }},
        test.chi2,
        case when test.chi2 is not null then test.df end as df,
        test.p_value,
        holm_adjusted(test.p_value, list(test.p_value) over ())
            as p_value_adjusted,
        test.share_difference,
        test.ci_low,
        test.ci_high,
        test.cohens_h,
        test.cohens_h_ci_low,
        test.cohens_h_ci_high
    from compared
    order by
        {{ set_position('compared.question_set') }},
        compared.position
)

select * from shared
