with figures as (
    select * from {{ ref('published_figures') }}
),

needs as (
    select * from {{ ref('replication_needs') }}
),

measures as (
    select * from {{ ref('replication_measures') }}
),

-- a need is met where what it names is there
met as (
    select needs.need
    from needs
    semi join measures
        on
            needs.measure = measures.measure
            and needs.question_set = measures.question_set
            and measures.value > 0
),

measured as (
    select
        figures.* exclude (
            note, measure, need, printed_measure, printed_measure_to
        ),
        computed.value as computed,
        printed_from.value as printed_from,
        printed_to.value as printed_to,
        computed.value is not null
        and (figures.need is null or met.need is not null) as is_derivable,
        case when met.need is null then needs.reason end as unmet_need
    from figures
    left join needs on figures.need = needs.need
    left join met on figures.need = met.need
    {% for measured, measure in [
        ('computed', 'measure'),
        ('printed_from', 'printed_measure'),
        ('printed_to', 'printed_measure_to'),
    ] %}
    left join measures as {{ measured }}
        on
            figures.{{ measure }} = {{ measured }}.measure
            and figures.question_set = {{ measured }}.question_set
            and figures.year is not distinct from {{ measured }}.year
    {% endfor %}
)

select * from measured
