-- Empty topics are left out; null where fewer than two remain.
with topics as (
    select
        sets.base_set,
        sets.position,
        sets.depends_on_candidates,
        acceptance.n_questions,
        acceptance.n_not_accepted,
        waiting.minutes,
        waiting.is_event
    from {{ ref('question_sets') }} as sets
    inner join {{ ref('acceptance') }} as acceptance
        on sets.question_set = acceptance.question_set
    inner join {{ ref('int_waiting') }} as waiting
        on sets.question_set = waiting.question_set
    where sets.kind = 'topic'
),

shared as (
    select coalesce(sum(pairs.n_shared), 0)::bigint as n_shared
    from {{ ref('int_set_pairs') }} as pairs
    inner join {{ ref('question_sets') }} as sets_b
        on pairs.set_b = sets_b.question_set
    where sets_b.kind = 'topic'
),

together as (
    select
        base_set,
        bool_or(depends_on_candidates) as depends_on_candidates,
        count(*) filter (where n_questions > 0) as n_sets,
        sum(n_questions)::bigint as n_questions,
        compare_many_shares(
            list(n_not_accepted order by position),
            list(n_questions order by position)
        ) as shares,
        compare_many_waiting(
            list(minutes order by position) filter (where n_questions > 0),
            list(is_event order by position) filter (where n_questions > 0)
        ) as waiting
    from topics
    group by base_set
),

tests as (
    select
        base_set,
        'no_accepted_share' as measure,
        n_sets,
        n_questions,
        shares.chi2,
        case when shares.chi2 is not null then shares.df end as df,
        shares.p_value,
        shares.cramers_v,
        shares.cramers_v_ci_low,
        shares.cramers_v_ci_high,
        depends_on_candidates
    from together
    union all
    select
        base_set,
        'waiting_time' as measure,
        coalesce(waiting.n_sets, n_sets) as n_sets,
        coalesce(waiting.n_questions, n_questions) as n_questions,
        waiting.chi2,
        waiting.df,
        waiting.p_value,
        null as cramers_v,
        null as cramers_v_ci_low,
        null as cramers_v_ci_high,
        depends_on_candidates
    from together
),

with_shared as (
    select
        tests.*,
        shared.n_shared
    from tests
    cross join shared
)

select * from with_shared
order by measure
