-- A set without any category in the taxonomy is coded openly: it takes any.
select labels.*
from {{ ref('int_labels') }} as labels
semi join {{ ref('taxonomy') }} as sets
    on labels.question_set = sets.question_set
left join {{ ref('taxonomy') }} as categories
    on
        labels.question_set = categories.question_set
        and labels.inner_category = categories.inner_category
        and labels.leaf_category is not distinct from categories.leaf_category
where
    (labels.is_category and categories.question_set is null)
    or (not labels.is_category and labels.leaf_category is not null)
