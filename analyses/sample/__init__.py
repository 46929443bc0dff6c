"""A synthetic data dump, seeded and of any size, in the form of the official writer.

``writer`` writes one and ``command`` is its command line · ``official`` the form of the files ·
``shape`` what it is shaped like, and which effects are planted · ``chance`` seeded draws ·
``threads`` questions and what becomes of them · ``people`` who writes · ``crowd`` votes, comments,
badges, links · ``phrases``, ``wording`` what posts say · ``posts`` posts, revisions, tags ·
``study`` the study beside it.

Nothing is imported here: `stackstudy --help` writes no sample.
"""
