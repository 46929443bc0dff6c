{{ questions_of_set('deployment') }}
