{{ questions_of_set('mobile') }}
