{#- Whether a term may occur in some part of a text: certainly not where the
    whole text lacks it. A term with a blank may, for a part that is left out
    leaves a blank behind. -#}
{%- macro may_occur(text, term) -%}
    (contains({{ term }}, ' ') or contains({{ text }}, {{ term }}))
{%- endmacro -%}
