"""The ids of a site, its organization and the token's owner: they never change, and are asked for once a process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import requests

from service import parsing as fields
from service.errors import (
    BadRequestError,
    MissingScopeError,
    NotFoundError,
    UnauthorizedError,
    UnexpectedResponseError,
    UnknownKeyError,
)
from service.jsm.calls import Calls
from service.jsm.directory import Directory
from service.jsm.settings import JsmSettings
from service.parallel import Parallel
from service.parsing import Json
from service.transport.call import Transport

QUERY = (
    "query TenantContext($hostNames: [String!]!) { tenantContexts(hostNames: $hostNames) { cloudId orgId hostName } }"
)
"""Asks for both ids at once; no REST call gives the organization's."""

NO_ORGANIZATION = "the site does not tell the id of its organization: set JSM_ORG_ID to it"


@dataclass(frozen=True)
class SiteIds:
    """The ids."""

    cloud_id: str
    org_id: str
    own_id: str
    """The account id of the token's owner."""


_known: "WeakKeyDictionary[requests.Session, SiteIds]" = WeakKeyDictionary()
_asking = threading.Lock()


def site_ids(settings: JsmSettings, session: requests.Session, transport: Transport, parallel: Parallel) -> SiteIds:
    """Return the ids, as a session's process knows them; `transport` is the site's."""
    with _asking:
        if session not in _known:
            reads: list[Callable[[], Any]] = [partial(_tenant, settings, transport), Directory(transport).own_id]
            (cloud_id, org_id), own_id = parallel.run(reads)
            _known[session] = SiteIds(cloud_id, org_id, own_id)
        return _known[session]


def _tenant(settings: JsmSettings, transport: Transport) -> tuple[str, str]:
    if settings.org_id:
        return settings.cloud_id or _Tenant(transport).cloud_id(), settings.org_id
    cloud_id, org_id = _Tenant(transport).context(settings.site)
    if settings.cloud_id and settings.cloud_id.lower() != cloud_id.lower():
        raise UnexpectedResponseError(f"JSM_CLOUD_ID is another site's: that of {settings.site} is {cloud_id}")
    return cloud_id, org_id


class _Tenant(Calls):
    def cloud_id(self) -> str:
        """Get the id of the site, which needs no credential."""
        return self._get("the id of the site", lambda data: fields.text(data, "cloudId"), "_edge", "tenant_info")

    def context(self, site: str) -> tuple[str, str]:
        """Get the ids of the site and of its organization; a refusal is a 200 with `errors`."""
        body = {"operationName": "TenantContext", "query": QUERY, "variables": {"hostNames": [site]}}
        what, path = "the id of the organization", ("gateway", "api", "graphql")
        try:
            answer = self._request("POST", what, *path, body=body, only_reads=True)
        except (MissingScopeError, UnknownKeyError):
            raise
        except (BadRequestError, NotFoundError, UnauthorizedError) as error:
            raise UnexpectedResponseError(NO_ORGANIZATION) from error
        if answer.get("errors"):
            raise UnexpectedResponseError(NO_ORGANIZATION)
        with fields.parsing(what):
            known = [one for one in fields.part(answer, "data")["tenantContexts"] or [] if one]
            # A single one may have another of the site's names.
            its_own = [one for one in known if len(known) == 1 or one["hostName"] == site]
            if not its_own:
                raise UnexpectedResponseError(f"Atlassian knows no site {site}: check JSM_SITE")
            return _ids(its_own[0])


def _ids(context: Json) -> tuple[str, str]:
    return fields.text(context, "cloudId"), fields.text(context, "orgId")
