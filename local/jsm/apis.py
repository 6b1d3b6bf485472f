"""The five APIs of a site: where each is, who may ask it, and in which form it refuses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from local.jsm import (
    accounts,
    calendars,
    edge,
    graph,
    jira,
    on_calls,
    operations_teams,
    organizations,
    other_holders,
    own_pages,
    team_members,
    teams,
)
from local.jsm.answers import ApiError, no_operations, unauthorized
from local.jsm.callers import CONFIG_DELETE, CONFIG_READ, CONFIG_WRITE, Caller, organization_of, person_of
from local.jsm.context import Context, Route
from local.jsm.escalations import Escalations
from local.jsm.forms import Form, gateway, operations
from local.jsm.forms import jira as jira_form
from local.jsm.forwarding_rules import ForwardingRules
from local.jsm.overrides import Overrides
from local.jsm.rotations import Rotations
from local.jsm.routing_rules import RoutingRules
from local.jsm.schedules import Schedules
from local.jsm.simulation import Simulation

Authenticate = Callable[[Simulation, str], Caller]
SCOPES = {"GET": frozenset({CONFIG_READ}), "DELETE": frozenset({CONFIG_READ, CONFIG_DELETE})}
WRITE = frozenset({CONFIG_READ, CONFIG_WRITE})


@dataclass(frozen=True)
class Api:
    """One of the APIs; `admit` raises for a caller who must not ask it."""

    bases: tuple[str, ...]
    authenticate: Authenticate
    form: Form
    routes: Iterable[Route]
    admit: Callable[[Context, Route], None]
    invalid: int = 400  # the status for fields that cannot be accepted


def _person(simulation: Simulation, authorization: str) -> Caller:
    return person_of(simulation.store, simulation.tokens, authorization)


def _organization(simulation: Simulation, authorization: str) -> Caller:
    return organization_of(simulation.keys, authorization)


def _nobody(simulation: Simulation, authorization: str) -> Caller:  # noqa: ARG001
    return Caller(frozenset())


def _operations(context: Context, route: Route) -> None:
    context.caller.require_scopes(*(route.scopes or (SCOPES.get(route.method, WRITE),)))
    _require_cloud(context)
    if not (context.site.operations and context.caller.seated):
        raise no_operations()


def _require_cloud(context: Context) -> None:
    if context.variables.get("cloud", context.site.cloud_id) != context.site.cloud_id:
        raise ApiError(404, "No site exists with this cloudId")


def _jira(context: Context, route: Route) -> None:
    context.caller.require_scopes(*(route.scopes or ()))
    _require_cloud(context)


def _teams(context: Context, route: Route) -> None:
    if context.caller.scopes is not None and context.quirks.scoped_token_on_teams == "401":
        raise unauthorized("scope does not match")
    context.caller.require_scopes(*(route.scopes or ()))
    if context.variables.get("organization", context.site.organization_id) != context.site.organization_id:
        raise ApiError(404, "Organization not found", code="ORGANIZATION_NOT_FOUND")


def _scoped(context: Context, route: Route) -> None:
    if route.scopes:
        context.caller.require_scopes(*route.scopes)
    if context.quirks.user_management == "original" and route.path.startswith("/v2/"):
        raise ApiError(404, "Not Found")


def _unscoped(context: Context, route: Route) -> None:  # noqa: ARG001
    if context.caller.scopes is not None:
        raise ApiError(403, "A key with scopes cannot manage an account")


def _anybody(context: Context, route: Route) -> None:
    pass


OPERATIONS = Api(
    ("/jsm/ops/api/<raw:cloud>",),
    _person,
    operations,
    (
        *(
            route
            for entities in (
                Schedules(),
                Rotations(),
                Overrides(),
                Escalations(),
                RoutingRules(),
                ForwardingRules(),
            )
            for route in entities.routes()
        ),
        *on_calls.routes(),
        *calendars.routes(),
        *operations_teams.routes(),
        *other_holders.routes(),
        *own_pages.routes(),
    ),
    _operations,
    invalid=422,
)
JIRA = Api(
    ("/rest/api/3", "/rest/api/2", "/ex/jira/<raw:cloud>/rest/api/3"), _person, jira_form, (*jira.routes(),), _jira
)
TEAMS = Api(
    ("/gateway/api/public/teams/v1/org/<raw:organization>", "/public/teams/v1/org/<raw:organization>"),
    _person,
    gateway,
    (*teams.routes(), *team_members.routes()),
    _teams,
)
GRAPH = Api(("/gateway/api/graphql",), _person, gateway, (*graph.routes(),), _teams)
ORGANIZATIONS = Api(("/admin",), _organization, gateway, (*organizations.routes(), *accounts.routes()), _scoped)
MANAGED_ACCOUNTS = Api(("/users",), _organization, gateway, (*accounts.managed_routes(),), _unscoped)
EDGE = Api(("/_edge",), _nobody, gateway, (*edge.routes(),), _anybody)
OPERATIONS_OF_OAUTH = Api(("/ex/jira/<raw:cloud>/jsm/ops/api",), _nobody, gateway, (*edge.routes_of_oauth(),), _anybody)
APIS = (OPERATIONS, JIRA, TEAMS, GRAPH, ORGANIZATIONS, MANAGED_ACCOUNTS, EDGE, OPERATIONS_OF_OAUTH)
