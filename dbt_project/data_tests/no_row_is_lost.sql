-- Rows of one table that another must have as well.
{%- set pairs = [
    (ref('int_set_pairs'), ref('proportion_tests'), ['set_a', 'set_b']),
    (ref('int_set_pairs'), ref('response_time_tests'), ['set_a', 'set_b']),
    (ref('int_set_pairs'), ref('survival_tests'), ['set_a', 'set_b']),
    (ref('stg_question_sets'), ref('question_sets'), ['question_set']),
    (ref('stg_question_sets'), ref('acceptance'), ['question_set']),
    (ref('stg_question_sets'), ref('survival_summary'), ['question_set']),
    (ref('question_set_members'), ref('questions'), ['site', 'question_id']),
    (ref('question_set_members'), ref('stg_question_sets'), ['question_set']),
    (
        ref('stg_labels'),
        ref('labels'),
        ['question_set', 'site', 'question_id', 'inner_category', 'leaf_category'],
    ),
    (
        ref('stg_published_figures'),
        ref('replication_checks'),
        [
            'step', 'figure', 'question_set', 'year', 'inner_category',
            'leaf_category',
        ],
    ),
    (ref('stg_question_sets'), ref('set_measures'), ['question_set']),
    (
        ref('stg_taxonomy'),
        ref('category_measures'),
        ['question_set', 'inner_category', 'leaf_category'],
    ),
    (
        ref('stg_taxonomy'),
        ref('taxonomy_distribution'),
        ['question_set', 'inner_category', 'leaf_category'],
    ),
] -%}
{%- for model, other, columns in pairs %}
    (
        select
            '{{ other.identifier }}' as model,
            concat_ws(', ', {{ columns | join(', ') }}) as lost
        from (
            select {{ columns | join(', ') }} from {{ model }}
            except
            select {{ columns | join(', ') }} from {{ other }}
        )
    )
    {{ 'union all' if not loop.last }}
{%- endfor %}
