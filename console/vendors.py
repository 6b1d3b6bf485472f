"""The only module of the console that imports a vendor, and only the one that is chosen."""

from console.client import Connection
from service.deadline import Deadline
from service.parallel import Parallel
from service.settings import JSM, OPSGENIE, Settings
from service.transport.session import Session


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the chosen vendor's clients for one person."""
    (product,) = settings.products
    return _VENDORS[product](settings, session, deadline, parallel)


def _opsgenie(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    from console.opsgenie import client

    return client.connect(settings, session, deadline, parallel)


def _jsm(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    from console.jsm import client

    return client.connect(settings, session, deadline, parallel)


_VENDORS = {OPSGENIE: _opsgenie, JSM: _jsm}
