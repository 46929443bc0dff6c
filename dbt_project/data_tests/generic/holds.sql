{#- Fails for every row in which the expression is false or unknown. -#}
{%- test holds(model, expression) -%}
select *
from {{ model }}
where not coalesce(({{ expression }}), false)
{%- endtest -%}
