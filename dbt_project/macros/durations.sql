{#- What Python's timedelta.seconds gives for a duration in milliseconds: whole
    seconds without whole days, from 0 to 86,399 for a negative duration too
    (timedelta(seconds=-90).seconds is 86310). -#}
{%- macro seconds_of_day(milliseconds) -%}
    ((floor({{ milliseconds }} / 1000.0)::bigint % 86400 + 86400) % 86400)
{%- endmacro -%}
