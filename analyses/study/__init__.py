"""What a study is: reads and checks a study folder, and hands it to the models.

``study`` the folder and all that is in it · ``sets`` question sets and rules · ``decisions``,
``labels``, ``published`` what people decided, labelled and printed · ``yml``, ``rows`` values with
their places · ``slips`` what is wrong and how to mend it · ``options`` the option ``--study``.
"""

from analyses.study.options import study_option
from analyses.study.study import Study, find_study, read_study, shipped_studies, unknown_sites

__all__ = [
    "Study",
    "find_study",
    "read_study",
    "shipped_studies",
    "study_option",
    "unknown_sites",
]
