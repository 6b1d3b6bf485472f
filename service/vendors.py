"""The only module that imports a vendor, and only the one that is chosen: the other's would lengthen a cold start."""

from collections.abc import Callable
from typing import NamedTuple

import requests

from service.client import Capabilities, Client
from service.deadline import Deadline
from service.parallel import Parallel
from service.settings import JSM, OPSGENIE, Settings
from service.transport.session import open_session as open_session_to

Connect = Callable[[Settings, requests.Session, Deadline, Parallel], Client]


class Vendor(NamedTuple):
    """What differs between the vendors' clients: what one can do, where it calls, and how it is made."""

    capabilities: Capabilities
    base_urls: tuple[str, ...]
    connect: Connect


def capabilities(settings: Settings) -> Capabilities:
    """Return what the chosen vendor can do."""
    return _chosen(settings).capabilities


def open_session(settings: Settings) -> requests.Session:
    """Return a session to the chosen vendor; raises SettingsError where the environment's proxy cannot be used."""
    return open_session_to(_chosen(settings).base_urls)


def connect(settings: Settings, session: requests.Session, deadline: Deadline, parallel: Parallel) -> Client:
    """Return the chosen vendor's client for one request."""
    return _chosen(settings).connect(settings, session, deadline, parallel)


def _chosen(settings: Settings) -> Vendor:
    (product,) = settings.products
    return _VENDORS[product](settings)


def _opsgenie(settings: Settings) -> Vendor:
    from service.opsgenie import client

    return Vendor(client.Opsgenie.capabilities, (settings.opsgenie_api_url,), client.connect)


def _jsm(settings: Settings) -> Vendor:
    from service.jsm import client

    return Vendor(client.capabilities(settings), client.base_urls(settings), client.connect)


_VENDORS = {OPSGENIE: _opsgenie, JSM: _jsm}
