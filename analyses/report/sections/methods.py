"""How the numbers were made, and who says that this is how to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.report import references as of
from analyses.report.blocks import Fold, Points, Prose, Section

if TYPE_CHECKING:
    from analyses.report.references import Reference
    from analyses.report.study import Study

_METHODS: tuple[tuple[str, str, tuple[Reference, ...]], ...] = (
    (
        "Shares",
        (
            "stand with Wilson’s score interval. Two shares are compared by χ² with Yates’"  # noqa: RUF001
            " correction (R’s prop.test), their difference has Newcombe’s interval, and its size is"  # noqa: RUF001
            " Cohen’s h."  # noqa: RUF001
        ),
        (of.WILSON, of.YATES, of.NEWCOMBE, of.COHEN_H),
    ),
    (
        "Response times",
        (
            "are compared by the Mann-Whitney U test with Cliff’s δ and its interval, and the"  # noqa: RUF001
            " Hodges-Lehmann shift. Medians have exact intervals from order statistics. Quantiles"
            " interpolate between neighbours (type 7, R’s own)."  # noqa: RUF001
        ),
        (
            of.MANN_WHITNEY,
            of.CLIFF,
            of.FENG_CLIFF,
            of.HODGES_LEHMANN,
            of.HOLLANDER,
            of.HAHN_MEEKER,
            of.FLOYD_RIVEST,
            of.JOHNSON_MIZOGUCHI,
        ),
    ),
    (
        "The wait",
        (
            "is Kaplan-Meier’s estimate with log-log intervals from Greenwood’s variance; its"  # noqa: RUF001
            " median has Brookmeyer and Crowley’s interval. Waits are compared by the log-rank"  # noqa: RUF001
            " test, with the hazard ratio estimated from it."
        ),
        (of.KAPLAN_MEIER, of.KALBFLEISCH, of.BROOKMEYER, of.PETO, of.BERRY),
    ),
    (
        "Trends",
        (
            "are the factor a year of a log-linear rate, whose quasi-Poisson interval allows for"
            " years that scatter more than chance counts do, and Mann-Kendall’s test with Sen’s"  # noqa: RUF001
            " slope."
        ),
        (of.MCCULLAGH, of.MANN, of.SEN),
    ),
    (
        "Samples",
        (
            "are as large as Cochran’s formula for a finite population asks, and are drawn by"  # noqa: RUF001
            " permanent random numbers, so that the same seed draws the same questions. Agreement"
            " of raters is Cohen’s κ."  # noqa: RUF001
        ),
        (of.COCHRAN, of.KREJCIE, of.OHLSSON, of.COHEN_KAPPA, of.FLEISS),
    ),
    (
        "Several tests of one table",
        "share their risk of error by Holm’s correction. Intervals hold 95% each, not together.",  # noqa: RUF001
        (of.HOLM,),
    ),
    (
        "Colours",
        "are those of Okabe and Ito, one a question set, with a marker of its own.",
        (of.OKABE_ITO,),
    ),
)


def methods(study: Study) -> Section:
    """List the methods, each with its sources."""
    del study
    sources = sorted(
        {source for _, _, sources in _METHODS for source in sources},
        key=lambda one: (one.authors, one.year),
    )
    items = tuple(
        Markup('<strong>{}</strong> {} <span class="rules">{}.</span>').format(
            name, text, "; ".join(source.short for source in sources)
        )
        for name, text, sources in _METHODS
    )
    blocks = (
        Prose(
            "Every number is computed by the tables of the database; the SQL stands below each"
            " chart and table, and the statistics call scipy and statsmodels where these have the"
            " method."
        ),
        Points(items),
        Fold("Sources of the methods", (Points(tuple(source.entry for source in sources)),)),
    )
    return Section("methods", "How the numbers were made", "Methods", blocks)
