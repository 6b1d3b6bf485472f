"""One simulated Opsgenie: its account, its keys, and how it behaves."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from local.opsgenie.account import Account, sample_account
from local.opsgenie.answers import too_many_requests
from local.opsgenie.faults import FAULTS, READ_FAULTS, WRITE_FAULTS
from local.opsgenie.quirks import Quirks
from local.samples import KEY
from local.simulator.simulation import BaseSimulation
from local.simulator.store import Item

# The rights that a key can have: https://support.atlassian.com/opsgenie/docs/api-key-management/
RIGHTS = frozenset({"read", "create_update", "delete", "configuration"})
KEYS: Mapping[str, frozenset[str]] = {
    KEY: RIGHTS,
    "read-only-key": frozenset({"read", "configuration"}),
}


class Simulation(BaseSimulation[Account]):
    """Hold one account and everything about it that a test may set."""

    def __init__(
        self,
        account: Item | None = None,
        keys: Mapping[str, frozenset[str]] | None = None,
        quirks: Quirks | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        faults = {**FAULTS, **READ_FAULTS, **WRITE_FAULTS}
        super().__init__(
            account if account is not None else sample_account(),
            Account,
            faults,
            lambda: too_many_requests(self.rate_period),
        )
        self.keys = KEYS if keys is None else keys
        self.quirks = quirks or Quirks()
        self.now = now or (lambda: datetime.now(UTC))

    @property
    def remembers(self) -> bool:
        """Whether the account before each change has to be kept: something answers late."""
        return self.quirks.ics == "stale" or self.quirks.blocked_query == "behind"
