"""The paper's figures from the authors' own package: their posts, sets and labels, our numbers."""
