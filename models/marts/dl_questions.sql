{{ questions_of_set('dl') }}
