{#- What DuckDB and Spark write differently. A model whose rows grow with the
    dump runs on either (tag `dump_sized`, docs/cluster.md): it uses these
    macros, and besides only what both engines read alike. Each has a test on
    both with the same values. -#}

{#- A column of the dump by the dump's own name. Spark takes what stands in
    double quotes for a text, without an error. -#}
{%- macro attribute(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro -%}


{#- A row for each element of a list. -#}
{%- macro unnested(list) -%}
    {{ adapter.dispatch('unnested', 'stackstudy')(list) }}
{%- endmacro -%}

{%- macro duckdb__unnested(list) -%} unnest({{ list }}) {%- endmacro -%}

{%- macro spark__unnested(list) -%} explode({{ list }}) {%- endmacro -%}


{#- The whole numbers from one to another, both included, as a list. -#}
{%- macro series(first, last) -%}
    {{ adapter.dispatch('series', 'stackstudy')(first, last) }}
{%- endmacro -%}

{%- macro duckdb__series(first, last) -%}
    generate_series({{ first }}, {{ last }})
{%- endmacro -%}

{%- macro spark__series(first, last) -%}
    sequence({{ first }}, {{ last }})
{%- endmacro -%}


{#- The elements of a list for which a condition on `element` holds. -#}
{%- macro filtered(list, element, condition) -%}
    {{ adapter.dispatch('filtered', 'stackstudy')(list, element, condition) }}
{%- endmacro -%}

{%- macro duckdb__filtered(list, element, condition) -%}
    list_filter({{ list }}, lambda {{ element }}: {{ condition }})
{%- endmacro -%}

{%- macro spark__filtered(list, element, condition) -%}
    filter({{ list }}, {{ element }} -> {{ condition }})
{%- endmacro -%}


{#- The number of elements of a list. -#}
{%- macro n_elements(list) -%}
    {{ adapter.dispatch('n_elements', 'stackstudy')(list) }}
{%- endmacro -%}

{%- macro duckdb__n_elements(list) -%} len({{ list }}) {%- endmacro -%}

{%- macro spark__n_elements(list) -%} size({{ list }}) {%- endmacro -%}


{#- The milliseconds from one time to another. -#}
{%- macro milliseconds_between(start, end) -%}
    {{ adapter.dispatch('milliseconds_between', 'stackstudy')(start, end) }}
{%- endmacro -%}

{%- macro duckdb__milliseconds_between(start, end) -%}
    date_diff('millisecond', {{ start }}, {{ end }})
{%- endmacro -%}

{%- macro spark__milliseconds_between(start, end) -%}
    timestampdiff(millisecond, {{ start }}, {{ end }})
{%- endmacro -%}


{#- The day of the week, from 1 for Monday to 7. -#}
{%- macro iso_weekday(time) -%}
    {{ adapter.dispatch('iso_weekday', 'stackstudy')(time) }}
{%- endmacro -%}

{%- macro duckdb__iso_weekday(time) -%} isodow({{ time }}) {%- endmacro -%}

{%- macro spark__iso_weekday(time) -%} weekday({{ time }}) + 1 {%- endmacro -%}


{#- The median of a group. Spark's own is another number in its last digit. -#}
{%- macro median_of(value) -%}
    {{ adapter.dispatch('median_of', 'stackstudy')(value) }}
{%- endmacro -%}

{%- macro duckdb__median_of(value) -%} median({{ value }}) {%- endmacro -%}

{%- macro spark__median_of(value) -%}
    (
        percentile_disc(0.5) within group (order by {{ value }})
        + percentile_disc(0.5) within group (order by {{ value }} desc)
    ) / 2
{%- endmacro -%}


{#- Says that a step is computed once. Spark knows no such word. -#}
{%- macro once() -%}
    {{ adapter.dispatch('once', 'stackstudy')() }}
{%- endmacro -%}

{%- macro duckdb__once() -%} materialized {%- endmacro -%}

{%- macro spark__once() -%}{%- endmacro -%}


{#- Lower case, each character by itself. Spark would write a sigma that ends a
    word in another form, and İ in two characters. -#}
{%- macro lower_case(text) -%}
    {{ adapter.dispatch('lower_case', 'stackstudy')(text) }}
{%- endmacro -%}

{%- macro duckdb__lower_case(text) -%} lower({{ text }}) {%- endmacro -%}

{%- macro spark__lower_case(text) -%}
    lower(translate({{ text }}, 'Σİ', 'σi'))
{%- endmacro -%}


{#- Every match of a pattern replaced, in which \0 is the match; a dot matches a
    line end as well. RE2 and Java fold case alike only with the flag `u`. -#}
{%- macro replaced(text, pattern, replacement) -%}
    {{ adapter.dispatch('replaced', 'stackstudy')(text, pattern, replacement) }}
{%- endmacro -%}

{%- macro duckdb__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', {{ replacement }}, 'gs')
{%- endmacro -%}

{%- macro spark__replaced(text, pattern, replacement) -%}
    regexp_replace(
        {{ text }}, r'(?su){{ pattern }}', {{ replacement | replace('\\0', '$0') }}
    )
{%- endmacro -%}
