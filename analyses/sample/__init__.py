"""A synthetic data dump, seeded and of any size, in the form of the official writer.

``writer`` writes one and ``command`` is its command line · ``official`` the form of the files ·
``shape`` the figures that it follows, and the planted effects · ``chance`` seeded draws ·
``threads`` questions, answers and their times · ``people`` users · ``crowd`` votes, comments,
badges, links · ``phrases``, ``wording`` texts · ``posts`` posts, revisions, tags · ``study`` the
study beside it.

Nothing is imported here: `stackstudy --help` writes no sample.
"""
