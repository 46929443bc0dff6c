"""The report: one HTML file that holds everything it shows, made from the marts.

A section is a module of `analyses.report.sections` that turns a `Study` into a `Section` of blocks;
the templates know blocks only, so that a new section needs no new markup. The same blocks become
figures (`analyses.report.static`) and LaTeX tables (`analyses.report.latex`) for a paper.
"""

from analyses.report.document import Report, compose, render, write_report

__all__ = ["Report", "compose", "render", "write_report"]
