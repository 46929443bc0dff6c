{#- Fails for every combination of the columns that another model has and this
    one lacks. -#}
{%- test covers(model, of, columns) -%}
with wanted as (
    select {{ columns | join(', ') }}
    from {{ of }}
),

present as (
    select {{ columns | join(', ') }}
    from {{ model }}
),

missing as (
    select * from wanted
    except
    select * from present
)

select * from missing
{%- endtest -%}
