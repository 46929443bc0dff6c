-- The same number, counted in two tables.
{%- set totals = [
    (ref('acceptance'), 'n_questions', ref('question_set_funnel'), 'n_questions'),
    (ref('set_measures'), 'n_questions', ref('acceptance'), 'n_questions'),
    (ref('set_measures'), 'n_accepted', ref('acceptance'), 'n_accepted'),
    (ref('set_measures'), 'n_no_answer', ref('acceptance'), 'n_no_answer'),
    (ref('survival_summary'), 'n_questions', ref('acceptance'), 'n_questions'),
    (ref('survival_curves'), 'n_events', ref('survival_summary'), 'n_events'),
    (ref('yearly_popularity'), 'n_questions', ref('question_set_funnel'), 'n_questions'),
    (ref('monthly_popularity'), 'n_questions', ref('question_set_funnel'), 'n_questions'),
] -%}
{%- for model, column, other, total in totals %}
    select
        '{{ model.identifier }}' as model,
        others.question_set,
        '{{ column }}' as "column",
        coalesce(sum(models.{{ column }}), 0) as found,
        any_value(others.{{ total }}) as expected
    from {{ other }} as others
    left join {{ model }} as models on others.question_set = models.question_set
    group by others.question_set
    having found != expected
    {{ 'union all' if not loop.last }}
{%- endfor %}
