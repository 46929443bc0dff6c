{{ popularity('year', 'year', 'year(periods.starts_on)::integer') }}
