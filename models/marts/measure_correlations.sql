-- Leaves are the categories that are not divided; `both` takes every category,
-- so that a question counts in its leaf and in what is above it, as some papers
-- do. Each category counts once, however many questions it has.
{% set popularity = [
    'mean_views', 'mean_favorites', 'mean_score', 'mean_answers',
] -%}
{%- set difficulty = [
    'answered_share', 'accepted_share', 'median_first_answer_minutes',
    'median_response_minutes', 'mean_body_characters',
] -%}
with levels as (
    select
        *,
        concat_ws(chr(31), inner_category, leaf_category) as category,
        unnest(list_filter(
            [
                'both',
                case when not is_divided then 'leaf' end,
                case when level = 'inner' then 'inner' end
            ],
            lambda one: one is not null
        )) as of_level
    from {{ ref('category_measures') }}
    where n_questions > 0
),

measured as (
    select
        question_set,
        of_level,
        category,
        unnest([
            {% for measure in popularity + difficulty -%}
                {
                    measure: '{{ measure }}',
                    value: {{ measure }}::double,
                    is_popularity: {{ measure in popularity }}
                }
                {{- ',' if not loop.last }}
            {% endfor -%}
        ], recursive := true)
    from levels
),

pairs as (
    select
        popularity.question_set,
        popularity.of_level as level,
        popularity.measure as measure_a,
        difficulty.measure as measure_b,
        correlation(
            list(popularity.value order by popularity.category),
            list(difficulty.value order by popularity.category)
        ) as found
    from measured as popularity
    inner join measured as difficulty
        on
            popularity.question_set = difficulty.question_set
            and popularity.of_level = difficulty.of_level
            and popularity.category = difficulty.category
    where
        popularity.is_popularity
        and not difficulty.is_popularity
        and popularity.value is not null
        and difficulty.value is not null
    group by all
),

adjusted as (
    select
        pairs.* exclude (found),
        found.n as n_categories,
        found.spearman_rho,
        found.spearman_p_value,
        holm_adjusted(
            found.spearman_p_value,
            list(found.spearman_p_value) over family_tests
        ) as p_value_adjusted,
        found.spearman_ci_low as ci_low,
        found.spearman_ci_high as ci_high,
        found.kendall_tau,
        found.kendall_p_value,
        found.kendall_ci_low,
        found.kendall_ci_high
    from pairs
    window family_tests as (partition by question_set, level)
)

select * from adjusted
order by
    {{ set_position('question_set') }},
    level,
    measure_a,
    measure_b
