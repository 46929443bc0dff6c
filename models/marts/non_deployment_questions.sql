{{ questions_of_set('non_deployment') }}
