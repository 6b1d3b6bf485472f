"""Random accounts with a leaver in them, and random requests for them."""

from typing import Any

from hypothesis import strategies as st

from tests.support.expected_account import Item

LEAVER, OTHER = "lea@example.com", "rex@example.com"
USERS = {name: f"{name}@example.com" for name in ("lea", "rex", "uma", "vic", "wim")}
TEAMS = ("t0", "t1", "t2")
ESCALATIONS = ("e0", "e1")
SCHEDULES = ("s0", "s1", "s2")
DATES = ("2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z")


def user(name: str) -> Item:
    return {"type": "user", "id": name, "username": USERS[name]}


users = st.sampled_from(sorted(USERS)).map(user)
teams = st.sampled_from(TEAMS).map(lambda name: {"type": "team", "id": name, "name": name})
escalations = st.sampled_from(ESCALATIONS).map(lambda name: {"type": "escalation", "id": name, "name": name})
schedules = st.sampled_from(SCHEDULES).map(lambda name: {"type": "schedule", "id": name, "name": name})
nobody = st.just({"type": "none"})
leaver = st.just(user("lea"))
participants = st.lists(st.one_of(leaver, users, teams, escalations, nobody), min_size=1, max_size=6)
recipients = st.lists(st.one_of(leaver, users, teams, schedules), min_size=1, max_size=4)
targets = st.lists(st.one_of(escalations, schedules, nobody), max_size=2)
blocked: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]), st.lists(st.sampled_from(sorted(USERS)), unique=True, min_size=2, max_size=4)
)
HOURS = {"startHour": 18, "startMin": 0, "endHour": 8, "endMin": 30}
NIGHTS = {"type": "time-of-day", "restriction": HOURS}
WEEKEND = {"type": "weekday-and-time-of-day", "restrictions": [{**HOURS, "startDay": "friday", "endDay": "monday"}]}
turns: st.SearchStrategy[Item] = st.fixed_dictionaries(
    {"type": st.sampled_from(("hourly", "daily", "weekly")), "length": st.integers(1, 5)},
    optional={"timeRestriction": st.sampled_from((NIGHTS, WEEKEND))},
)
roles = st.sampled_from(("user", "admin", "stakeholder"))  # besides the first two, an account has roles of its own
notify_types = st.sampled_from(("default", "next", "previous", "users", "admins", "random", "all"))
members = st.lists(st.sampled_from(sorted(USERS)), unique=True, max_size=4)


@st.composite
def overrides(draw: Any, rotations: list[Item]) -> list[Item]:
    """Draw overrides; an alias may be used in several schedules."""
    found = []
    for alias in draw(st.lists(st.sampled_from(("cover", "swap")), unique=True)):
        override = {"alias": alias, "user": draw(st.one_of(leaver, users, teams)), "startDate": "2025-01-01T00:00:00Z"}
        override["endDate"] = draw(st.sampled_from(DATES))
        if rotations and draw(st.booleans()):
            override["rotations"] = [{"id": rotations[0]["id"], "name": rotations[0]["name"]}]
        found.append(override)
    return found


@st.composite
def schedule(draw: Any, name: str) -> Item:
    rotations = [
        {
            "id": f"{name}-r{number}",
            "name": f"Rotation {number}",
            "startDate": "2026-01-05T09:00:00Z",
            "participants": entries,
            **draw(turns),
        }
        for number, entries in enumerate(draw(st.lists(participants, max_size=3)))
    ]
    zone = draw(st.sampled_from(("Etc/UTC", "Asia/Kolkata", "Nowhere/Land")))
    if any("timeRestriction" in rotation for rotation in rotations):
        zone = "America/New_York"  # the simulated Opsgenie takes what it does not know for UTC
    found = {"id": name, "name": name, "enabled": True, "timezone": zone, "rotations": rotations}
    # Where there is no rotation nobody is on call, and no calendar shows an override.
    return {**found, "overrides": draw(overrides(rotations)) if rotations else []}


def covered_schedule() -> Item:
    """Return a schedule that holds the leaver only by an override beneath somebody else's."""
    rotation = {"id": "s3-r0", "name": "Rotation 0", "type": "weekly", "length": 1, "participants": [user("uma")]}
    dates = {"startDate": "2025-01-01T00:00:00Z", "endDate": DATES[1]}
    return {
        "id": "s3",
        "name": "s3",
        "enabled": True,
        "timezone": "Etc/UTC",
        "rotations": [{**rotation, "startDate": "2026-01-05T09:00:00Z"}],
        # The first override of a moment wins.
        "overrides": [
            {"alias": alias, "user": user(name), **dates} for alias, name in (("on top", "rex"), ("beneath", "lea"))
        ],
    }


@st.composite
def escalation(draw: Any, name: str) -> Item:
    rules = [
        {
            "condition": "if-not-acked",
            "notifyType": draw(notify_types) if recipient["type"] == "team" else "default",
            "delay": {"timeAmount": 5 * number, "timeUnit": "minutes"},
            "recipient": recipient,
        }
        for number, recipient in enumerate(draw(recipients))
    ]
    return {"id": name, "name": name, "rules": rules}


@st.composite
def team(draw: Any, name: str) -> Item:
    found = [{"user": {"id": who, "username": USERS[who]}, "role": draw(roles)} for who in draw(members)]
    rules = [
        {
            "id": f"{name}-n{number}",
            "name": f"Rule {number}",
            "isDefault": not number,
            "order": number,
            "criteria": {"type": "match-all"},
            "notify": target,
        }
        for number, target in enumerate(draw(targets))
    ]
    return {"id": name, "name": name, "members": found, "routingRules": rules}


@st.composite
def forwarding_rules(draw: Any) -> list[Item]:
    pairs = draw(st.lists(st.lists(st.sampled_from(sorted(USERS)), min_size=2, max_size=2, unique=True), max_size=3))
    return [
        {
            "id": f"f{number}",
            "alias": f"forward {number}",
            "fromUser": {"id": start, "username": USERS[start]},
            "toUser": {"id": end, "username": USERS[end]},
            "startDate": "2026-01-01T00:00:00Z",
            "endDate": "2036-01-01T00:00:00Z",
        }
        for number, (start, end) in enumerate(pairs)
    ]


@st.composite
def accounts(draw: Any) -> Item:
    """Draw an account with any mix of what can hold a user."""
    unable = draw(blocked)
    return {
        "name": "Random",
        "users": [
            {
                "id": name,
                "username": username,
                "fullName": name,
                "role": {"id": "User", "name": "User"},
                "blocked": name in unable,
            }
            for name, username in USERS.items()
        ],
        "teams": [draw(team(name)) for name in TEAMS],
        "escalations": [draw(escalation(name)) for name in ESCALATIONS],
        "schedules": [draw(schedule(name)) for name in SCHEDULES],
        "forwardingRules": draw(forwarding_rules()),
        "integrations": [],
        "policies": [],
    }


in_their_places: st.SearchStrategy[Item] = st.sampled_from([{"keep_turns": True}, {}, {"replace_with": OTHER}])
bodies: st.SearchStrategy[Item] = st.builds(
    lambda body, taken: {**body, **taken},
    st.fixed_dictionaries({"username": st.just(LEAVER)}, optional={"keep_user": st.booleans()}),
    in_their_places,
)
choices = st.integers(0, 5)
"""Chooses one of the ends that an account may have."""
