"""Where the tiles of a treemap lie, and which words fit into them: what Plotly's own will be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZES = (12, 11, 10)
"""Pixels of letters, the largest that fits first; what fits in none of them is left out."""

_LINE = 1.3
"""Height of a line; its letters' size is 1 (Plotly)."""

_EDGE = 3
"""Pixels between a tile's edge and its text (Plotly)."""

# Widths of the letters of DejaVu Sans, the widest of the fonts that figures are drawn in, where the
# letters' size is 1; one that is not listed is taken to be as wide as an n.
_WIDTHS = {
    **dict.fromkeys("ijlI'", 0.3),
    **dict.fromkeys(" \N{NO-BREAK SPACE}.,:;|!/", 0.34),
    **dict.fromkeys("ft()-", 0.4),
    "r": 0.42,
    **dict.fromkeys("cszJ", 0.55),
    **dict.fromkeys("kvxyFLT", 0.61),
    **dict.fromkeys("ABCDEGHKNOPQRSUVXYZ", 0.77),
    **dict.fromkeys("wmMW%@", 0.99),
}
_WIDTH = 0.64


@dataclass
class Tile:
    """A tile: its value, the tiles in it, and its place once it has one.

    Attributes
    ----------
    value : float
    children : list of Tile
    x, y, width, height : float
        Pixels from the left and from the top.
    """

    value: float
    children: list[Tile] = field(default_factory=list)
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0


@dataclass(frozen=True)
class Words:
    """The text of a tile in lines that fit, and the size of its letters."""

    lines: tuple[str, ...]
    size: int


def place(root: Tile, *, gap: float, head: float, side: float) -> None:
    """Give every tile below a root its place; the root's own is known.

    Parameters
    ----------
    root : Tile
    gap : float
        Pixels between two tiles.
    head : float
        Pixels above the tiles that a tile holds.
    side : float
        Pixels beside and below them.

    Notes
    -----
    Squarified: M. Bruls, K. Huizing, J. J. van Wijk, "Squarified Treemaps", Data Visualization
    2000, https://doi.org/10.1007/978-3-7091-6783-0_4; in the steps of d3-hierarchy, which Plotly
    uses, with its paddings.
    """
    if not root.children:
        return
    half = gap / 2
    _squarify(
        sorted(root.children, key=lambda tile: -tile.value),
        root.x + side - half,
        root.y + head - half,
        max(root.width - 2 * side + gap, 0),
        max(root.height - head - side + gap, 0),
    )
    for tile in root.children:
        tile.x += half
        tile.y += half
        tile.width = max(tile.width - gap, 0)
        tile.height = max(tile.height - gap, 0)
        place(tile, gap=gap, head=head, side=side)


def _squarify(tiles: Sequence[Tile], x: float, y: float, width: float, height: float) -> None:
    """Lay tiles in rows along the shorter side, each row as square as it can be."""
    rest = sum(tile.value for tile in tiles)
    start = 0
    while start < len(tiles) and width > 0 and height > 0:
        scale = max(height / width, width / height) / rest
        end = start + 1
        worst = _worst(tiles[start:end], scale)
        while end < len(tiles) and (wider := _worst(tiles[start : end + 1], scale)) <= worst:
            worst, end = wider, end + 1
        row = tiles[start:end]
        total = sum(tile.value for tile in row)
        if width < height:
            depth = height * total / rest
            at = x
            for tile in row:
                tile.x, tile.y, tile.height = at, y, depth
                tile.width = width * tile.value / total
                at += tile.width
            y, height = y + depth, height - depth
        else:
            depth = width * total / rest
            at = y
            for tile in row:
                tile.x, tile.y, tile.width = x, at, depth
                tile.height = height * tile.value / total
                at += tile.height
            x, width = x + depth, width - depth
        rest -= total
        start = end


def _worst(row: Sequence[Tile], scale: float) -> float:
    """Ratio of the sides of a row's least square tile."""
    values = [tile.value for tile in row]
    beta = sum(values) ** 2 * scale
    return max(max(values) / beta, beta / min(values))


def fit(choices: Sequence[Sequence[str]], width: float, height: float) -> Words | None:
    """Break text into lines that fit into a tile.

    Parameters
    ----------
    choices : sequence of sequence of str
        Texts, the best one first; each is of parts that begin a line of their own.
    width, height : float
        Pixels of the tile.

    Returns
    -------
    Words or None
        The best text that fits, in the largest letters; None where none does.
    """
    for parts in choices:
        for size in SIZES:
            room = (width - 2 * _EDGE) / size
            lines = [line for part in parts for line in in_lines(part, room)]
            fits = all(text_width(line) <= room for line in lines)
            if fits and _LINE * size * len(lines) + 2 * _EDGE <= height:
                return Words(tuple(lines), size)
    return None


def text_width(text: str) -> float:
    """Width of a line where letters are 1 large, an upper bound for common fonts."""
    return sum(_WIDTHS.get(letter, _WIDTH) for letter in text)


def in_lines(text: str, room: float) -> Iterator[str]:
    """Break a text at blanks, and after slashes and hyphens, as wide as there is room."""
    line = ""
    for word in _pieces(text):
        if line and text_width((line + word).rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += word
    yield line.rstrip()


def _pieces(text: str) -> list[str]:
    marked = text
    for mark in (" ", "/", "-"):
        marked = marked.replace(mark, f"{mark}\n")
    return marked.split("\n")
