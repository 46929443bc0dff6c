"""Statistics of a study: tests, effect sizes, intervals. Each function names its formula's source.

``proportions`` shares and their tests · ``baselines`` a share against a published one · ``ranks``
Mann-Whitney and Cliff's delta · ``shifts`` Hodges-Lehmann · ``quantiles`` medians with exact
intervals · ``survival`` Kaplan-Meier and log-rank · ``trends`` Mann-Kendall and Poisson rates ·
``multiplicity`` Holm · ``sampling`` sizes and draws · ``agreement`` Cohen's kappa · ``tables`` what
dbt's Python models call.

What cannot be computed (an empty group, no variance) is ``None``, never 0 and never NaN. Nothing is
imported here: dbt's models load only what they use.
"""
