-- Every kind of label for every set that has labels; a question that is not
-- loaded is neither accepted nor not.
with labelled as (
    select * from {{ ref('int_labelled_questions') }}
),

special_labels as (
    select * from {{ ref('special_labels') }}
),

questions as (
    select
        site,
        question_id,
        accepted_answer_id is not null as is_accepted
    from {{ ref('int_questions') }}
),

kinds as (
    select
        'categorised' as label_kind,
        0 as label_position
    union all
    select
        label as label_kind,
        position as label_position
    from special_labels
),

wanted as (
    select distinct
        labelled.question_set,
        kinds.label_kind,
        kinds.label_position
    from labelled
    cross join kinds
),

labelled_with_acceptance as (
    select
        labelled.*,
        questions.is_accepted
    from labelled
    left join questions
        on
            labelled.site = questions.site
            and labelled.question_id = questions.question_id
),

counted as (
    select
        wanted.question_set,
        wanted.label_kind,
        wanted.label_position,
        wanted.question_set || ': ' || wanted.label_kind as label_group,
        count(labelled.question_id) as n_with_label,
        count(labelled.is_accepted) as n_questions,
        count(*) filter (where labelled.is_accepted) as n_accepted,
        count(*) filter (where not labelled.is_accepted) as n_not_accepted
    from wanted
    left join labelled_with_acceptance as labelled
        on
            wanted.question_set = labelled.question_set
            and wanted.label_kind = labelled.label_kind
    group by all
)

select * from counted
