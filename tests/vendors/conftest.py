"""The vendors over which the suite of behaviour runs: one body of each test, the same assertions."""

import pytest

from tests.support.vendors.env import Vendor
from tests.support.vendors.jsm import JSM
from tests.support.vendors.opsgenie import OPSGENIE


@pytest.fixture(params=[OPSGENIE, JSM], ids=lambda vendor: vendor.name)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each vendor's room of the suite in turn."""
    found: Vendor = request.param
    return found
