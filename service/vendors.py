"""The only module that imports a vendor, and only the one that is chosen: the other's would lengthen a cold start."""

from collections.abc import Callable
from typing import NamedTuple

from service.client import Capabilities, Client
from service.deadline import Deadline
from service.parallel import AT_ONCE, Parallel
from service.settings import JSM, OPSGENIE, Settings
from service.transport.session import Session
from service.transport.session import open_session as open_session_to

Connect = Callable[[Settings, Session, Deadline, Parallel], Client]


class Vendor(NamedTuple):
    """What differs between the vendors' clients: what one can do, where it calls, and how it is made."""

    capabilities: Capabilities
    base_urls: tuple[str, ...]
    at_once: int
    """Calls under way at the same time at most."""
    connect: Connect


def capabilities(settings: Settings) -> Capabilities:
    """Return what the chosen vendor can do."""
    return _chosen(settings).capabilities


def open_session(settings: Settings) -> Session:
    """Return a session to the chosen vendor; raises SettingsError where the environment's proxy cannot be used."""
    vendor = _chosen(settings)
    return open_session_to(vendor.base_urls, vendor.at_once)


def connect(settings: Settings, session: Session, deadline: Deadline, parallel: Parallel) -> Client:
    """Return the chosen vendor's client for one request."""
    return _chosen(settings).connect(settings, session, deadline, parallel)


def _chosen(settings: Settings) -> Vendor:
    (product,) = settings.products
    return _VENDORS[product](settings)


def _opsgenie(settings: Settings) -> Vendor:
    from service.opsgenie import client

    return Vendor(client.Opsgenie.capabilities, (settings.opsgenie_api_url,), AT_ONCE, client.connect)


def _jsm(settings: Settings) -> Vendor:
    from service.jsm import calls, client

    return Vendor(client.capabilities(settings), client.base_urls(settings), calls.AT_ONCE, client.connect)


_VENDORS = {OPSGENIE: _opsgenie, JSM: _jsm}
