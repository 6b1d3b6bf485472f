"""The vendors over which the suite of behaviour runs: one body of each test, the same assertions."""

from collections.abc import Iterator

import pytest

from tests.support.vendors.env import Env, Vendor
from tests.support.vendors.jsm import JSM
from tests.support.vendors.opsgenie import OPSGENIE
from tests.support.virtual_time import virtual_time


@pytest.fixture(params=[OPSGENIE, JSM], ids=lambda vendor: vendor.name)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each vendor's room of the suite in turn."""
    found: Vendor = request.param
    return found


@pytest.fixture
def env(vendor: Vendor) -> Iterator[Env]:
    """The sample account at each vendor in turn, in virtual time."""
    with virtual_time(threads=False):
        yield vendor.open()
