"""A simulated Jira Service Management site: Operations, Jira, Teams, GraphQL and the organization, on one port.

Start it with `flask --app local.jsm run --port 5002`. The tokens and keys are in `callers`; people ask by Basic, as
`offboarding@example.com:site-token`, the organization by Bearer, as `org-key`.
"""

from local.jsm.migration import migrated
from local.jsm.quirks import Quirks
from local.jsm.sample_site import sample_site
from local.jsm.server import create_app
from local.jsm.simulation import Simulation
from local.simulator.faults import ConnectionDropped
from local.simulator.simulation import Call

__all__ = ["Call", "ConnectionDropped", "Quirks", "Simulation", "create_app", "migrated", "sample_site"]
