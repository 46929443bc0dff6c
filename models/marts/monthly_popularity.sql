{{ popularity('month', 'month', 'periods.starts_on') }}
