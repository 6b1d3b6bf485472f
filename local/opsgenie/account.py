"""The data of one account, in memory."""

import json
from pathlib import Path

from local.simulator.store import Collection, Item, copied

SAMPLE = Path(__file__).with_name("sample_account.json")


class Account:
    """Keep everything in one Opsgenie account."""

    def __init__(self, data: Item) -> None:
        data = copied(data)
        for schedule in data.get("schedules", []):
            schedule.setdefault("rotations", [])
            schedule.setdefault("overrides", [])
        for team in data.get("teams", []):
            team.setdefault("members", [])
            team.setdefault("routingRules", [])
        self.name: str = data.get("name", "Example")
        self.users = Collection("username", data.get("users", []))
        self.teams = Collection("name", data.get("teams", []))
        self.schedules = Collection("name", data.get("schedules", []))
        self.escalations = Collection("name", data.get("escalations", []))
        self.forwarding_rules = Collection("alias", data.get("forwardingRules", []))
        self.integrations = Collection("name", data.get("integrations", []))
        self.policies = Collection("name", data.get("policies", []))
        self.heartbeats = Collection("name", data.get("heartbeats", []), id_field="name")
        self.services = Collection("name", data.get("services", []))

    def data(self) -> Item:
        """Return the live items, in the shape of the data file."""
        # Most accounts of the tests have none of these.
        few = {"heartbeats": self.heartbeats.values(), "services": self.services.values()}
        return {
            "name": self.name,
            "users": self.users.values(),
            "teams": self.teams.values(),
            "schedules": self.schedules.values(),
            "escalations": self.escalations.values(),
            "forwardingRules": self.forwarding_rules.values(),
            "integrations": self.integrations.values(),
            "policies": self.policies.values(),
            **{name: items for name, items in few.items() if items},
        }


def sample_account() -> Item:
    """Read the sample account from its data file."""
    account: Item = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return account
