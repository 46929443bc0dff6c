"""Deciding and labelling by hand: from a question set to the decisions and labels of a study.

``sample`` populations, samples and their file · ``posts``, ``text``, ``rendering`` what a rater
reads · ``page`` where, ``journal`` what is said there, ``codebook`` the codes · ``sheet``,
``label_studio`` the same elsewhere · ``ratings`` what raters said, ``agreement`` kappa,
``adjudication`` what is final · ``show`` results on the terminal · ``commands`` the command line.

Nothing is imported here: a command loads only what it uses.
"""
