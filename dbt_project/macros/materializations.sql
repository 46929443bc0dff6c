{#- A model is made in place by one statement. dbt's own way (made beside,
    renamed twice, dropped) guards readers of a database that is built in place;
    `stackstudy build` builds apart and swaps the whole file in, a bare `dbt
    build` marks the database as unfinished, and either took as long again. -#}

{%- materialization table, adapter='duckdb' -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, target_relation, table_query(sql)) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{%- materialization view, adapter='duckdb' -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target_relation, sql) }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}


{#- The query that fills a table: the model's own, or where Spark has computed
    it, its result, in the types of the model's own. -#}
{%- macro table_query(sql) -%}
    {%- set folder = env_var('STACKSTUDY_SPARK_TABLES', '') -%}
    {%- if not folder or 'dump_sized' not in config.get('tags', []) -%}
        {{- return(sql) -}}
    {%- endif -%}
    {%- set files = store_files(
        env_var('STACKSTUDY_STAGING') ~ 'spark/' ~ this.identifier ~ '/*.parquet'
    ) -%}
    select
    {% for column in run_query('describe ' ~ sql).rows -%}
        "{{ column[0] }}"::{{ column[1] }} as "{{ column[0] }}"
        {{- ',' if not loop.last }}
    {% endfor -%}
    from read_parquet({{ files }})
{%- endmacro -%}


{#- On Spark, a folder of Parquet. Contracts and hooks are DuckDB's. -#}
{%- materialization table, adapter='spark' -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set folder = env_var('STACKSTUDY_SPARK_MADE') | replace("'", "\\'") -%}
    {%- call statement('main') -%}
        create table {{ target_relation }} using parquet
        location '{{ folder }}/{{ this.identifier }}'
        as {{ sql }}
    {%- endcall -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
