select * from {{ source('study', 'studies') }}
