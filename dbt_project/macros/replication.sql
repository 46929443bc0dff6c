{#- One kind of number of one relation, in the long form of
    `replication_measures`. -#}
{%- macro measure(name, value, relation, year='null::integer') -%}
select
        '{{ name }}' as measure,
        question_set,
        {{ year }} as year,
        ({{ value }})::double as value
    from {{ relation }}
{%- endmacro -%}


{#- Several kinds of numbers of all years: name, value, relation. -#}
{%- macro measures(kinds) -%}
    {%- set selects = [] -%}
    {%- for name, value, relation in kinds -%}
        {%- do selects.append(measure(name, value, relation)) -%}
    {%- endfor -%}
    {{ selects | join('\n    union all\n    ') }}
{%- endmacro -%}


{#- A number as a reader would write it: thousands apart, counts without
    decimals. -#}
{%- macro written(number) -%}
    case
        when {{ number }} = round({{ number }})
            then format('{:,}', ({{ number }})::bigint)
        else format('{:,.2f}', {{ number }})
    end
{%- endmacro -%}


{#- Whether a span of numbers holds one that rounds to the print; 1e-9 is for
    binary fractions. -#}
{%- macro rounds_to(least, most, published, decimals) -%}
    coalesce(
        {{ published }} between {{ least }} - 0.5 * pow(10, -{{ decimals }}) - 1e-9
        and {{ most }} + 0.5 * pow(10, -{{ decimals }}) + 1e-9,
        false
    )
{%- endmacro -%}


{#- Why the loaded posts (`manifests`) are not those of the paper whose figures
    `published` has; null where they may be. -#}
{%- macro not_the_papers() -%}
    case
        when coalesce(sum(manifests.n_rows), 0) = 0
            then 'No posts are loaded.'
        when bool_or(manifests.is_synthetic)
            then 'The loaded posts are synthetic.'
        when not bool_or(
            manifests.site = published.published_site and manifests.n_rows > 0
        )
            then format(
                'The figures are of {}; the loaded posts are of {}.',
                any_value(published.published_site),
                string_agg(distinct manifests.site, ', ' order by manifests.site)
                filter (where manifests.n_rows > 0)
            )
    end
{%- endmacro -%}


{#- The verdict on a row of `replication_figures`. A figure that has to do with
    no question, like a statistic of published counts, keeps its own. -#}
{%- macro verdict() -%}
    case
        when is_derivable and other_data is null and computed = published
            then 'equal'
        when
            is_derivable and other_data is null
            and {{ rounds_to('computed', 'computed', 'published', 'decimals') }}
            then 'equal after rounding'
        when {{ rounds_to('printed_from', 'printed_to', 'published / print_scale', 'decimals') }}
            then 'print is wrong'
        when other_data is not null then 'not this paper''s data'
        when not is_derivable then 'not derivable'
        else 'differs'
    end
{%- endmacro -%}


{#- How the print came about, with the numbers of what is loaded; null where
    nothing is known against the print. -#}
{%- macro misprint_sentence() -%}
    replace(
        replace(misprint, '{printed}', case
            when printed_from = printed_to then {{ written('printed_from') }}
            else {{ written('printed_from') }} || ' to ' || {{ written('printed_to') }}
        end),
        '{computed}', coalesce({{ written('computed') }}, 'unknown')
    )
{%- endmacro -%}
