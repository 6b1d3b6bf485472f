"""The only module that imports a vendor, and only the one that is chosen."""

import requests

from service.client import Capabilities, Client
from service.deadline import Deadline
from service.opsgenie import client as opsgenie
from service.parallel import Parallel
from service.settings import Settings
from service.transport.session import open_session as open_session_to


def capabilities(settings: Settings) -> Capabilities:  # noqa: ARG001 -- there is one vendor so far
    """Return what the chosen vendor can do."""
    return opsgenie.Opsgenie.capabilities


def open_session(settings: Settings) -> requests.Session:
    """Return a session to the chosen vendor; raises SettingsError where the environment's proxy cannot be used."""
    return open_session_to((settings.opsgenie_api_url,))


def connect(settings: Settings, session: requests.Session, deadline: Deadline, parallel: Parallel) -> Client:
    """Return the chosen vendor's client for one request."""
    return opsgenie.connect(settings, session, deadline, parallel)
