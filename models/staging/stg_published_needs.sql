select * from {{ source('study', 'published_needs') }}
