"""Study folders: read, checked, and handed to the models.

``study`` the folder and all that is in it · ``sets`` question sets and rules · ``decisions``,
``labels``, ``published`` what people decided, labelled and printed · ``yml``, ``rows`` values with
their places · ``slips`` what is wrong and how to mend it · ``models``, ``preview`` what a study
would find · ``starter`` new folders · ``options`` the option ``--study``.
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
