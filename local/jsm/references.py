"""Check references: participants, responders, recipients."""

from collections.abc import Collection as AnyOf
from typing import Any

from local.jsm.answers import unprocessable
from local.jsm.site import Site
from local.simulator.store import Item


def reference(site: Site, given: Any, allowed: AnyOf[str], field: str) -> Item:
    """Check a reference, which has a type and an id and no name; raises 422 where it refers to nothing.

    `noone` is nobody; its id is null.
    """
    if not isinstance(given, dict) or given.get("type") not in allowed:
        raise unprocessable(**{field: f"must be an object whose type is one of {sorted(allowed)}"})
    kind, identifier = given["type"], given.get("id")
    if kind == "noone":
        return {"type": "noone", "id": None}
    if not exists(site, kind, identifier):
        raise unprocessable(**{field: f"No {kind} exists with id [{identifier}]"})
    return {"type": kind, "id": identifier}


def exists(site: Site, kind: str, identifier: Any) -> bool:
    """Tell whether a user, team, schedule or escalation with an id exists."""
    if kind == "user":
        return site.person(identifier) is not None
    if kind == "team":
        team = site.teams.find(str(identifier), "teamId")
        return team is not None and team["state"] == "ACTIVE"
    shelves = {"schedule": site.schedules, "escalation": site.escalations}
    return shelves[kind].find(str(identifier), "id") is not None
