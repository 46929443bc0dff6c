{#- What every study of a topic measures, of a group of rows of `questions`: how
    popular its questions are, and how difficult. Rows without a question (of an
    outer join) count nothing. The counts and shares of three states: accepted;
    answered, but not accepted; without an answer. -#}
{%- macro question_measures() -%}
    count(questions.question_id) as n_questions,
        avg(questions.view_count) as mean_views,
        median_interval(
            list(questions.view_count)
            filter (where questions.view_count is not null)
        ) as middle_views,
        avg(questions.score) as mean_score,
        avg(questions.favorite_count) as mean_favorites,
        count(questions.favorite_count) as n_favorites_known,
        avg(coalesce(questions.answer_count, questions.n_answers_in_dump))
            as mean_answers,
        count(*) filter (where questions.is_answered) as n_answered,
        count(*) filter (where not questions.is_answered) as n_no_answer,
        count(*) filter (where questions.is_accepted) as n_accepted,
        count(*) filter (
            where questions.is_answered and not questions.is_accepted
        ) as n_answered_not_accepted,
        count(*) filter (where questions.is_self_answered) as n_self_answered,
        median_interval(
            list(questions.first_answer_minutes)
            filter (where questions.first_answer_minutes is not null)
        ) as middle_first_answer,
        median_interval(
            list(questions.response_minutes)
            filter (where questions.response_minutes >= 0)
        ) as middle_response,
        quantiles(
            list(questions.response_minutes) filter (
                where questions.response_minutes >= 0
                and questions.is_self_answered
            ),
            [0.5]
        )[1] as median_response_minutes_self_answered,
        quantiles(
            list(questions.response_minutes) filter (
                where questions.response_minutes >= 0
                and not questions.is_self_answered
            ),
            [0.5]
        )[1] as median_response_minutes_of_others,
        avg(questions.body_characters) as mean_body_characters,
        quantiles(
            list(questions.body_characters)
            filter (where questions.body_characters is not null),
            [0.5]
        )[1] as median_body_characters
{%- endmacro -%}


{#- The columns of the measures, from what `question_measures` made. -#}
{%- macro measure_columns() -%}
    n_questions,
        mean_views,
        middle_views.value as median_views,
        middle_views.ci_low as median_views_ci_low,
        middle_views.ci_high as median_views_ci_high,
        mean_score,
        mean_favorites,
        n_favorites_known,
        mean_answers,
        n_answered,
        n_no_answer,
        n_accepted,
        n_answered_not_accepted,
        n_self_answered,
        n_answered / nullif(n_questions, 0) as answered_share,
        n_no_answer / nullif(n_questions, 0) as no_answer_share,
        {{ wilson_limit('n_no_answer', 'n_questions', '-') }}
            as no_answer_share_ci_low,
        {{ wilson_limit('n_no_answer', 'n_questions', '+') }}
            as no_answer_share_ci_high,
        n_accepted / nullif(n_questions, 0) as accepted_share,
        (n_questions - n_accepted) / nullif(n_questions, 0)
            as no_accepted_share,
        {{ wilson_limit('(n_questions - n_accepted)', 'n_questions', '-') }}
            as no_accepted_share_ci_low,
        {{ wilson_limit('(n_questions - n_accepted)', 'n_questions', '+') }}
            as no_accepted_share_ci_high,
        n_answered_not_accepted / nullif(n_questions, 0)
            as answered_not_accepted_share,
        n_self_answered / nullif(n_accepted, 0) as self_answered_share,
        middle_first_answer.n as n_first_answers,
        middle_first_answer.value as median_first_answer_minutes,
        middle_first_answer.ci_low as median_first_answer_ci_low,
        middle_first_answer.ci_high as median_first_answer_ci_high,
        middle_response.n as n_response_times,
        middle_response.value as median_response_minutes,
        middle_response.ci_low as median_ci_low,
        middle_response.ci_high as median_ci_high,
        median_response_minutes_self_answered,
        median_response_minutes_of_others,
        mean_body_characters,
        median_body_characters
{%- endmacro -%}
