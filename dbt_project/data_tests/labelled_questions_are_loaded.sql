select *
from {{ ref('labels') }}
where not is_loaded
