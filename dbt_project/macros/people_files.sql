{#- A file that people hand over, named by an environment variable, as a
    relation of texts; without one, an empty relation with the same columns.
    Spreadsheets leave mixed line ends and line breaks in notes: hence neither
    strict nor parallel. -#}
{%- macro people_file(variable, columns) -%}
    {%- set path = env_var(variable, '') -%}
    {%- if path -%}
        {{- return(
            "read_csv('" ~ path | replace("'", "''") ~ "', header = true,"
            ~ " all_varchar = true, delim = ',', quote = '\"', escape = '\"',"
            ~ " null_padding = true, strict_mode = false, parallel = false)"
        ) -}}
    {%- endif -%}
    {%- set nulls = [] -%}
    {%- for name in columns -%}
        {%- do nulls.append('null::varchar as ' ~ name) -%}
    {%- endfor -%}
    {{- return('(select ' ~ nulls | join(', ') ~ ' where false)') -}}
{%- endmacro -%}


{#- The decisions of people: what is in a set whatever the rules say. -#}
{%- macro decisions_file() -%}
    {{- return(
        people_file(
            'STACKSTUDY_DECISIONS',
            ['question_set', 'site', 'question_id', 'decision']
        )
    ) -}}
{%- endmacro -%}


{#- The labels of people: a line a question and category. -#}
{%- macro labels_file() -%}
    {{- return(
        people_file(
            'STACKSTUDY_LABELS',
            ['question_set', 'site', 'question_id', 'inner_category', 'leaf_category']
        )
    ) -}}
{%- endmacro -%}


{#- Response times of sets whose posts were not published. -#}
{%- macro published_response_times_file() -%}
    {{- return(
        people_file(
            'STACKSTUDY_PUBLISHED_RESPONSE_TIMES',
            ['question_set', 'response_minutes_days_dropped']
        )
    ) -}}
{%- endmacro -%}
