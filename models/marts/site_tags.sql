with questions as (
    select
        site,
        {{ unnested('tags') }} as tag,
        is_answered,
        is_accepted
    from {{ ref('int_site_questions') }}
),

tags as (
    select
        site,
        tag,
        count(*) as n_questions,
        count(*) filter (where is_answered) as n_answered,
        count(*) filter (where is_accepted) as n_accepted,
        n_answered / n_questions as answered_share,
        n_accepted / n_questions as accepted_share
    from questions
    group by site, tag
)

select * from tags
order by site asc, n_questions desc, tag asc
