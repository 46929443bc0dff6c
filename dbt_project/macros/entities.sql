{#- The names of HTML 4, and XML's apos, with the code points that HTML 5 gives
    them, in the same order (https://html.spec.whatwg.org/entities.json). -#}
{%- macro entity_names() -%}
    quot amp apos lt gt nbsp iexcl cent pound curren yen brvbar sect uml
    copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para
    middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute
    Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave
    Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times
    Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc
    atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute
    icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash
    ugrave uacute ucirc uuml yacute thorn yuml OElig oelig Scaron scaron
    Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota
    Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi
    omicron pi rho sigmaf sigma tau upsilon phi chi psi omega thetasym upsih
    piv ensp emsp thinsp zwnj zwj lrm rlm ndash mdash lsquo rsquo sbquo
    ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo
    rsaquo oline frasl euro image weierp real trade alefsym larr uarr rarr
    darr harr crarr lArr uArr rArr dArr hArr forall part exist empty nabla
    isin notin ni prod sum minus lowast radic prop infin ang and or cap cup
    int there4 sim cong asymp ne equiv le ge sub sup nsub sube supe oplus
    otimes perp sdot lceil rceil lfloor rfloor loz spades clubs hearts diams
    lang rang
{%- endmacro -%}


{%- macro entity_code_points() -%}
    34 38 39 60 62 160 161 162 163 164 165 166 167 168 169 170 171 172 173
    174 175 176 177 178 179 180 181 182 183 184 185 186 187 188 189 190 191
    192 193 194 195 196 197 198 199 200 201 202 203 204 205 206 207 208 209
    210 211 212 213 214 215 216 217 218 219 220 221 222 223 224 225 226 227
    228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245
    246 247 248 249 250 251 252 253 254 255 338 339 352 353 376 402 710 732
    913 914 915 916 917 918 919 920 921 922 923 924 925 926 927 928 929 931
    932 933 934 935 936 937 945 946 947 948 949 950 951 952 953 954 955 956
    957 958 959 960 961 962 963 964 965 966 967 968 969 977 978 982 8194
    8195 8201 8204 8205 8206 8207 8211 8212 8216 8217 8218 8220 8221 8222
    8224 8225 8226 8230 8240 8242 8243 8249 8250 8254 8260 8364 8465 8472
    8476 8482 8501 8592 8593 8594 8595 8596 8629 8656 8657 8658 8659 8660
    8704 8706 8707 8709 8711 8712 8713 8715 8719 8721 8722 8727 8730 8733
    8734 8736 8743 8744 8745 8746 8747 8756 8764 8773 8776 8800 8801 8804
    8805 8834 8835 8836 8838 8839 8853 8855 8869 8901 8968 8969 8970 8971
    9674 9824 9827 9829 9830 10216 10217
{%- endmacro -%}


{#- Decode HTML's character references in one pass, so that `&amp;lt;` becomes
    `&lt;`; an unknown name stays. -#}
{%- macro decode_entities(text) -%}
    {{ adapter.dispatch('decode_entities', 'stackstudy')(text) }}
{%- endmacro -%}

{%- macro duckdb__decode_entities(text) -%}
    array_to_string(list_transform(
        regexp_extract_all({{ text }}, '[^&]+|&#?[0-9A-Za-z]+;|&'),
        lambda piece: case
            when piece[1] != '&' then piece
            when piece = '&lt;' then '<'
            when piece = '&gt;' then '>'
            when piece = '&amp;' then '&'
            when regexp_full_match(piece, '&#[0-9]{1,8};')
                then {{ character('piece[3:-2]::bigint') }}
            when regexp_full_match(piece, '&#[xX][0-9A-Fa-f]{1,7};')
                then {{ character("('0x' || piece[4:-2])::bigint") }}
            else coalesce({{ named_character('piece[2:-2]') }}, piece)
        end
    ), '')
{%- endmacro -%}


{%- macro spark__decode_entities(text) -%}
    array_join(transform(
        regexp_extract_all({{ text }}, '[^&]+|&#?[0-9A-Za-z]+;|&', 0),
        piece -> case
            when left(piece, 1) != '&' then piece
            when piece = '&lt;' then '<'
            when piece = '&gt;' then '>'
            when piece = '&amp;' then '&'
            when piece rlike '^&#[0-9]{1,8};$'
                then {{ character('cast(substr(piece, 3, length(piece) - 3) as bigint)') }}
            when piece rlike '^&#[xX][0-9A-Fa-f]{1,7};$'
                then {{ character("cast(conv(substr(piece, 4, length(piece) - 4), 16, 10) as bigint)") }}
            else coalesce(
                {{ named_character('substr(piece, 2, length(piece) - 2)') }}, piece
            )
        end
    ), '')
{%- endmacro -%}


{#- The character of a code point; U+FFFD where there is none (0, a surrogate,
    beyond Unicode). -#}
{%- macro character(code_point) -%}
    case
        when {{ code_point }} between 1 and 55295 or {{ code_point }} between 57344 and 1114111
            then {{ from_code_point('(' ~ code_point ~ ')::integer') }}
        else {{ from_code_point('65533') }}
    end
{%- endmacro -%}


{#- The function chr of Spark ends at 255. -#}
{%- macro from_code_point(code_point) -%}
    {{ adapter.dispatch('from_code_point', 'stackstudy')(code_point) }}
{%- endmacro -%}

{%- macro duckdb__from_code_point(code_point) -%}
    chr({{ code_point }})
{%- endmacro -%}

{%- macro spark__from_code_point(code_point) -%}
    decode(unhex(lpad(hex({{ code_point }}), 8, '0')), 'utf-32')
{%- endmacro -%}


{%- macro named_character(name) -%}
    {{ adapter.dispatch('named_character', 'stackstudy')(name) }}
{%- endmacro -%}

{%- macro duckdb__named_character(name) -%}
    chr(
        [{{ entity_code_points().split() | join(', ') }}][
            list_position(['{{ entity_names().split() | join("', '") }}'], {{ name }})
        ]
    )
{%- endmacro -%}

{%- macro spark__named_character(name) -%}
    {{ from_code_point(
        "try_element_at(map_from_arrays(split('" ~ entity_names().split() | join(' ')
        ~ "', ' '), transform(split('" ~ entity_code_points().split() | join(' ')
        ~ "', ' '), code -> int(code))), " ~ name ~ ")"
    ) }}
{%- endmacro -%}
