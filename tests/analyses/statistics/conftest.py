"""Reference values: a test that takes `<group>_case` runs once for each case of that group.

The cases are what R printed, in tests/golden/statistics_r.json; reference.R says how to make it.
"""

import json
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "statistics_r.json"


def pytest_generate_tests(metafunc):
    for name in metafunc.fixturenames:
        if name.endswith("_case"):
            cases = json.loads(GOLDEN.read_text())["cases"][name.removesuffix("_case")]
            ids = [str(case["input"].get("name", index)) for index, case in enumerate(cases)]
            metafunc.parametrize(name, cases, ids=ids)


@pytest.fixture(scope="session")
def assert_near():
    """Assert equality up to floating point; None is equal to None only, sequences go by item."""

    def check(actual, expected, rel=1e-9, abs=1e-12):  # noqa: A002 - as pytest.approx calls it
        if isinstance(expected, (list, tuple)):
            assert len(actual) == len(expected)
            for one, other in zip(actual, expected, strict=True):
                check(one, other, rel, abs)
        elif expected is None:
            assert actual is None
        else:
            assert actual is not None
            assert actual == pytest.approx(expected, rel=rel, abs=abs)

    return check
