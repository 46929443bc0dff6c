select * from {{ source('study', 'taxonomy') }}
