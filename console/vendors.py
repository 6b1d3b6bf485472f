"""The only module of the console that imports a vendor, and only the one that is chosen."""

from console.client import Connection
from service.deadline import Deadline
from service.parallel import Parallel
from service.settings import OPSGENIE, Settings, SettingsError
from service.transport.session import Session


def check(settings: Settings) -> None:
    """Raise SettingsError for a product that the commands do not know."""
    if settings.products != (OPSGENIE,):
        raise SettingsError(
            f"PRODUCT={','.join(settings.products)} is for the API alone: the commands know only {OPSGENIE}"
        )


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Connection:
    """Return the chosen vendor's clients for one person."""
    from console.opsgenie import client

    return client.connect(settings, session, deadline, parallel)
