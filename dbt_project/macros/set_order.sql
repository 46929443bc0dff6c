{#- Where a question set stands in its study, to sort by: tables keep the order
    in which they were made, so a reader need not sort. What is no set of the
    study, such as `all_questions`, has no position. -#}
{%- macro set_position(question_set) -%}
    {{- return(adapter.dispatch('set_position', 'stackstudy')(question_set)) -}}
{%- endmacro -%}

{%- macro duckdb__set_position(question_set) -%}
list_position(
        (
            select list(sets.question_set order by sets.position)
            from {{ ref('stg_question_sets') }} as sets
        ),
        {{ question_set }}
    )
{%- endmacro -%}

{#- Another engine keeps no order of its rows. -#}
{%- macro default__set_position(question_set) -%}
    {{- question_set -}}
{%- endmacro -%}
