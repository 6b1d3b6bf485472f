"""Read the people of a site as the report needs them: their names from Jira, their states from the organization."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from console.jsm.apis import ConsoleApis
from console.jsm.organization import ConsoleOrganization
from console.report.inventory import User
from service import parsing as fields
from service.errors import OutOfTimeError, ServiceError
from service.jsm.directory import BULK, is_human
from service.jsm.organization import LIMIT
from service.model import Person
from service.parallel import Parallel
from service.parsing import Json

INACTIVE = "inactive"
"""Jira's word for somebody who is suspended, deactivated or removed: it does not tell which."""

UNTOLD = "whether an inactive person is suspended, deactivated or removed"
NO_KEY = f"{UNTOLD}: only the organization tells, and JSM_ORG_KEY is not set"
NOT_SHOWN = "who can no longer be called, and people's names: Jira shows none of the accounts"

Read = tuple[dict[str, User], tuple[str, ...]]


def read_users(apis: ConsoleApis, parallel: Parallel, ids: Iterable[str]) -> Read:
    """Read the users with these account ids; returns those who have an account, and what could not be read."""
    named = {*ids}
    others = sorted(named - {apis.own_id})
    # The token's owner has an account: an answer without it says nothing of the others.
    starts = range(0, max(1, len(others)), BULK) if named else ()
    batches = [[apis.own_id, *others[start : start + BULK]] for start in starts]
    found = parallel.run([partial(apis.directory.accounts, batch) for batch in batches])
    with fields.parsing("the names of people"):
        rows = {fields.text(row, "accountId"): row for batch in found for row in batch}
        if batches and apis.own_id not in rows:
            return {one: User(one, one) for one in named}, (NOT_SHOWN,)
        people = [_person(row) for row in rows.values()]
    states, notes = _read_states(apis, parallel, [one for one in people if is_human(rows[one.id])])
    return {one.id: _user(one, rows[one.id], states) for one in people}, notes


def _person(row: Json) -> Person:
    """Read an account; its username is "" where its address is hidden."""
    return Person(
        id=fields.text(row, "accountId"),
        username=fields.maybe_text(row, "emailAddress"),
        full_name=fields.maybe_text(row, "displayName"),
        blocked=row.get("active") is False,
    )


def _user(one: Person, row: Json, states: Mapping[str, str]) -> User:
    state = states.get(one.id) or (INACTIVE if one.blocked else "")
    if not is_human(row):
        state = f"{row['accountType']} account"
    return User(one.id, one.username or one.full_name or one.id, one.full_name, state)


def _read_states(apis: ConsoleApis, parallel: Parallel, people: list[Person]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Ask the organization; where it refuses, what Jira says has to do."""
    if apis.organization is None:
        return {}, (NO_KEY,)
    organization = apis.organization
    shown, hidden = [one for one in people if one.username], [one for one in people if not one.username]
    reads: list[Callable[[], dict[str, str]]] = [
        partial(organization.states, shown[start : start + LIMIT]) for start in range(0, len(shown), LIMIT)
    ]
    reads += [partial(_state, organization, one) for one in hidden]
    try:
        return {account: state for found in parallel.run(reads) for account, state in found.items()}, ()
    except OutOfTimeError:
        raise
    except ServiceError as error:
        return {}, (f"{UNTOLD}: the organization does not show it ({error})",)


def _state(organization: ConsoleOrganization, one: Person) -> dict[str, str]:
    return {one.id: organization.state(one)}
