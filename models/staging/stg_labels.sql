select * from {{ source('study', 'labels') }}
