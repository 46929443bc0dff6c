"""Statistics of a study: tests, effect sizes, intervals. Each function names its formula's source.

``proportions`` shares and their tests · ``strata`` shares adjusted for years · ``ranks``
Mann-Whitney, Cliff's delta, Hodges-Lehmann · ``quantiles`` medians with exact intervals ·
``clusters`` what is left when a few people give many answers · ``adjusted`` two sets by all of
these · ``survival`` Kaplan-Meier and log-rank · ``hazards`` Cox's model of two groups · ``trends``
Mann-Kendall and Poisson rates · ``correlations`` Spearman and Kendall · ``multiplicity`` Holm ·
``power`` what a comparison would have found · ``sampling`` sizes and draws · ``agreement`` Cohen's
kappa, Krippendorff's alpha.

What cannot be computed (an empty group, no variance) is ``None``, never 0 and never NaN. scipy and
statsmodels compute what they have; where a function is ours, its Notes say why. Both take a second
or two to import and are imported where they are called: no command waits for what it does not use.
"""
