{#- Fails for every combination of the columns that another model has and this one lacks. -#}
{%- test covers(model, of, columns) -%}
select {{ columns | join(', ') }} from {{ of }}
except
select {{ columns | join(', ') }} from {{ model }}
{%- endtest -%}
