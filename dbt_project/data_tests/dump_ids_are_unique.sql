{%- set ids = {
    ref('stg_posts'): 'post_id',
    ref('stg_users'): 'user_id',
    ref('stg_votes'): 'vote_id',
    ref('stg_comments'): 'comment_id',
    ref('stg_badges'): 'badge_id',
    ref('stg_post_history'): 'post_history_id',
    ref('stg_post_links'): 'post_link_id',
    ref('stg_tags'): 'tag_id',
} -%}
{%- for model, id in ids.items() %}
    select
        '{{ model.identifier }}' as model,
        site,
        {{ id }} as id,
        count(*) as n_rows
    from {{ model }}
    group by site, {{ id }}
    having count(*) > 1 or site is null or {{ id }} is null
    {{ 'union all' if not loop.last }}
{%- endfor %}
