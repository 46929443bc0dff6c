select * from {{ source('study', 'other_studies') }}
