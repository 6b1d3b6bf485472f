"""Read Opsgenie's account into an inventory: the lists at once, then what they omit."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from console.client import unless_gone
from console.opsgenie.endpoints import ConsoleEndpoints
from console.report.inventory import Inventory, User, on_call_participants, user_of
from console.report.refusals import Refusals
from service.errors import NotFoundError
from service.model import Escalation, Named, Override
from service.opsgenie import parsing, reach
from service.opsgenie.parsing import Json
from service.opsgenie.schedules import schedule
from service.parallel import Parallel


def read_account(api: ConsoleEndpoints, parallel: Parallel, now: datetime) -> Inventory:
    """Read the account; raises a ServiceError if it cannot be read or parsed."""
    run, refusals = parallel.run, Refusals("Opsgenie")
    forwarding = partial(refusals.read, "forwarding rules", api.forwarding_rules)
    lists: list[Any] = [api.users, api.whole_schedules, api.whole_escalations, forwarding]
    users, schedules, escalations, forwarding_rules = run(lists)
    with parsing.parsing("schedules"):
        names = [parsing.named(data) for data in schedules]
    overrides = run([partial(refusals.read, "overrides", partial(_overrides, api, name)) for name in names])
    whole = run([partial(unless_gone, partial(_whole_escalation, api, one)) for one in escalations])
    with parsing.parsing("users and schedules"):
        found = Inventory(
            time=now,
            users={user.id: user for user in map(_user, users)},
            schedules=tuple(schedule(*pair) for pair in zip(schedules, overrides, strict=True)),
            escalations=tuple(one for one in whole if one),
            forwarding_rules=tuple(forwarding_rules),
            not_checked=tuple(refusals.notes),
        )
    return _with_contacts(api, parallel, _with_teams(api, parallel, found))


def _overrides(api: ConsoleEndpoints, schedule: Named) -> list[Override]:
    return unless_gone(partial(api.overrides, schedule)) or []


def _with_teams(api: ConsoleEndpoints, parallel: Parallel, found: Inventory) -> Inventory:
    """Read the members of the teams that stand in a rotation or an escalation, and of no other."""
    everybody = chain(
        (one for schedule in found.schedules for rotation in schedule.rotations for one in rotation.participants),
        (one for escalation in found.escalations for one in escalation.listed),
    )
    teams = list({one.id: one for one in everybody if one.type == "team"}.values())
    members = parallel.run([partial(reach.behind, api, team) for team in teams])
    return replace(found, teams={team.id: who for team, who in zip(teams, members, strict=True)})


def _with_contacts(api: ConsoleEndpoints, parallel: Parallel, found: Inventory) -> Inventory:
    """Fetch the contact methods of on-call participants, and of nobody else."""
    needed = {user.id: user for _, _, one in on_call_participants(found) if (user := user_of(found, one))}
    calls = [partial(_whole_user, api, user) for user in needed.values()]
    whole = {user.id: user for user in parallel.run(calls)}
    return replace(found, users={**found.users, **whole})


def _whole_user(api: ConsoleEndpoints, listed: User) -> User:
    try:
        data = api.user_with_contacts(listed.id)
    except NotFoundError:
        return listed
    with parsing.parsing("a user"):
        return _user(data, contacts=True)


def _whole_escalation(api: ConsoleEndpoints, found: Named | Escalation) -> Escalation:
    return found if isinstance(found, Escalation) else api.escalation(found)


def _user(data: Json, *, contacts: bool = False) -> User:
    return User(
        id=parsing.text(data, "id"),
        username=parsing.text(data, "username"),
        full_name=parsing.maybe_text(data, "fullName"),
        state="blocked" if data.get("blocked") is True else "",
        verified=data.get("verified") is not False,
        reachable=any(map(_is_enabled, data.get("userContacts") or ())) if contacts else None,
    )


def _is_enabled(contact: Json) -> bool:
    """Tell whether a contact is enabled: flat in a user's answer, under `status` in a contact's own."""
    return (contact.get("status") or contact).get("enabled") is True
