select * from {{ source('study', 'published_counts') }}
