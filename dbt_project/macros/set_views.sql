{#- The questions of each set as a view of its own, for people who look at one:
    `<question_set>_questions`. Views of sets that the study no longer has go. The
    tables that it names are built before `questions`, whose hook it is. -#}
{%- macro set_views() -%}
    {%- set comment = 'The questions of one set.' -%}
    {%- set stale = run_query(
        "select view_name from duckdb_views() where comment = '" ~ comment ~ "'"
    ).columns[0] -%}
    {%- set sets = run_query(
        "select question_set from main.stg_question_sets"
    ).columns[0] -%}
    {%- for view in stale -%}
    drop view main.{{ view }};
    {% endfor -%}
    {%- for question_set in sets -%}
    create or replace view main.{{ question_set }}_questions as
        select questions.*
        from {{ this }} as questions
        semi join main.question_set_members as members
            on
                questions.site = members.site
                and questions.question_id = members.question_id
                and members.question_set = '{{ question_set }}';
        comment on view main.{{ question_set }}_questions is '{{ comment }}';
    {% endfor -%}
{%- endmacro -%}
