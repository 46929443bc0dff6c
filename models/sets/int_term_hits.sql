-- Where the terms of all rules stand, in every form of the text that a rule or
-- another reading of it may want. The only model that reads the texts of a
-- whole dump (`questions` counts the characters of its own). A term that the
-- whole text lacks is in no part of it, so that the dear forms are made for few
-- texts. Two things make that unsure: a term with a blank (dropped code leaves
-- one) and a comment (it may end within code).
with rules as (
    select * from {{ ref('stg_rules') }}
    where is_on_text
),

terms as (
    select value as term from rules
    where kind = 'term'
    union
    select must_contain as term from rules
    where must_contain is not null
),

searched as (
    select
        sets.site,
        sets.question_id
    from {{ ref('int_searched_questions') }} as sets
    semi join rules on sets.question_set = rules.runs_over
    union
    select
        tag_hits.site,
        tag_hits.question_id
    from {{ ref('int_tag_hits') }} as tag_hits
    semi join rules on tag_hits.rule = rules.rule
    union
    select
        site,
        question_id
    from {{ ref('int_questions') }}
    where exists (
        select * from rules
        where kind = 'term' and runs_over is null
    )
),

posts as (
    select
        searched.site,
        searched.question_id,
        coalesce(questions.title, '') as title,
        coalesce(questions.body, '') as body
    from searched
    inner join {{ ref('int_questions') }} as questions
        on
            searched.site = questions.site
            and searched.question_id = questions.question_id
),

whole as (
    select
        *,
        lower(concat_ws(' ', title, {{ plain_text('body', 'kept') }}))
            as kept_text
    from posts
),

possible as materialized (
    select
        *,
        list_filter(
            (select list(term) from terms),
            lambda term: contains(kept_text, term)
            or contains(term, ' ')
            or contains(body, '<!--')
        ) as terms
    from whole
    where len(terms) > 0
),

forms as (
    select
        site,
        question_id,
        terms,
        unnest([
            { scope: 'title', code: 'kept', text: lower(title) },
            { scope: 'title_body', code: 'kept', text: kept_text },
            {
                scope: 'title_body',
                code: 'blocks_dropped',
                text: case
                    when contains(body, '<pre><code>')
                        then
                            lower(concat_ws(
                                ' ',
                                title,
                                {{ plain_text('body', 'blocks_dropped') }}
                            ))
                    else kept_text
                end
            },
            {
                scope: 'title_body',
                code: 'all_dropped',
                text: case
                    when regexp_matches(body, '(?i)<(pre|code)')
                        then lower(concat_ws(
                            ' ', title, {{ plain_text('body', 'all_dropped') }}
                        ))
                    else kept_text
                end
            }
        ], recursive := true)
    from possible
),

texts as (
    select
        * exclude (terms),
        unnest(terms) as term
    from forms
),

found as (
    select
        *,
        {{ around('text', 'term') }} as near
    from texts
    where contains(text, term)
),

hits as (
    select
        found.site,
        found.question_id,
        found.term,
        found.scope,
        found.code,
        matches.match
    from found
    cross join (values ('token'), ('word'), ('substring')) as matches (match)
    where {{ term_occurs('found.near', 'found.term', 'matches.match') }}
)

select * from hits
