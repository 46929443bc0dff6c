{#- Questions that people included in sets that are made of other sets: CTEs
    `decisions` and `sets` of the model that uses it. -#}
{%- macro decided(kind) -%}
select
        sets.question_set,
        sets.kind,
        sets.base_set,
        decisions.site,
        decisions.question_id,
        true as is_decided
    from decisions
    inner join sets on decisions.question_set = sets.question_set
    where sets.kind = '{{ kind }}' and decisions.is_included
{%- endmacro -%}


{#- Each question once, without those that people excluded: CTE `excluded`. -#}
{%- macro without_excluded(members) -%}
select
        members.question_set,
        members.kind,
        members.base_set,
        members.site,
        members.question_id,
        bool_or(members.is_decided) as is_decided
    from {{ members }} as members
    anti join excluded
        on
            members.question_set = excluded.question_set
            and members.site = excluded.site
            and members.question_id = excluded.question_id
    group by all
{%- endmacro -%}
