"""A simulated Opsgenie: its REST API over one account in memory, with the refusals of the real one.

Start it with `flask --app local.opsgenie run --port 5001`; the keys are "local-key" and "read-only-key".
"""

from local.opsgenie.account import sample_account
from local.opsgenie.quirks import Quirks
from local.opsgenie.server import create_app
from local.opsgenie.simulation import Simulation
from local.simulator.faults import ConnectionDropped
from local.simulator.simulation import Call

__all__ = ["Call", "ConnectionDropped", "Quirks", "Simulation", "create_app", "sample_account"]
