-- The tags that stand beside a set's questions more often than beside the
-- questions of its base set: what the set is about, beyond its rules.
with candidates as (
    select * from {{ ref('tag_candidates') }}
),

sets as (
    select * from {{ ref('question_sets') }}
    where kind = 'topic'
),

compared as (
    select
        candidates.question_set,
        candidates.tag as tag_name,
        candidates.n_in_set as n_questions,
        candidates.relevance as tag_share,
        base.relevance as base_tag_share,
        candidates.relevance / base.relevance as lift,
        row_number() over (
            partition by candidates.question_set
            order by candidates.n_in_set desc, candidates.tag asc
        ) as place
    from candidates
    inner join sets on candidates.question_set = sets.question_set
    left join candidates as base
        on
            sets.base_set = base.question_set
            and candidates.tag = base.tag
)

select * from compared
where place <= coalesce(getvariable('rows_per_set'), 20)
order by question_set, place
