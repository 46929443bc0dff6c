-- Each question is left out once, by the first step that does.
with {{ question_steps() }}

counted as (
    select
        coalesce(left_out_by, '') as step,
        count(*) as n_questions
    from placed
    group by all
),

steps as (
    select
        0 as position,
        'loaded' as step,
        true as is_asked_for
    {% for step in [
        'sites', 'asked_from', 'asked_until', 'min_score', 'deleted', 'closed',
        'duplicate', 'wiki',
    ] -%}
        union all
        select
            {{ loop.index }} as position,
            '{{ step }}' as step,
            {% if loop.index <= 4 -%}
                {{ step }} is not null as is_asked_for
            {% else -%}
                array_contains(leave_out, '{{ step }}') as is_asked_for
            {% endif -%}
        from studies
    {% endfor -%}
),

totals as (
    select coalesce(sum(n_questions), 0) as n_loaded from counted
),

left_out as (
    select
        steps.position,
        steps.step,
        steps.is_asked_for,
        coalesce(counted.n_questions, 0) as n_left_out,
        totals.n_loaded
    from steps
    cross join totals
    left join counted on steps.step = counted.step
),

remaining as (
    select
        position::integer as position,
        step,
        is_asked_for,
        n_left_out,
        (n_loaded - sum(n_left_out) over (order by position))::bigint
            as n_questions
    from left_out
)

select * from remaining
order by position
