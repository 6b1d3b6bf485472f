"""The only module of the console that imports a vendor, and only the one that is chosen."""

from console.client import Connection
from console.opsgenie import client as opsgenie
from service.deadline import Deadline
from service.parallel import Parallel
from service.settings import Settings
from service.transport.session import Session


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the chosen vendor's clients for one person."""
    return opsgenie.connect(settings, session, deadline, parallel)
