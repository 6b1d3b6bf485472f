"""Find and resolve references: participants, recipients, members, responders."""

from collections.abc import Collection as AnyOf
from collections.abc import Iterator
from typing import Any

from local.opsgenie.account import Account
from local.opsgenie.answers import ApiError, unprocessable
from local.opsgenie.quirks import Quirks
from local.simulator.store import Collection, Item

# A kind of holder (in the words of Opsgenie's refusals), the name it goes by there, and the reference itself.
Reference = tuple[str, str, Item]


def references(account: Account) -> Iterator[Reference]:
    """Walk over every reference in the account, in the order in which refusals name them."""
    for schedule in account.schedules.values():
        for rotation in schedule["rotations"]:
            for participant in rotation["participants"]:
                yield "schedules", schedule["name"], participant
    for escalation in account.escalations.values():
        for rule in escalation["rules"]:
            yield "escalations", escalation["name"], rule["recipient"]
    for team in account.teams.values():
        for member in team["members"]:
            yield "teams", team["name"], member["user"]
        for rule in team["routingRules"]:
            yield "routing rules", f"{team['name']} : {rule['name']}", rule["notify"]
    for integration in account.integrations.values():
        yield from _integration(integration)
    for policy in account.policies.values():
        for responder in _people(policy):
            yield "alert policies", policy["name"], responder
    yield from _minor(account)


def _integration(integration: Item) -> Iterator[Reference]:
    for responder in _people(integration):
        yield "integrations", integration["name"], responder
    for actions in integration.get("actions", {}).values():
        for action in actions:
            for responder in _people(action):
                yield "integrations", f"{integration['name']} : action[{action['name']}]", responder


def _people(holder: Item) -> list[Item]:
    return [*holder.get("responders", []), *holder.get("recipients", [])]


def _minor(account: Account) -> Iterator[Reference]:
    for schedule in account.schedules.values():
        for override in schedule["overrides"]:
            yield "overrides", schedule["name"], override["user"]
            for rotation in override.get("rotations", []):
                yield "overrides", schedule["name"], rotation
    for rule in account.forwarding_rules.values():
        for end in ("fromUser", "toUser"):
            yield "forwarding rules", str(rule.get("alias", rule["id"])), rule[end]
    for item in owned(account):
        if "ownerTeam" in item:
            yield "ownerTeam", item["name"], item["ownerTeam"]


def owned(account: Account) -> list[Item]:
    """List what may have an owner team."""
    return [*account.schedules.values(), *account.escalations.values(), *account.heartbeats.values()]


def refuse_while_used(account: Account, quirks: Quirks, entity: str, item: Item) -> None:
    """Raise 428 with everything that holds the item, as Opsgenie words it.

    Seen in real logs: "User cannot be modified. Please remove it from groups: [RM],integrations: [A : action[X]]".
    """
    ignored = {"ownerTeam"}
    ignored |= set() if quirks.overrides_block else {"overrides"}
    ignored |= set() if quirks.forwarding_rules_block else {"forwarding rules"}
    kinds: dict[str, dict[str, None]] = {}
    for kind, name, reference in references(account):
        if reference.get("id") == item["id"] and kind not in ignored:
            kinds.setdefault(quirks.kind_words.get(kind, kind), {})[name] = None
    if not kinds:
        return
    if not quirks.names_in_428:
        raise ApiError(428, "Entity is used by another entity")
    places = ",".join(f"{kind}: [{','.join(names)}]" for kind, names in kinds.items())
    raise ApiError(428, f"{entity} cannot be modified. Please remove it from {places}")


def rename(account: Account, item: Item, name: str) -> None:
    """Update the item's name in every reference to it."""
    for _, _, reference in references(account):
        if reference.get("id") == item["id"]:
            reference["username" if "username" in reference else "name"] = name


def resolve(account: Account, given: Any, allowed: AnyOf[str], field: str) -> Item:
    """Turn a reference by id, username or name into one that carries both.

    The official Go client sends "username": "" beside an id or a name: empty means absent.
    """
    if not isinstance(given, dict):
        raise unprocessable(**{field: "must be an object"})
    kind = given.get("type") or next(iter(allowed))
    if kind not in allowed:
        raise unprocessable(**{field: f"type must be one of {sorted(allowed)}"})
    if kind == "none":
        return {"type": "none"}
    shelf = _shelf(account, kind)
    by, value = _first(given, "id", "username", "name")
    found = shelf.find(str(value), "id" if by == "id" else shelf.name_field)
    if found is None and kind == "user":
        found = shelf.find(str(value), "identifier")
    if found is None:
        raise unprocessable(**{field: f"No {kind} exists with {by} [{value}]"})
    return {"type": kind, "id": found["id"], shelf.name_field: found[shelf.name_field]}


def _shelf(account: Account, kind: str) -> Collection:
    shelves = {
        "user": account.users,
        "team": account.teams,
        "schedule": account.schedules,
        "escalation": account.escalations,
    }
    return shelves[kind]


def _first(given: Item, *fields: str) -> tuple[str, Any]:
    return next(((field, given[field]) for field in fields if given.get(field)), ("id", ""))
