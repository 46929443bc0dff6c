-- Where the terms of all rules stand, in every form of the text that a rule or
-- another reading of it may want. The only model that reads the bodies of a
-- whole dump. A term that the whole text lacks is in no part of it, so that the
-- dear forms are made for few texts. Two things make that unsure: a term with a
-- blank (dropped code leaves one) and a comment (it may end within code).
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
    where exists (from rules where kind = 'term' and runs_over is null)
),

whole as (
    select
        searched.site,
        searched.question_id,
        questions.title,
        questions.body,
        lower(concat_ws(' ', title, {{ plain_text('body', 'kept') }}))
            as kept_text
    from searched
    inner join {{ ref('int_questions') }} as questions
        on
            searched.site = questions.site
            and searched.question_id = questions.question_id
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
            {scope: 'title', code: 'kept', text: lower(title)},
            {scope: 'title_body', code: 'kept', text: kept_text},
            {%- for code in ['blocks_dropped', 'all_dropped'] %}
            {
                scope: 'title_body',
                code: '{{ code }}',
                text: lower(concat_ws(' ', title, {{ plain_text('body', code) }}))
            }{{ ',' if not loop.last }}
            {%- endfor %}
        ], recursive := true)
    from possible
),

hits as (
    select
        forms.site,
        forms.question_id,
        sought.term,
        forms.scope,
        forms.code,
        matches.match
    from forms
    cross join unnest(forms.terms) as sought (term)
    cross join (values ('token'), ('word'), ('substring')) as matches (match)
    where {{ term_occurs('forms.text', 'sought.term', 'matches.match') }}
)

select * from hits
