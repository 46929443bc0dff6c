select * from {{ source('study', 'question_sets') }}
