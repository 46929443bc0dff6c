with figures as (
    select * from {{ ref('stg_published_figures') }}
),

needs as (
    select * from {{ ref('stg_published_needs') }}
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
            and needs.at_least <= measures.value
),

measured as (
    select
        figures.step::integer as step,
        figures.figure,
        figures.question_set,
        figures.year::integer as year,
        figures.published,
        figures.unit,
        figures.derivable_from_package,
        figures.decimals::integer as decimals,
        figures.print_scale,
        figures.misprint,
        figures.remark,
        computed.value as computed,
        printed_from.value as printed_from,
        printed_to.value as printed_to,
        computed.value is not null
        and (figures.need is null or met.need is not null) as is_derivable,
        case when met.need is null then needs.reason end as unmet_need,
        needs.when_different,
        figures.inner_category,
        figures.leaf_category,
        beside.value as beside,
        beside_p.value as beside_p_value
    from figures
    left join needs on figures.need = needs.need
    left join met on figures.need = met.need
    left join measures as computed
        on
            figures.measure = computed.measure
            and figures.question_set = computed.question_set
            and figures.year is not distinct from computed.year
            and figures.inner_category
            is not distinct from computed.inner_category
            and figures.leaf_category
            is not distinct from computed.leaf_category
    left join measures as printed_from
        on
            figures.printed_measure = printed_from.measure
            and figures.question_set = printed_from.question_set
            and figures.year is not distinct from printed_from.year
    left join measures as printed_to
        on
            figures.printed_measure_to = printed_to.measure
            and figures.question_set = printed_to.question_set
            and figures.year is not distinct from printed_to.year
    left join measures as beside
        on
            figures.beside_measure = beside.measure
            and figures.question_set = beside.question_set
    left join measures as beside_p
        on
            figures.beside_p_measure = beside_p.measure
            and figures.question_set = beside_p.question_set
)

select * from measured
order by
    step,
    figure,
    {{ set_position('question_set') }} nulls first,
    year,
    inner_category,
    leaf_category nulls first
