"""One simulated site: its data, who may ask, and how it behaves."""

import re
from collections.abc import Mapping

from local.jsm.callers import KEYS, TOKENS, OrganizationKey, Token
from local.jsm.faults import faults
from local.jsm.forms import too_many_requests
from local.jsm.quirks import Quirks
from local.jsm.sample_site import sample_site
from local.jsm.site import Site
from local.simulator.clock import Clock, now
from local.simulator.simulation import BaseSimulation, Call
from local.simulator.store import Item

READS_BY_POST = re.compile("/members/?$|/users/search/?$|^/gateway/api/graphql/?$")


class Simulation(BaseSimulation[Site]):
    """Hold one site and everything that a test may arrange around it."""

    def __init__(
        self,
        site: Item | None = None,
        tokens: Mapping[str, Token] = TOKENS,
        keys: Mapping[str, OrganizationKey] = KEYS,
        quirks: Quirks | None = None,
        now: Clock = now,
    ) -> None:
        self.quirks = quirks or Quirks()
        super().__init__(
            site if site is not None else sample_site(),
            Site,
            faults(lambda: self.quirks),
            lambda: too_many_requests(self.quirks),
        )
        self.tokens = tokens
        self.keys = keys
        self.now = now

    @property
    def writes(self) -> list[Call]:
        """List the requests so far that were not reads, of which some are by POST here."""
        return [call for call in super().writes if not READS_BY_POST.search(call.path)]
