with neighbours as (
    select
        *,
        lag(not_accepted_yet) over (
            partition by question_set order by minutes
        ) as height_before,
        lag(n_at_risk) over (
            partition by question_set order by minutes
        ) as n_at_risk_before
    from {{ ref('survival_curves') }}
)

select *
from neighbours
where
    not_accepted_yet > height_before
    or n_at_risk > n_at_risk_before
