"""Labelling by hand: from a question set to the labels of a study, by files that people fill.

``population`` what there is to draw from · ``draw`` a sample and its file · ``posts``, ``text``
what a rater reads · ``sheet`` the file a rater fills, ``ratings`` the same read again ·
``taxonomy`` the categories · ``agreement`` kappa and conflicts · ``resolution`` the labels ·
``acceptance`` what became of questions without a category · ``tables``, ``workbook`` CSV and xlsx
· ``sampling_commands``, ``commands`` the command line, with ``options`` and ``show``.

Nothing is imported here: a command loads only what it uses.
"""
