{{ questions_of_set('browser') }}
