"""A question set, or the dataset of a study, as files that can be passed on."""

from typing import Final

FORMATS: Final = ("parquet", "csv", "jsonl", "xlsx")
"""Forms in which an export can be written."""
