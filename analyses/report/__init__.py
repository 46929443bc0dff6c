"""The report: one HTML file that holds everything it shows, made from the marts.

A section is a module of `analyses.report.sections` that turns a `Study` into a `Section` of blocks;
the templates know blocks only, so that a new section needs no new markup.
"""

from analyses.report.document import render, write_report

__all__ = ["render", "write_report"]
