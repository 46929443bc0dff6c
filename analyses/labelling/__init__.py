"""Labelling by hand: from a question set to the labels of a study, by files that people fill.

``sample`` populations, samples and their file · ``posts``, ``text`` what a rater reads · ``sheet``
the file a rater fills, ``ratings`` the same file read back · ``agreement`` kappa and conflicts ·
``adjudication`` the labels · ``show`` results on the terminal · ``commands`` the command line.

Nothing is imported here: a command loads only what it uses.
"""
