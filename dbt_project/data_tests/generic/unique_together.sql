{#- Fails for every combination of the columns that occurs more than once. -#}
{%- test unique_together(model, columns) -%}
select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by all
having count(*) > 1
{%- endtest -%}
