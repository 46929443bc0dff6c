-- Every form of the texts in which some rule may find its terms. A term that is
-- not in the whole text is in no part of it: such texts are left out before the
-- dear work. Two things make this unsure, and keep a text: a term with a blank
-- (dropped code leaves one) and a comment (it may end within code).
with candidates as (
    select * from {{ ref('int_variant_candidates') }}
),

posts as (
    select * from {{ ref('int_candidate_posts') }}
),

wanted as (
    select distinct
        site,
        question_id
    from candidates
),

whole as materialized (
    select
        wanted.site,
        wanted.question_id,
        contains(posts.body, '<!--') as has_comment,
        lower(posts.title) as title_text,
        lower(concat_ws(
            ' ', posts.title, {{ plain_text('posts.body', "'kept'") }}
        )) as kept_text
    from wanted
    inner join posts
        on
            wanted.site = posts.site
            and wanted.question_id = posts.question_id
),

possible as (
    select distinct
        whole.site,
        whole.question_id
    from whole
    inner join candidates
        on
            whole.site = candidates.site
            and whole.question_id = candidates.question_id
    where
        whole.has_comment
        or (
            (
                candidates.kind = 'tag'
                or {{ may_occur('whole.kept_text', 'candidates.value') }}
            )
            and (
                candidates.must_contain is null
                or {{ may_occur('whole.kept_text', 'candidates.must_contain') }}
            )
        )
),

texts as (
    select
        whole.site,
        whole.question_id,
        whole.title_text,
        whole.kept_text,
        lower(concat_ws(
            ' ',
            posts.title,
            {{ plain_text('posts.body', "'blocks_dropped'") }}
        )) as blocks_dropped_text,
        lower(concat_ws(
            ' ',
            posts.title,
            {{ plain_text('posts.body', "'all_dropped'") }}
        )) as all_dropped_text
    from whole
    inner join possible
        on
            whole.site = possible.site
            and whole.question_id = possible.question_id
    inner join posts
        on
            possible.site = posts.site
            and possible.question_id = posts.question_id
)

select * from texts
