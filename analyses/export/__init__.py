"""A question set, or the dataset of a study, as files that can be passed on."""

from typing import Final

FORMATS: Final = ("parquet", "csv", "jsonl", "xlsx", "corpus", "corpus-jsonl")
"""Forms in which an export can be written."""

LANGUAGES: Final = (
    *("arabic", "catalan", "czech", "danish", "dutch", "english", "finnish", "french", "german"),
    *("greek", "hindi", "hungarian", "indonesian", "italian", "norwegian", "persian", "polish"),
    *("portuguese", "romanian", "russian", "spanish", "swedish", "turkish"),
)
"""Languages whose words a corpus can cut to stems."""
