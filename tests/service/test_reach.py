"""Who can still be called: through teams, escalations and schedules, however deep, and with whom gone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.errors import UnavailableError
from service.model import (
    Blocker,
    Change,
    Escalation,
    Membership,
    Named,
    Participant,
    Person,
    Request,
    Rotation,
    RoutingRule,
)
from service.reach import Leaver, Reach, without
from service.rules import Plan, decide, detach
from service.survey import Survey
from tests.support.people import ANNA, HARI, KOFI, LEAVER, NAMED_HARI, NOBODY, SUCCESSOR, TEAM, escalation, rotation

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ANNA_PERSON = Person("id-anna", "anna@example.com")
LADDER = Participant("escalation", id="id-ladder", name="Ladder")
ROUND = Participant("schedule", id="id-round", name="Round")
OTHER_TEAM = Participant("team", id="id-ops", name="Ops")
UNNAMED = Participant("team", name="Data")


class Behind:
    """What is behind each, by its id; `asked` has the ids that were asked for, in order."""

    def __init__(self, **groups: Sequence[Participant]) -> None:
        self.groups = groups
        self.asked: list[str] = []

    def __call__(self, one: Participant) -> Sequence[Participant]:
        self.asked.append(one.id)
        return self.groups.get(one.id.removeprefix("id-"), ())


def reach(*, blocked: Sequence[str] = (), uses: object = (), **groups: Sequence[Participant]) -> Reach:
    return Reach(frozenset(blocked), Behind(**groups), lambda _: uses)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("participants", "groups", "somebody"),
    [
        ((LEAVER, ANNA), {}, True),
        ((LEAVER,), {}, False),
        ((NOBODY, Participant("noone")), {}, False),
        ((TEAM,), {"team": (ANNA,)}, True),
        ((TEAM,), {"team": (LEAVER,)}, False),
        ((TEAM,), {}, False),
        ((LADDER,), {"ladder": (TEAM,), "team": (LEAVER, ANNA)}, True),
        ((LADDER,), {"ladder": (TEAM,), "team": (LEAVER,)}, False),
        ((LADDER, ROUND), {"ladder": (ROUND,), "round": (LADDER,)}, False),
        ((LADDER, OTHER_TEAM), {"ladder": (ROUND,), "round": (NOBODY, LADDER), "ops": (ANNA,)}, True),
        ((TEAM, OTHER_TEAM), {"team": (), "ops": (LEAVER, ANNA)}, True),
        ((Participant("group", id="id-group"),), {}, False),
    ],
)
def test_somebody_is_reached_or_not(
    participants: Sequence[Participant], groups: dict[str, Sequence[Participant]], somebody: bool
) -> None:
    found = Reach(frozenset(), Behind(**groups))

    assert found.somebody(participants, [Leaver(HARI)]) is somebody


@pytest.mark.parametrize("blocked", ["id-anna", "anna@example.com"])
def test_blocked_people_are_nobody(blocked: str) -> None:
    found = reach(blocked=[blocked], team=(ANNA,))

    assert not found.somebody((LEAVER, ANNA, TEAM), [Leaver(HARI)])
    assert found.somebody((ANNA, SUCCESSOR), [Leaver(HARI)])
    assert found.is_blocked(Participant("user", username="ANNA@example.com")) == (blocked == "anna@example.com")


def test_a_replacement_counts_in_rosters_and_not_in_teams() -> None:
    leavers = [Leaver(HARI, KOFI)]

    assert reach().somebody((LEAVER,), leavers)
    assert reach(ladder=(LEAVER,)).somebody((LADDER,), leavers)
    assert not reach(team=(LEAVER,)).somebody((TEAM,), leavers)
    assert not reach(blocked=["id-kofi"]).somebody((LEAVER,), leavers)


def test_every_leaver_counts_as_gone() -> None:
    leavers = [Leaver(ANNA_PERSON), Leaver(HARI)]

    assert not reach(team=(ANNA, LEAVER)).somebody((LEAVER, ANNA, TEAM), leavers)
    assert reach(team=(ANNA, SUCCESSOR)).somebody((LEAVER, ANNA, TEAM), leavers)
    assert without((LEAVER, ANNA, NOBODY), [Leaver(ANNA_PERSON, HARI), Leaver(HARI, KOFI)]) == (
        SUCCESSOR,
        SUCCESSOR,
        NOBODY,
    )


def test_nothing_is_read_where_an_unblocked_user_is_left() -> None:
    behind = Behind(team=(ANNA,))

    assert Reach(frozenset(), behind).somebody((TEAM, LADDER, LEAVER, ANNA), [Leaver(HARI)])
    assert behind.asked == []


def test_each_group_is_read_once() -> None:
    behind = Behind(ladder=(ROUND, TEAM), round=(LADDER, TEAM))

    assert not Reach(frozenset(), behind).somebody((LADDER, ROUND, LADDER), [Leaver(HARI)])
    assert sorted(behind.asked) == ["id-ladder", "id-round", "id-team"]


@pytest.mark.parametrize(
    ("listed", "leads"),
    [
        ((ANNA, TEAM), True),
        ((ANNA, OTHER_TEAM), False),
        ((UNNAMED,), True),
        ((Participant("team", name="Ops"),), False),
        ((LADDER,), True),
        ((ROUND,), False),
        ((NOBODY,), False),
    ],
)
def test_leads_to_a_team_directly_or_through_others(listed: Sequence[Participant], leads: bool) -> None:
    found = reach(ladder=(ROUND, TEAM), round=(LADDER,)) if LADDER in listed else reach(round=(ANNA, ROUND))

    assert found.leads_to(listed, Named("id-team", "Data"), {""}) is leads


def notifying(*notify_types: str) -> Escalation:
    """Make an escalation with one rule of each type to the team."""
    ladder = escalation(*[TEAM] * len(notify_types))
    rules = zip(ladder.rules, notify_types, strict=True)
    return replace(ladder, rules=tuple(replace(rule, notify_type=notify_type) for rule, notify_type in rules))


def of_role(role: str, *members: Participant) -> list[Participant]:
    return [replace(one, role=role) for one in members]


@pytest.mark.parametrize(
    ("notify_type", "members", "somebody"),
    [
        ("admins", of_role("admin", LEAVER) + of_role("user", ANNA), False),
        ("admins", of_role("user", LEAVER) + of_role("Admin", ANNA), True),
        ("admins", of_role("", ANNA), True),
        ("users", of_role("user", LEAVER) + of_role("admin", ANNA), False),
        ("users", of_role("user", ANNA), True),
        ("users", of_role("lead", ANNA), False),
        ("all", of_role("admin", LEAVER) + of_role("lead", ANNA), True),
        ("default", of_role("user", ANNA), True),
        ("random", of_role("admin", ANNA), True),
    ],
)
def test_escalation_to_a_team_notifies_the_members_of_a_role(
    notify_type: str, members: Sequence[Participant], somebody: bool
) -> None:
    ladder = notifying(notify_type)
    found = reach(team=members, ladder=ladder.listed)

    assert found.somebody(ladder.listed, [Leaver(HARI)]) is somebody
    assert found.somebody((LADDER,), [Leaver(HARI)]) is somebody


def test_same_team_counts_for_each_role() -> None:
    admins, users = (replace(TEAM, role=role) for role in ("admin", "user"))

    assert reach(team=of_role("user", ANNA)).somebody((admins, users), [Leaver(HARI)])
    assert reach(ladder=(admins, users)).leads_to((LADDER,), Named("id-team", "Data"), {"user"})


def plan(others: Sequence[Participant], uses: object, role: str = "user", **groups: Sequence[Participant]) -> Plan:
    member = Membership("id-team", "Data", NAMED_HARI, role, others=tuple(others))
    survey = Survey(HARI, memberships=(member,))
    found = reach(uses=uses, blocked=["id-anna"], **groups)
    return decide(survey, Request(HARI.username), replacement=None, protected=frozenset(), now=NOW, reach=found)


def test_last_member_of_a_used_team_is_refused_with_every_use() -> None:
    rule = RoutingRule("id-rule", "Nights", LADDER)
    uses = (rotation(TEAM, SUCCESSOR), escalation(TEAM), rule, rotation(OTHER_TEAM), RoutingRule("x", "Days", ROUND))

    found = plan((ANNA,), uses, ladder=(TEAM,))

    reason = (
        "hari@example.com is the last member of this team who can be called, which is used by the rotation Payments / "
        "Days, the escalation Ladder and the routing rule Nights"
    )
    remedies = ("add another member to the team", "take the team out of what uses it")
    assert found == Plan((), (Blocker("team", "Data", reason, remedies),))


ADMINS, USERS = (replace(TEAM, role=role) for role in ("admin", "user"))


@pytest.mark.parametrize("others", [of_role("user", SUCCESSOR), of_role("admin", ANNA) + of_role("user", SUCCESSOR)])
def test_last_admin_of_a_team_whose_admins_are_notified_is_refused(others: list[Participant]) -> None:
    found = plan(others, (RoutingRule("x", "Days", LADDER), rotation(TEAM)), role="admin", ladder=(ADMINS, USERS))

    last = "the last admin of this team who can be called"
    reason = f"hari@example.com is {last}, whose admins are notified by the routing rule Days"
    remedies = ("add another admin to the team", "take the team out of what uses it")
    assert found == Plan((), (Blocker("team", "Data", reason, remedies),))


@pytest.mark.parametrize(
    ("others", "role", "uses"),
    [
        (of_role("user", SUCCESSOR), "admin", (notifying("users", "all"), rotation(TEAM))),
        (of_role("user", SUCCESSOR), "user", (notifying("users", "admins"),)),
        (of_role("user", SUCCESSOR), "lead", (notifying("users"),)),
        (of_role("admin", SUCCESSOR), "admin", (notifying("users", "admins"),)),
        ((), "admin", (notifying("users"),)),
        ((), "admin", (rotation(OTHER_TEAM),)),
    ],
)
def test_member_whose_role_is_not_lost_may_leave(others: list[Participant], role: str, uses: object) -> None:
    assert plan(others, uses, role=role).blockers == ()


@pytest.mark.parametrize(("role", "notify_type"), [("", "admins"), ("lead", "admins"), ("Admin", "ADMINS")])
def test_blocker_names_the_role_that_is_notified(role: str, notify_type: str) -> None:
    (blocker,) = plan(of_role("user", SUCCESSOR), (notifying(notify_type, "users"),), role=role).blockers

    assert "last admin of this team who can be called, whose admins are notified by" in blocker.reason


@pytest.mark.parametrize("role", ["", "lead"])
def test_blocker_of_a_role_that_may_be_any_names_the_one_that_is_notified(role: str) -> None:
    (blocker,) = plan(of_role("lead", SUCCESSOR), (notifying("users"),), role=role).blockers

    assert "last user of this team who can be called, whose users are notified by" in blocker.reason


@pytest.mark.parametrize("notify_type", ["users", "admins", "all"])
def test_a_role_that_is_not_known_may_be_any(notify_type: str) -> None:
    reason = "hari@example.com is the last member of this team, which is used by the escalation Ladder"

    assert plan((), (notifying(notify_type),), role="").blockers[0].reason == reason


def test_many_uses_of_a_team_are_counted() -> None:
    found = plan((), [rotation(TEAM)] * 25)

    assert found.blockers[0].reason.endswith(f"{', '.join(['the rotation Payments / Days'] * 20)} and 5 more")


def test_team_that_nothing_uses_may_be_left_empty() -> None:
    found = plan((), [rotation(OTHER_TEAM)])

    assert (found.blockers, len(found.changes)) == ((), 1)
    assert found.not_checked == (
        "integrations and policies that notify the team Data, in which nobody can be called now",
    )


def test_team_with_another_member_is_not_asked_about() -> None:
    def fail(_: object) -> Sequence[Participant]:
        raise UnavailableError("asked")

    member = Membership("id-team", "Data", NAMED_HARI, "user", others=(ANNA,))
    found = Reach(uses=fail)  # type: ignore[arg-type]
    survey = Survey(HARI, memberships=(member,))

    assert decide(
        survey, Request(HARI.username), replacement=None, protected=frozenset(), now=NOW, reach=found
    ).changes == (Change("remove", member),)


def test_nobody_left_names_why_each_of_the_rest_cannot_be_called() -> None:
    found = detach(
        rotation(LEAVER, ANNA, TEAM, NOBODY, ANNA, SUCCESSOR), [Leaver(KOFI), Leaver(HARI)], reach(blocked=["id-anna"])
    )

    assert isinstance(found, Blocker)
    assert found.reason == (
        "without hari@example.com nobody who can be called is left in this rotation: anna@example.com is blocked, "
        "nobody can be called through the team Data, kofi@example.com leaves in the same run"
    )


def test_uses_are_asked_for_once_for_all_emptied_teams() -> None:
    asked: list[tuple[Named, ...]] = []

    def uses(teams: tuple[Named, ...]) -> tuple[Rotation, ...]:
        asked.append(teams)
        return (rotation(UNNAMED),)

    members = [Membership("id-team", "Data", NAMED_HARI, "user"), Membership("id-ops", "Ops", NAMED_HARI, "user")]
    survey = Survey(HARI, memberships=(*members, members[0]))
    found = decide(
        survey, Request(HARI.username), replacement=None, protected=frozenset(), now=NOW, reach=Reach(uses=uses)
    )

    assert asked == [(Named("id-team", "Data"), Named("id-ops", "Ops"))]
    assert {blocker.name for blocker in found.blockers} == {"Data"}


def test_keep_turns_and_reach_decide_on_rotations() -> None:
    survey = Survey(HARI, rotations=(rotation(LEAVER, ANNA),))
    request = Request(HARI.username, keep_turns=True)

    kept = decide(survey, request, replacement=None, protected=frozenset(), now=NOW)
    assert kept.changes == (Change("remove", rotation(LEAVER, ANNA), rotation(NOBODY, ANNA)),)
    refused = decide(
        survey, request, replacement=None, protected=frozenset(), now=NOW, reach=reach(blocked=["id-anna"])
    )
    assert [blocker.kind for blocker in refused.blockers] == ["rotation"]
