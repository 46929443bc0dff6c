select question_set
from {{ ref('rule_sensitivity') }}
group by question_set
having count(*) filter (where is_study_variant) != 1
