"""The paper's figures from the authors' own package: their posts, sets and labels, our numbers."""

from typing import Final

MARK: Final = "stackstudy replicate"
"""What the comment in a dump file of the authors' posts begins with."""
