-- Sets whose counts were published, paired as this study pairs them: as they
-- are printed, and at each bound of what the print leaves open.
with counts as (
    select * from {{ ref('published_counts') }}
),

set_pairs as (
    select * from {{ ref('int_set_pairs') }}
),

pairs as (
    select
        counts_a.published_set as set_a,
        counts_b.published_set as set_b,
        set_pairs.set_a || ' vs ' || set_pairs.set_b as question_set,
        counts_a.bound
    from set_pairs
    inner join counts as counts_a on set_pairs.set_a = counts_a.question_set
    inner join counts as counts_b
        on
            set_pairs.set_b = counts_b.question_set
            and counts_a.bound = counts_b.bound
)

select * from pairs
