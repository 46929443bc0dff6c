with figures as (
    select * from {{ ref('replication_figures') }}
),

sets as (
    select * from {{ ref('question_sets') }}
),

loaded as (
    select
        'What is loaded (posts of ' || min(manifests.first_at)::date || ' to '
        || max(manifests.last_at)::date || ') gives another value.' as sentence,
        {{ not_the_papers() }} as other_data
    from {{ ref('stg_manifests') }} as manifests
    cross join {{ ref('stg_studies') }} as published
    where manifests.table_name = 'posts'
),

judged as (
    select
        figures.*,
        {{ verdict() }} as verdict,
        case
            when figures.printed_from = figures.printed_to
                then figures.printed_from
        end as computed_as_printed,
        {{ misprint_sentence() }} as misprint_sentence,
        replace(
            replace(remark, '{beside}', format('{:.3f}', beside)),
            '{beside_p}', case
                when beside_p_value < 0.0005 then '< 0.001'
                else format('= {:.3f}', beside_p_value)
            end
        ) as remark_sentence,
        case
            when sets.depends_on_candidates
                then 'It holds or depends on candidates that nobody inspected.'
        end as candidates_sentence,
        loaded.sentence as loaded_sentence,
        loaded.other_data
    from figures
    cross join loaded
    left join sets on figures.question_set = sets.question_set
),

explained as (
    select
        step,
        figure,
        question_set,
        year,
        published,
        unit,
        derivable_from_package,
        -- what lacks something is no smaller number, it is none
        case
            when is_derivable or verdict = 'print is wrong' then computed
        end as computed,
        computed_as_printed,
        verdict,
        case verdict
            when 'equal' then remark_sentence
            when 'equal after rounding' then remark_sentence
            when 'print is wrong' then misprint_sentence
            when 'not this paper''s data' then other_data
            when 'not derivable'
                then coalesce(unmet_need, 'What is loaded holds none of it.')
            when 'differs'
                then concat_ws(
                    ' ',
                    coalesce(when_different, loaded_sentence),
                    candidates_sentence,
                    misprint_sentence
                )
        end as reason,
        inner_category,
        leaf_category
    from judged
)

select * from explained
order by
    step,
    figure,
    {{ set_position('question_set') }} nulls first,
    year,
    inner_category,
    leaf_category nulls first
