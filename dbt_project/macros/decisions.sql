{#- A CTE more: the members of a set that is made of other sets, after its own
    decisions (CTE `decisions`). -#}
{%- macro with_decisions(members) -%}
members_or_included as (
    select
        question_set,
        site,
        question_id,
        is_decided
    from {{ members }}
    union all
    select
        question_set,
        site,
        question_id,
        true as is_decided
    from decisions
    where is_included
),

members_decided as (
    select
        members.question_set,
        members.site,
        members.question_id,
        bool_or(members.is_decided) as is_decided
    from members_or_included as members
    anti join (select * from decisions where not is_included) as excluded
        on
            members.question_set = excluded.question_set
            and members.site = excluded.site
            and members.question_id = excluded.question_id
    group by all
)
{%- endmacro -%}
