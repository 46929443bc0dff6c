-- What studies of topics print of categories, in the long form and the units of
-- their tables: times in hours.
with categories as (
    select * from {{ ref('category_measures') }}
),

correlations as (
    select
        *,
        concat('(', level, ': ', measure_a, ', ', measure_b, ')') as pair
    from {{ ref('measure_correlations') }}
),

of_categories as (
    select
        question_set,
        inner_category,
        leaf_category,
        unnest([
            { measure: 'n_questions', value: n_questions },
            {% for measure in [
                'mean_views', 'median_views', 'mean_score', 'mean_favorites',
                'mean_answers', 'answered_share', 'accepted_share',
                'no_accepted_share', 'median_first_answer_minutes',
                'median_response_minutes', 'mean_body_characters',
            ] -%}
                { measure: '{{ measure }}', value: {{ measure }} },
            {% endfor -%}
            {
                measure: 'median_first_answer_hours',
                value: median_first_answer_minutes / 60
            },
            {
                measure: 'median_response_hours',
                value: median_response_minutes / 60
            }
        ], recursive := true)
    from categories
    where n_questions > 0
),

of_pairs as (
    select
        question_set,
        null as inner_category,
        null as leaf_category,
        unnest([
            { measure: 'spearman_rho' || pair, value: spearman_rho },
            { measure: 'spearman_p_value' || pair, value: spearman_p_value },
            { measure: 'kendall_tau' || pair, value: kendall_tau },
            { measure: 'kendall_p_value' || pair, value: kendall_p_value }
        ], recursive := true)
    from correlations
),

figures as (
    select * from of_categories
    union all
    select * from of_pairs
)

select
    measure,
    question_set,
    null::integer as year,
    value::double as value,
    inner_category,
    leaf_category
from figures
