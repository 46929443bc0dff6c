{#- A limit of Wilson's 95 % interval of a share, `sign` being - or +; null for a
    share of nothing. Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953, without
    correction for continuity: the interval of R's prop.test(correct = FALSE). -#}
{%- macro wilson_limit(part, whole, sign) -%}
    {%- set z = 1.959963984540054 -%}
    least(1.0, greatest(0.0,
        (
            {{ part }} + {{ z * z / 2 }}
            {{ sign }} {{ z }} * sqrt(
                {{ part }} * ({{ whole }} - {{ part }}) / nullif({{ whole }}, 0)::double
                + {{ z * z / 4 }}
            )
        ) / ({{ whole }} + {{ z * z }})
    )) + case when {{ whole }} > 0 then 0 end
{%- endmacro -%}


{#- Both limits as columns. -#}
{%- macro wilson_interval(part, whole) -%}
    {{ wilson_limit(part, whole, '-') }} as share_ci_low,
        {{ wilson_limit(part, whole, '+') }} as share_ci_high
{%- endmacro -%}
