select * from {{ source('study', 'label_kinds') }}
