select * from {{ source('study', 'decisions') }}
