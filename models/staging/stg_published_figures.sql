select * from {{ source('study', 'published_figures') }}
