-- A set without any category in the taxonomy is coded openly: it takes any.
select given.*
from {{ ref('int_labels') }} as given
semi join {{ ref('taxonomy') }} as coded
    on given.question_set = coded.question_set
left join {{ ref('taxonomy') }} as categories
    on
        given.question_set = categories.question_set
        and given.inner_category = categories.inner_category
        and given.leaf_category is not distinct from categories.leaf_category
where
    (given.is_category and categories.question_set is null)
    or (not given.is_category and given.leaf_category is not null)
