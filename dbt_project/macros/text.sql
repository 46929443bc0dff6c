{#- Text of a post without its markup, and whether a term occurs in it. Pure
    expressions: no table is read. -#}

{#- Title and body as a rule searches them: plain text in lower case. -#}
{%- macro searched_text(title, body, code) -%}
    {%- set text = plain_text(body, code) -%}
    {{ lower_case("concat_ws(' ', " ~ title ~ ", " ~ text ~ ")") }}
{%- endmacro -%}


{#- Markup out, code as the rule says, entities decoded. What separates words on
    the page leaves a blank. -#}
{%- macro plain_text(body, code) -%}
    {%- set blocks = 'p|pre|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|blockquote'
        ~ '|table|thead|tbody|tr|td|th' -%}
    {%- set text = replaced(without_code(body, code), '<!--.*?-->', "''") -%}
    {%- set block = '(?i)</?(' ~ blocks ~ ')(\\s[^>]*)?/?>' -%}
    {%- set text = replaced(text, block, "' '") -%}
    {{ decode_entities(replaced(text, '</?[A-Za-z][^>]*>', "''")) }}
{%- endmacro -%}


{#- 'blocks_dropped' means the bare <pre><code> of Markdown: a block that names
    its language carries attributes and stays, as in the published sets. Stack
    Exchange nests no pre in a pre, and no code in a code. -#}
{%- macro without_code(body, code) -%}
    {%- if code == 'blocks_dropped' -%}
        {{ replaced(body, '<pre><code>.*?</code></pre>', "' '") }}
    {%- elif code == 'all_dropped' -%}
        {%- set text = replaced(body, '(?i)<pre(\\s[^>]*)?>.*?</pre>', "' '") -%}
        {{ replaced(text, '(?i)<code(\\s[^>]*)?>.*?</code>', "' '") }}
    {%- else -%}
        {{ body }}
    {%- endif -%}
{%- endmacro -%}


{#- A term in a text, both in lower case: as a substring, as a word (`ios` is in
    `(ios)` and not in `ios13`), or as a token (between white space). The cheap
    test comes first: most texts end there. -#}
{%- macro term_occurs(text, term, match) -%}
    case
        when not contains({{ text }}, {{ term }}) then false
        when {{ match }} = 'substring' then true
        when {{ match }} = 'word'
            then contains({{ words_apart(text) }}, {{ words_apart(term) }})
        when {{ match }} = 'token' then contains(
            ' ' || {{ single_blanks(text) }} || ' ', ' ' || {{ term }} || ' '
        )
    end
{%- endmacro -%}


{#- What stands around each occurrence of a term, and the terms: enough to tell
    words and tokens, and short. Two kinds of terms need the whole text: one with
    a blank, for which any white space stands, and one whose end is its
    beginning, which may overlap itself. No dump can hold U+001F. Spark looks at
    the text itself. -#}
{%- macro around(text, term) -%}
    {{ adapter.dispatch('around', 'stackstudy')(text, term) }}
{%- endmacro -%}

{%- macro spark__around(text, term) -%} {{ text }} {%- endmacro -%}

{%- macro duckdb__around(text, term) -%}
    case
        when
            contains({{ term }}, ' ')
            or len(list_filter(
                range(1, length({{ term }})),
                lambda n: {{ term }}[:n] = {{ term }}[-n:]
            )) > 0
            then {{ text }}
        else replace(
            array_to_string(list_transform(
                string_split({{ text }}, {{ term }}),
                lambda piece: concat(
                    left(piece, 1),
                    case when piece != '' then ' ' end,
                    right(piece, 1)
                )
            ), chr(31)),
            chr(31), {{ term }}
        )
    end
{%- endmacro -%}


{#- Words, and every other character by itself, each between marks that no dump
    can hold: XML has no U+001F. -#}
{%- macro words_apart(text) -%}
    {{ replaced(
        text,
        '[\\p{L}\\p{M}\\p{N}_]+|[^\\p{L}\\p{M}\\p{N}_]',
        "chr(31) || '\\0' || chr(31)"
    ) }}
{%- endmacro -%}


{#- Any run of white space, as Python's str.split() knows it, becomes one
    blank. -#}
{%- macro single_blanks(text) -%}
    {{ replaced(
        text, '[\\x{09}-\\x{0D}\\x{1C}-\\x{20}\\x{85}\\p{Z}]+', "' '"
    ) }}
{%- endmacro -%}
