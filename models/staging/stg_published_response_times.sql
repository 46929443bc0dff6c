select * from {{ source('study', 'published_response_times') }}
