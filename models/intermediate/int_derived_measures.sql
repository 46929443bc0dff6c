-- Numbers of the paper that no other table shows.
with sets as (
    select * from {{ ref('question_set_definitions') }}
),

acceptance as (
    select * from {{ ref('int_acceptance') }}
),

all_questions as (
    select
        'all_questions' as question_set,
        100 * count(accepted_answer_id) / nullif(count(*), 0) as accepted_share
    from {{ ref('int_questions') }}
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
        pairs.question_set,
        max(tests.chi2) filter (where pairs.bound = 'least') as chi2_of_least,
        max(tests.chi2) filter (where pairs.bound = 'print') as chi2_of_print,
        max(tests.chi2) filter (where pairs.bound = 'most') as chi2_of_most
    from {{ ref('int_published_pairs') }} as pairs
    inner join {{ ref('int_published_proportion_tests') }} as tests
        on pairs.set_a = tests.set_a and pairs.set_b = tests.set_b
    group by pairs.question_set
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
