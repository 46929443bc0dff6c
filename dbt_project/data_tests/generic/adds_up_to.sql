{#- Fails for every group whose sum of a column is not what another model says;
    a group without rows sums to 0. -#}
{%- test adds_up_to(model, column, by, total, of) -%}
with sums as (
    select
        {{ by }},
        sum({{ column }}) as actual
    from {{ model }}
    group by {{ by }}
),

totals as (
    select
        {{ by }},
        {{ total }} as expected
    from {{ of }}
),

compared as (
    select
        totals.{{ by }},
        totals.expected,
        coalesce(sums.actual, 0) as actual
    from totals
    left join sums on totals.{{ by }} = sums.{{ by }}
)

select * from compared
where actual is distinct from expected
{%- endtest -%}
