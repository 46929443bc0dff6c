"""What the report refers to: the sources of its methods, each with its DOI where it has one."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Reference:
    """A publication.

    Attributes
    ----------
    authors : str
    year : int
    title : str
    where : str
        Journal or publisher, with volume and pages.
    doi : str
        Without its resolver; empty where there is none.
    """

    authors: str
    year: int
    title: str
    where: str
    doi: str = ""

    @property
    def short(self) -> str:
        """Name it in a sentence: Wilson (1927)."""
        return f"{self.authors} ({self.year})"

    @property
    def entry(self) -> Markup:
        """Write it as a list of references does."""
        said = Markup("{} ({}). {}. <i>{}</i>.").format(
            self.authors, self.year, self.title, self.where
        )
        if self.doi:
            said += Markup(' <a href="https://doi.org/{0}" rel="noreferrer">doi:{0}</a>').format(
                self.doi
            )
        return said


STUDY = Reference(
    "Chen, Cao, Liu, Wang, Xie and Liu",
    2020,
    "A comprehensive study on challenges in deploying deep learning based software",
    "ESEC/FSE 2020, 750–762",  # noqa: RUF001
    "10.1145/3368089.3409759",
)
WILSON = Reference(
    "Wilson",
    1927,
    "Probable inference, the law of succession, and statistical inference",
    "Journal of the American Statistical Association 22, 209–212",  # noqa: RUF001
    "10.1080/01621459.1927.10502953",
)
YATES = Reference(
    "Yates",
    1934,
    "Contingency tables involving small numbers and the χ² test",
    "Supplement to the Journal of the Royal Statistical Society 1, 217–235",  # noqa: RUF001
    "10.2307/2983604",
)
NEWCOMBE = Reference(
    "Newcombe",
    1998,
    "Interval estimation for the difference between independent proportions",
    "Statistics in Medicine 17, 873–890",  # noqa: RUF001
    "10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
)
COHEN_H = Reference(
    "Cohen",
    1988,
    "Statistical power analysis for the behavioral sciences, 2nd ed., section 6.2",
    "Lawrence Erlbaum",
    "10.4324/9780203771587",
)
HOLM = Reference(
    "Holm",
    1979,
    "A simple sequentially rejective multiple test procedure",
    "Scandinavian Journal of Statistics 6, 65–70",  # noqa: RUF001
)
MANN_WHITNEY = Reference(
    "Mann and Whitney",
    1947,
    "On a test of whether one of two random variables is stochastically larger than the other",
    "Annals of Mathematical Statistics 18, 50–60",  # noqa: RUF001
    "10.1214/aoms/1177730491",
)
CLIFF = Reference(
    "Cliff",
    1993,
    "Dominance statistics: ordinal analyses to answer ordinal questions",
    "Psychological Bulletin 114, 494–509",  # noqa: RUF001
    "10.1037/0033-2909.114.3.494",
)
FENG_CLIFF = Reference(
    "Feng and Cliff",
    2004,
    "Monte Carlo evaluation of ordinal d with improved confidence interval",
    "Journal of Modern Applied Statistical Methods 3, 322–332",  # noqa: RUF001
    "10.22237/jmasm/1099267560",
)
HODGES_LEHMANN = Reference(
    "Hodges and Lehmann",
    1963,
    "Estimates of location based on rank tests",
    "Annals of Mathematical Statistics 34, 598–611",  # noqa: RUF001
    "10.1214/aoms/1177704172",
)
HOLLANDER = Reference(
    "Hollander, Wolfe and Chicken",
    2014,
    "Nonparametric statistical methods, 3rd ed., section 4.3",
    "Wiley",
    "10.1002/9781119196037",
)
FLOYD_RIVEST = Reference(
    "Floyd and Rivest",
    1975,
    "Expected time bounds for selection",
    "Communications of the ACM 18, 165–172",  # noqa: RUF001
    "10.1145/360680.360691",
)
JOHNSON_MIZOGUCHI = Reference(
    "Johnson and Mizoguchi",
    1978,
    "Selecting the Kth element in X + Y and X1 + X2 + … + Xm",
    "SIAM Journal on Computing 7, 147–153",  # noqa: RUF001
    "10.1137/0207013",
)
HAHN_MEEKER = Reference(
    "Hahn and Meeker",
    1991,
    "Statistical intervals, section 5.2",
    "Wiley",
    "10.1002/9780470316771",
)
KAPLAN_MEIER = Reference(
    "Kaplan and Meier",
    1958,
    "Nonparametric estimation from incomplete observations",
    "Journal of the American Statistical Association 53, 457–481",  # noqa: RUF001
    "10.1080/01621459.1958.10501452",
)
KALBFLEISCH = Reference(
    "Kalbfleisch and Prentice",
    2002,
    "The statistical analysis of failure time data, 2nd ed.",
    "Wiley",
    "10.1002/9781118032985",
)
BROOKMEYER = Reference(
    "Brookmeyer and Crowley",
    1982,
    "A confidence interval for the median survival time",
    "Biometrics 38, 29–41",  # noqa: RUF001
    "10.2307/2530286",
)
PETO = Reference(
    "Peto and Peto",
    1972,
    "Asymptotically efficient rank invariant test procedures",
    "Journal of the Royal Statistical Society A 135, 185–207",  # noqa: RUF001
    "10.2307/2344317",
)
BERRY = Reference(
    "Berry, Kitchin and Mock",
    1991,
    "A comparison of two simple hazard ratio estimators based on the logrank test",
    "Statistics in Medicine 10, 749–755",  # noqa: RUF001
    "10.1002/sim.4780100510",
)
MANN = Reference(
    "Mann",
    1945,
    "Nonparametric tests against trend",
    "Econometrica 13, 245–259",  # noqa: RUF001
    "10.2307/1907187",
)
SEN = Reference(
    "Sen",
    1968,
    "Estimates of the regression coefficient based on Kendall’s tau",  # noqa: RUF001
    "Journal of the American Statistical Association 63, 1379–1389",  # noqa: RUF001
    "10.1080/01621459.1968.10480934",
)
MCCULLAGH = Reference(
    "McCullagh and Nelder",
    1989,
    "Generalized linear models, 2nd ed., chapter 6",
    "Chapman and Hall",
    "10.1007/978-1-4899-3242-6",
)
COCHRAN = Reference(
    "Cochran",
    1977,
    "Sampling techniques, 3rd ed.",
    "Wiley, ISBN 978-0-471-16240-7",
)
KREJCIE = Reference(
    "Krejcie and Morgan",
    1970,
    "Determining sample size for research activities",
    "Educational and Psychological Measurement 30, 607–610",  # noqa: RUF001
    "10.1177/001316447003000308",
)
OHLSSON = Reference(
    "Ohlsson",
    1995,
    "Coordination of samples using permanent random numbers",
    "Business survey methods, chapter 9, Wiley",
    "10.1002/9781118150504.ch9",
)
COHEN_KAPPA = Reference(
    "Cohen",
    1960,
    "A coefficient of agreement for nominal scales",
    "Educational and Psychological Measurement 20, 37–46",  # noqa: RUF001
    "10.1177/001316446002000104",
)
FLEISS = Reference(
    "Fleiss, Cohen and Everitt",
    1969,
    "Large sample standard errors of kappa and weighted kappa",
    "Psychological Bulletin 72, 323–327",  # noqa: RUF001
    "10.1037/h0028106",
)
OKABE_ITO = Reference(
    "Okabe and Ito",
    2008,
    "Color universal design: how to make figures that are friendly to colorblind people",
    "University of Tokyo",
)
