"""Posts as HTML that executes and loads nothing, with code in colours."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygments.lexer import Lexer

_TAGS: Final = frozenset((
    *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1"),
    *("h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q"),
    *("s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "th"),
    *("thead", "tr", "tt", "u", "ul"),
))  # fmt: skip
"""What the sites let through in posts, and tables."""

_IMAGE: Final = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_CODE: Final = re.compile(r"<pre([^>]*)>\s*<code([^>]*)>(.*?)</code>\s*</pre>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'([a-z]+)="([^"]*)"')
_MARKUP: Final = re.compile(r"<[^>]*>")
_LANGUAGE: Final = re.compile(r"lang-([\w+#.-]+)")
_MOST_CODE: Final = 20_000
"""Characters of code that are coloured; a longer block (a log) is plain."""

_COMMENTS: Final = MarkdownIt("zero").enable(["backticks", "emphasis", "link", "escape", "entity"])
_FORMATTER: Final = HtmlFormatter(nowrap=True)


def safe_html(
    body: str, site: str, tags: Sequence[str] = (), *, with_images: bool = False
) -> Markup:
    """Return the HTML of a post for a page.

    Parameters
    ----------
    body : str
        As the dump has it, which may be anything.
    site : str
        Its links are relative to this host.
    tags : sequence of str
        Of the question; one of them may name the language of its code.
    with_images : bool
        Whether images are shown; otherwise there is a link to each.
    """
    clean = nh3.clean(
        body,
        tags=set(_TAGS),
        attributes={
            "a": {"href", "title"},
            "img": {"src", "alt"},
            "pre": {"class"},
            "code": {"class"},
        },
        attribute_filter=_kept,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https"},
        url_relative=("rewrite_with_base", f"https://{_host(site)}/"),
        link_rel="noopener noreferrer nofollow",
    )
    if not with_images:
        clean = _IMAGE.sub(_linked, clean)
    return Markup(_CODE.sub(lambda found: _coloured(found, tags), clean))  # noqa: S704 - clean


def safe_comment(text: str, site: str) -> Markup:
    """Return the Markdown of a comment as HTML for a page."""
    return safe_html(_COMMENTS.renderInline(text), site)


def code_css() -> str:
    """Return the colours of code, for light and dark screens."""
    light, dark = (
        HtmlFormatter(style=name).get_style_defs(".code") for name in ("xcode", "github-dark")
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _host(site: str) -> str:
    return site if re.fullmatch(r"[a-z0-9.-]+", site) else "stackexchange.com"


def _kept(tag: str, name: str, value: str) -> str | None:
    """Of classes only the language of code stays: others would be those of the page."""
    if name != "class":
        return value
    language = _LANGUAGE.search(value)
    return language[0] if tag in {"pre", "code"} and language else None


def _linked(image: re.Match[str]) -> str:
    said = dict(_ATTRIBUTE.findall(image[1]))
    described = f"image: {said['alt']}" if said.get("alt") else "image"
    address = said.get("src")
    if not address:
        return f"[{described}]"
    rel = 'target="_blank" rel="noopener noreferrer nofollow"'
    return f'<a class="image" href="{address}" {rel}>[{described}]</a>'


def _coloured(block: re.Match[str], tags: Sequence[str]) -> str:
    code = html.unescape(_MARKUP.sub("", block[3]))
    named = _LANGUAGE.search(f"{block[1]} {block[2]}")
    languages = [named[1]] if named else tags
    lexer = _lexer(languages) if len(code) <= _MOST_CODE else TextLexer(stripnl=False)
    return f'<pre class="code"><code>{highlight(code, lexer, _FORMATTER)}</code></pre>'


def _lexer(languages: Sequence[str]) -> Lexer:
    for name in languages:
        try:
            return get_lexer_by_name(name, stripnl=False)
        except ClassNotFound:
            continue
    return TextLexer(stripnl=False)
