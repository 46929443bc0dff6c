{{ questions_of_set('server_cloud') }}
