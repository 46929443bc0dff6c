"""The form of a result, and what importing the room costs."""

import json
import subprocess
import sys

from analyses.statistics.results import Result
from analyses.statistics.survival import survival_curve


def test_results_are_ready_for_json():
    result = survival_curve([1.0, 2.0, 3.0], [1, 0, 1])
    assert isinstance(result, Result)
    read = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert read["time"] == [1.0, 2.0, 3.0]
    assert read["ci_low"][-1] is None


def _run(program):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_command_imports_neither_scipy_nor_statsmodels_before_it_computes():
    _run(
        "import importlib, pkgutil, sys, analyses.statistics as room\n"
        "for module in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module(f'{room.__name__}.{module.name}')\n"
        "import stackstudy\n"
        "found = {'scipy', 'statsmodels', 'pandas'} & set(sys.modules)\n"
        "assert not found, found\n"
    )


def test_no_function_imports_all_of_statsmodels():
    # statsmodels.api is twice the import of the parts that are used.
    _run(
        "import sys\n"
        "from analyses.statistics.clusters import design_effect\n"
        "from analyses.statistics.hazards import hazard_ratio\n"
        "from analyses.statistics.proportions import compare_proportions\n"
        "from analyses.statistics.multiplicity import holm\n"
        "from analyses.statistics.trends import poisson_trend\n"
        "from analyses.statistics.strata import mantel_haenszel\n"
        "from analyses.statistics.survival import log_rank\n"
        "one, other = ([1.0, 3.0], [1, 1]), ([2.0, 4.0], [1, 0])\n"
        "hazard_ratio(one, other), log_rank([one, other]), holm([0.1])\n"
        "compare_proportions(1, 3, 2, 4), poisson_trend([1, 2, 3], [1, 2, 5])\n"
        "mantel_haenszel(([1], [3]), ([2], [4])), design_effect([1, 2, 3], 'aab')\n"
        "found = {'statsmodels.api', 'statsmodels.formula.api'} & set(sys.modules)\n"
        "assert 'statsmodels' in sys.modules and not found, found\n"
    )
