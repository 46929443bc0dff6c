with variants as (
    select * from {{ ref('int_rule_variants') }}
),

members as (
    select
        members.*,
        accepted_answers.question_id is not null as is_accepted,
        accepted_answers.response_minutes
    from {{ ref('int_variant_members') }} as members
    left join {{ ref('int_accepted_answers') }} as accepted_answers
        on
            members.site = accepted_answers.site
            and members.question_id = accepted_answers.question_id
),

sets as (
    select * from {{ ref('question_sets') }}
),

members_of_study as (
    select members.*
    from members
    inner join variants
        on
            members.question_set = variants.question_set
            and members.variant = variants.variant
    where variants.is_study_variant
),

counted as (
    select
        members.question_set,
        members.variant,
        count(*) as n_questions,
        count(members_of_study.question_id) as n_in_study_variant,
        count(*) filter (where members.is_accepted) as n_accepted,
        count(*) filter (where not members.is_accepted) as n_not_accepted,
        count(*) filter (where members.response_minutes >= 0)
            as n_response_times,
        quantiles(
            list(members.response_minutes)
            filter (where members.response_minutes >= 0),
            [0.5]
        )[1] as median_response_minutes
    from members
    left join members_of_study
        on
            members.question_set = members_of_study.question_set
            and members.site = members_of_study.site
            and members.question_id = members_of_study.question_id
    group by members.question_set, members.variant
),

filled as (
    select
        variants.question_set,
        variants.variant,
        variants.match,
        variants.scope,
        case when variants.scope != 'title' then variants.code end as code,
        variants.is_study_variant,
        coalesce(counted.n_questions, 0) as n_questions,
        coalesce(counted.n_in_study_variant, 0) as n_in_study_variant,
        coalesce(counted.n_accepted, 0) as n_accepted,
        coalesce(counted.n_not_accepted, 0) as n_not_accepted,
        coalesce(counted.n_response_times, 0) as n_response_times,
        counted.median_response_minutes,
        sets.needs_decisions,
        sets.position
    from variants
    inner join sets on variants.question_set = sets.question_set
    left join counted
        on
            variants.question_set = counted.question_set
            and variants.variant = counted.variant
),

shared as (
    select
        * exclude (position),
        n_not_accepted / nullif(n_questions, 0) as no_accepted_share,
        {{ wilson_interval('n_not_accepted', 'n_questions') }}
    from filled
    order by position, scope, code nulls first, match
)

select * from shared
