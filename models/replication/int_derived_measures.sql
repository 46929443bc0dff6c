-- Printed numbers that no other table shows.
with sets as (
    select * from {{ ref('stg_question_sets') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

all_questions as (
    select
        'all_questions' as question_set,
        100 * sum(n_accepted) / sum(n_questions) as accepted_share
    from {{ ref('int_asked_counts') }}
    where question_set = 'all_questions' and period = 'year'
),

sums as (
    select
        unions.question_set,
        sum(acceptance.n_questions) as n_questions
    from sets as unions
    inner join sets as topics on unions.base_set = topics.base_set
    inner join acceptance on topics.question_set = acceptance.question_set
    where unions.kind = 'union' and topics.kind = 'topic'
    group by unions.question_set
),

published_tests as (
    select
        question_set,
        max(chi2) filter (where bound = 'least') as chi2_of_least,
        max(chi2) filter (where bound = 'print') as chi2_of_print,
        max(chi2) filter (where bound = 'most') as chi2_of_most
    from {{ ref('int_published_tests') }}
    group by question_set
),

measures as (
    {{ measure('accepted_share', 'accepted_share', 'all_questions') }}
    union all
    {{ measure('questions_counted_per_topic', 'n_questions', 'sums') }}
    union all
    {{ measure(
        'chi2_of_least_published_counts', 'chi2_of_least', 'published_tests'
    ) }}
    union all
    {{ measure(
        'chi2_of_printed_counts', 'chi2_of_print', 'published_tests'
    ) }}
    union all
    {{ measure(
        'chi2_of_most_published_counts', 'chi2_of_most', 'published_tests'
    ) }}
)

select * from measures
