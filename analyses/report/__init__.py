"""The report: one HTML file that holds everything it shows, made from the marts.

A section is a module of `analyses.report.sections` that turns `StudyResults` into a `Section` of
blocks; the templates know blocks only, so that a new section needs no new markup. The same blocks
become figures (`analyses.report.static`) and LaTeX tables (`analyses.report.latex`) for a paper.
"""
