{#- Where the Parquet store is, as an absolute path: views must work for a
    reader who stands anywhere. -#}

{%- macro data_folder() -%}
    {%- set database = target.path or '' -%}
    {%- if not modules.re.match('([A-Za-z]:)?[/\\\\]', database) -%}
        {%- set database = invocation_args_dict.project_dir ~ '/' ~ database -%}
    {%- endif -%}
    {#- `stackstudy build` builds in a folder within the data folder. -#}
    {%- set staging = env_var('STACKSTUDY_STAGING', '') -%}
    {%- set file = modules.re.escape(staging) ~ '[^/\\\\]*$' -%}
    {{- return(modules.re.sub('[/\\\\]+' ~ file, '', database)) -}}
{%- endmacro -%}


{#- A path pattern below the data folder as an SQL string; the folder's own name
    may hold quotes and wildcards. -#}
{%- macro store_files(pattern) -%}
    {%- set folder = modules.re.sub('([*?\\[])', '[\\1]', data_folder()) -%}
    {{- return("'" ~ (folder ~ '/' ~ pattern) | replace("'", "''") ~ "'") -}}
{%- endmacro -%}


{#- A table of the dump: all sites side by side. A unit test gives its own rows
    for the source. -#}
{%- macro dump_table(name) -%}
    {{- return(adapter.dispatch('dump_table', 'stackstudy')(name)) -}}
{%- endmacro -%}


{%- macro duckdb__dump_table(name) -%}
    {%- set relation = source('dump', name) -%}
    {%- if relation.is_cte -%}
        {{- return(relation) -}}
    {%- endif -%}
    {%- set files = store_files(name ~ '/site=*/*.parquet') -%}
    {{- return(
        "read_parquet(" ~ files
        ~ ", hive_partitioning = true, hive_types = {'site': varchar})"
    ) -}}
{%- endmacro -%}


{%- macro spark__dump_table(name) -%}
    {%- set relation = source('dump', name) -%}
    {%- set folder = env_var('STACKSTUDY_SPARK_STORE', '') ~ '/' ~ name -%}
    {{- return('parquet.`' ~ folder | replace('`', '``') ~ '`') -}}
{%- endmacro -%}


{#- Runs before a build: one plain line where eight views would each fail. -#}
{%- macro require_loaded_dump() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'test') -%}
        {%- set files = store_files('posts/site=*/*.parquet') -%}
        {%- if not run_query('from glob(' ~ files ~ ') limit 1').rows -%}
            {{- exceptions.raise_compiler_error(
                "no dump is loaded in " ~ data_folder() ~ ": run `stackstudy load`"
                ~ " first, or set STACKSTUDY_DATA to the folder that holds one"
            ) -}}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}


{#- The manifests of the store, one beside each table of each site. -#}
{%- macro manifest_files() -%}
    {%- set relation = source('dump', 'manifests') -%}
    {%- if relation.is_cte -%}
        {{- return(relation) -}}
    {%- endif -%}
    {%- set columns = {
        'format': 'bigint', 'site': 'varchar', 'table': 'varchar', 'state': 'varchar',
        'is_synthetic': 'boolean', 'source_file': 'varchar', 'source_member': 'varchar',
        'source_bytes': 'bigint', 'source_modified_at': 'varchar', 'source_sha256': 'varchar',
        'source_comment': 'varchar', 'xml_bytes': 'bigint', 'n_files': 'bigint',
        'n_bytes': 'bigint', 'n_rows': 'bigint', 'n_rejected_rows': 'bigint',
        'n_fabricated_rows': 'bigint', 'n_replaced_characters': 'bigint',
        'unknown_attributes': 'map(varchar, bigint)', 'first_at': 'varchar',
        'last_at': 'varchar', 'loader_version': 'varchar', 'started_at': 'varchar',
        'finished_at': 'varchar',
    } -%}
    {{- return(
        "read_json(" ~ store_files('*/site=*/_manifest.json') ~ ", hive_partitioning = false, columns = "
        ~ columns ~ ")"
    ) -}}
{%- endmacro -%}


{#- When a table of the dump was loaded last, for `dbt source freshness`: the
    manifests say it, no row does. -#}
{%- macro duckdb__collect_freshness(source, loaded_at_field, filter) -%}
    {%- call statement(
        'collect_freshness', fetch_result=True, auto_begin=False
    ) -%}
        select
            max({{ loaded_at_field }}::timestamptz) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
        from {{ manifest_files() }}
        where "table" = '{{ source.identifier }}'
    {%- endcall -%}
    {{ return(load_result('collect_freshness')) }}
{%- endmacro -%}
