-- The ways in which the text rules of a topic could have been meant, each for
-- all of its rules at once. Where the study's own rules differ from each other,
-- they are one way more: there match, scope and code are each rule's own.
with topics as (
    select question_set from {{ ref('stg_question_sets') }}
    where kind = 'topic'
),

rules as (
    select
        rules.*,
        (rules.match, rules.scope, rules.code) as way
    from {{ ref('stg_rules') }} as rules
    semi join topics on rules.question_set = topics.question_set
    where rules.is_on_text
),

ways as (
    select
        question_set,
        min(match) as match,
        min(scope) as scope,
        min(code) as code,
        count(distinct way) = 1 as is_uniform
    from rules
    group by question_set
),

matches as (
    {% for match in ['token', 'word', 'substring'] -%}
        select '{{ match }}' as match
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

texts as (
    select
        'title' as scope,
        'kept' as code
    {% for code in ['kept', 'blocks_dropped', 'all_dropped'] -%}
        union all
        select
            'title_body' as scope,
            '{{ code }}' as code
    {% endfor -%}
),

variants as (
    select
        ways.question_set,
        concat_ws(
            ', ',
            matches.match,
            texts.scope,
            case when texts.scope != 'title' then texts.code end
        ) as variant,
        matches.match,
        texts.scope,
        texts.code,
        ways.is_uniform
        and matches.match = ways.match
        and texts.scope = ways.scope
        and texts.code = ways.code as is_study_variant
    from ways
    cross join matches
    cross join texts
    union all
    select
        question_set,
        'as defined' as variant,
        null as match,
        null as scope,
        null as code,
        true as is_study_variant
    from ways
    where not is_uniform
)

select * from variants
