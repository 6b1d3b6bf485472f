"""Who asks: the tokens of people, the keys of the organization, and what each may do."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from local.jsm.answers import forbidden, unauthorized
from local.jsm.people import SEATS
from local.jsm.sample_site import TOKEN_OWNER
from local.jsm.site import Site, is_active
from local.simulator.store import Item

Scopes = frozenset[str]

CONFIG_READ, CONFIG_WRITE, CONFIG_DELETE = (
    f"{verb}:ops-config:jira-service-management" for verb in ("read", "write", "delete")
)
ALERT_READ = "read:ops-alert:jira-service-management"
USER_READ = "read:jira-user"
GRANULAR_USER_READ = frozenset(
    {"read:application-role:jira", "read:group:jira", "read:user:jira", "read:avatar:jira", "read:user.property:jira"}
)
# The names of Teams' scopes: UNVERIFIED.
TEAM_READ, TEAM_WRITE = "view:team:teams", "write:team:teams"
ADMIN_READ, ADMIN_WRITE, DIRECTORY_READ = "read:users:admin", "write:users:admin", "read:directories:admin"

READ_SCOPES = frozenset({CONFIG_READ, ALERT_READ, USER_READ, TEAM_READ})


@dataclass(frozen=True)
class Token:
    """An API token of a person; `scopes` None means one without scopes, which may do what its owner may."""

    owner: str
    scopes: Scopes | None = None


@dataclass(frozen=True)
class OrganizationKey:
    """A key of the organization; `scopes` None means one without scopes, which may do everything."""

    scopes: Scopes | None = None


TOKENS: Mapping[str, Token] = {
    "site-token": Token(TOKEN_OWNER),
    "no-delete-token": Token(TOKEN_OWNER, READ_SCOPES | {CONFIG_WRITE, TEAM_WRITE}),
    "read-token": Token(TOKEN_OWNER, READ_SCOPES),
    "operations-admin-token": Token("anders.lindqvist@example.com"),
    "blind-token": Token("selin.kaya@example.com"),
}
KEYS: Mapping[str, OrganizationKey] = {
    "org-key": OrganizationKey(),
    "scoped-org-key": OrganizationKey(frozenset({ADMIN_READ, ADMIN_WRITE, DIRECTORY_READ})),
    "read-org-key": OrganizationKey(frozenset({ADMIN_READ, DIRECTORY_READ})),
}


class Caller:
    """The person whose token is used, or nobody in particular for a key of the organization."""

    def __init__(self, scopes: Scopes | None, person: Item | None = None, *, seated: bool = False) -> None:
        self.scopes = scopes
        self.account_id: str = person["accountId"] if person else ""
        self.seated = seated
        role = person["operationsRole"] if person else "none"
        self.organization_admin = bool(person and person["platformRoles"])
        self.product_admin = role == "product-admin" or self.organization_admin
        self.operations_admin = role == "operations-admin" or self.product_admin
        self.browses_users = bool(person and person["browsesUsers"])

    def require_scopes(self, *alternatives: Scopes) -> None:
        """Raise 401, with its words, unless all scopes of one alternative are there."""
        if self.scopes is not None and not any(wanted <= self.scopes for wanted in alternatives):
            raise unauthorized("scope does not match")


def person_of(site: Site, tokens: Mapping[str, Token], authorization: str) -> Caller:
    """Find the owner of a token; raises 401 for any other credential, and where the owner is no longer active."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        email, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise unauthorized() from None
    token = tokens.get(secret)
    if scheme != "Basic" or token is None or token.owner != email.lower():
        raise unauthorized()
    person = site.people.find(token.owner, "email")
    if person is None or not is_active(person):
        raise unauthorized()
    seats = site.groups.find(SEATS, "name")
    return Caller(token.scopes, person, seated=bool(seats and person["accountId"] in seats["members"]))


def organization_of(keys: Mapping[str, OrganizationKey], authorization: str) -> Caller:
    """Find the key of the organization; raises 401 for any other credential."""
    scheme, _, secret = authorization.partition(" ")
    if scheme != "Bearer" or secret not in keys:
        raise unauthorized()
    return Caller(keys[secret].scopes)


def require_admin(caller: Caller, what: str) -> None:
    """Raise 403 unless the caller is an admin of Operations."""
    if not caller.operations_admin:
        raise forbidden(what)
