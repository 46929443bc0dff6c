-- One test for all models without a primary key: a node of its own for each
-- would take longer than all of them together.
{%- set grains = {
    ref('int_asked_counts'):
        ['question_set', 'site', 'period', 'starts_on'],
    ref('int_tag_hits'): ['rule', 'site', 'question_id'],
    ref('int_searched_questions'): ['question_set', 'site', 'question_id'],
    ref('int_term_hits'):
        ['site', 'question_id', 'term', 'scope', 'code', 'match'],
    ref('int_variant_matches'):
        ['question_set', 'variant', 'rule', 'site', 'question_id'],
    ref('int_variant_members'):
        ['question_set', 'variant', 'site', 'question_id'],
    ref('int_decisions'): ['question_set', 'site', 'question_id'],
    ref('int_set_candidates'): ['question_set', 'site', 'question_id'],
    ref('int_accepted_answers'): ['site', 'question_id'],
    ref('int_survival_times'): ['question_set', 'site', 'question_id'],
    ref('int_labelled_questions'): ['question_set', 'site', 'question_id'],
    ref('question_set_members'): ['question_set', 'site', 'question_id'],
    ref('question_set_matches'):
        ['question_set', 'site', 'question_id', 'rule'],
    ref('questions'): ['site', 'question_id'],
    ref('labels'): [
        'question_set', 'site', 'question_id', 'inner_category',
        'leaf_category',
    ],
    ref('replication_measures'):
        ['measure', 'question_set', 'year', 'inner_category', 'leaf_category'],
    ref('replication_figures'): [
        'step', 'figure', 'question_set', 'year', 'inner_category',
        'leaf_category',
    ],
    ref('replication_checks'): [
        'step', 'figure', 'question_set', 'year', 'inner_category',
        'leaf_category',
    ],
    ref('taxonomy_distribution'):
        ['question_set', 'level', 'inner_category', 'leaf_category'],
    ref('category_measures'):
        ['question_set', 'level', 'inner_category', 'leaf_category'],
    ref('category_popularity'):
        ['question_set', 'level', 'inner_category', 'leaf_category', 'year'],
} -%}
{%- for model, columns in grains.items() %}
    select
        '{{ model.identifier }}' as model,
        concat_ws(', ', {{ columns | join(', ') }}) as grain,
        count(*) as n_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
    {{ 'union all' if not loop.last }}
{%- endfor %}
