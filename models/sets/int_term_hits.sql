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

every as (
    select array_agg(term) as terms from terms
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
        {{ searched_text('title', 'body', 'kept') }} as kept_text
    from posts
),

with_terms as (
    select
        whole.*,
        {{ filtered(
            'every.terms',
            'term',
            "contains(kept_text, term) or contains(term, ' ')"
            ~ " or contains(body, '<!--')"
        ) }} as terms
    from whole
    cross join every
),

possible as {{ once() }} (
    select * from with_terms
    where {{ n_elements('terms') }} > 0
),

in_every_form as (
    select
        possible.site,
        possible.question_id,
        possible.terms,
        forms.scope,
        forms.code,
        case
            when forms.scope = 'title' then {{ lower_case('title') }}
            when
                forms.code = 'blocks_dropped' and contains(body, '<pre><code>')
                then {{ searched_text('title', 'body', 'blocks_dropped') }}
            when
                forms.code = 'all_dropped'
                and regexp_extract(body, '(?i)<(pre|code)', 1) != ''
                then {{ searched_text('title', 'body', 'all_dropped') }}
            else possible.kept_text
        end as form_text
    from possible
    cross join (
        values
        ('title', 'kept'),
        ('title_body', 'kept'),
        ('title_body', 'blocks_dropped'),
        ('title_body', 'all_dropped')
    ) as forms (scope, code)
),

texts as (
    select
        site,
        question_id,
        scope,
        code,
        form_text,
        {{ unnested('terms') }} as term
    from in_every_form
),

found as (
    select
        *,
        {{ around('form_text', 'term') }} as near
    from texts
    where contains(form_text, term)
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
