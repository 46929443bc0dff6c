{#- A limit of Wilson's 95 % interval of a share, `sign` being - or +; null for
    a share of nothing. Without correction for continuity, as R's
    prop.test(correct = FALSE). Wilson (1927),
    https://doi.org/10.1080/01621459.1927.10502953 -#}
{%- macro wilson_limit(part, whole, sign) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set spread = part ~ ' * (' ~ whole ~ ' - ' ~ part ~ ') / ' ~ whole -%}
    {%- set reach = z ~ ' * sqrt(' ~ spread ~ ' + ' ~ z * z / 4 ~ ')' -%}
    {%- set centre = part ~ ' + ' ~ z * z / 2 -%}
    case
        when {{ whole }} > 0 then least(1.0, greatest(
            0.0, ({{ centre }} {{ sign }} {{ reach }}) / ({{ whole }} + {{ z * z }})
        ))
    end
{%- endmacro -%}


{#- Both limits as columns. -#}
{%- macro wilson_interval(part, whole) -%}
    {{ wilson_limit(part, whole, '-') }} as share_ci_low,
        {{ wilson_limit(part, whole, '+') }} as share_ci_high
{%- endmacro -%}
