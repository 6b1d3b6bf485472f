"""Fixtures for the report."""

from collections.abc import Iterator

import pytest

from tests.support.virtual_time import virtual_time


@pytest.fixture
def in_virtual_time() -> Iterator[None]:
    """Let no wait take any time."""
    with virtual_time(threads=False):
        yield
