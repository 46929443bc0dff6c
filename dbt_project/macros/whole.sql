{#- A bare `dbt build` works in the database itself. So that nobody takes half
    of it for the whole, it makes a table first and drops it when all went well;
    who reads looks for it (analyses/warehouse/database.py). -#}

{#- Runs before a build. The table of an earlier one that did not end stays. -#}
{%- macro begin_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        create table if not exists main.unfinished_build as
        select '{{ invocation_id }}' as invocation_id
    {%- endif -%}
{%- endmacro -%}


{#- Runs after it, also when something failed. A run of some models cannot make
    whole what an earlier build has left: only its own table is dropped then. -#}
{%- macro end_build(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set failed = results | selectattr(
            'status', 'in', ['error', 'fail', 'runtime error', 'skipped']
        ) | list -%}
        {%- set chosen = invocation_args_dict.get('select')
            or invocation_args_dict.get('exclude')
            or invocation_args_dict.get('selector')
            or invocation_args_dict.get('resource_types') -%}
        {%- set begun = run_query(
            "select invocation_id from main.unfinished_build"
        ).rows[0][0] -%}
        {%- if not failed and (not chosen or begun == invocation_id) -%}
            drop table main.unfinished_build
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}
