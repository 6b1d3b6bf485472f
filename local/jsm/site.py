"""The data of one site, in memory."""

from local.simulator.store import Collection, Item, copied

LISTS = (
    "people",
    "directories",
    "groups",
    "teams",
    "schedules",
    "escalations",
    "forwardingRules",
    "integrations",
    "policies",
    "syncs",
    "alerts",
)


class Site:
    """Keep everything of one site: its Operations, its people and teams, and the organization above it."""

    def __init__(self, data: Item) -> None:
        data = {**{name: [] for name in LISTS}, **copied(data)}
        self.host: str = data["host"]
        self.cloud_id: str = data["cloudId"]
        self.organization_id: str = data["organizationId"]
        self.operations: bool = data.get("operations", True)
        self.people = Collection("email", data["people"], id_field="accountId")
        self.directories = Collection("name", data["directories"], id_field="directoryId")
        self.groups = Collection("name", data["groups"], id_field="groupId")
        self.teams = Collection("displayName", data["teams"], id_field="teamId")
        self.schedules = Collection("name", data["schedules"])
        self.escalations = Collection("name", data["escalations"])
        self.forwarding_rules = Collection("", data["forwardingRules"])
        self.integrations = Collection("name", data["integrations"])
        self.policies = Collection("name", data["policies"])
        self.syncs = Collection("name", data["syncs"])
        self.alerts = Collection("", data["alerts"])
        # What a search index that lags behind knows.
        self.members_at_start = {team["teamId"]: list(team["members"]) for team in data["teams"]}

    def data(self) -> Item:
        """Return the live items, in the shape of the data."""
        return {
            "host": self.host,
            "cloudId": self.cloud_id,
            "organizationId": self.organization_id,
            "operations": self.operations,
            "people": self.people.values(),
            "directories": self.directories.values(),
            "groups": self.groups.values(),
            "teams": self.teams.values(),
            "schedules": self.schedules.values(),
            "escalations": self.escalations.values(),
            "forwardingRules": self.forwarding_rules.values(),
            "integrations": self.integrations.values(),
            "policies": self.policies.values(),
            "syncs": self.syncs.values(),
            "alerts": self.alerts.values(),
        }

    def person(self, account_id: object) -> Item | None:
        """Find somebody by account id, suspended and removed people too."""
        return self.people.find(str(account_id), "accountId")

    def teams_of(self, account_id: str) -> set[str]:
        """List the ids of the teams that somebody is a member of."""
        return {team["teamId"] for team in self.teams.values() if account_id in team["members"]}


def is_active(person: Item) -> bool:
    """Tell whether somebody can sign in and be found by Jira."""
    return (person["accountStatus"], person["membershipStatus"]) == ("active", "active")
