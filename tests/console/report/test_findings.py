"""The report's findings if Opsgenie names people by id, by username, or by either."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.report import findings
from console.report.inventory import Inventory, User
from service.model import Delay, Escalation, Participant, Rule
from service.schedule import Schedule, TimedRotation

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
ANN, BOB = User("ann", "ann@example.com", "Ann"), User("bob", "bob@example.com")
BY_ID, BY_USERNAME = Participant("user", "ann"), Participant("user", username="Ann@Example.com")
OTHER = Participant("user", username="bob@example.com")
STRANGER = Participant("user", username="Cid@example.com")
STRANGER_AGAIN = Participant("user", username="cid@EXAMPLE.com")
TEAM, TEAM_BY_NAME = Participant("team", "t", name="Ops"), Participant("team", name="Dev")


def inventory(*participants: Participant) -> Inventory:
    """Return an account with a rotation and an escalation of these."""
    rotation = TimedRotation("r", "R", NOW, None, timedelta(days=1), participants)
    rules = tuple(Rule("if-not-acked", "default", Delay(0, "minutes"), one) for one in participants)
    return Inventory(
        NOW,
        {user.id: user for user in (ANN, BOB)},
        (Schedule("s", "S", "Etc/UTC", True, (rotation,), ()),),
        (Escalation("e", "E", rules),),
    )


@pytest.mark.parametrize("participants", [(BY_ID, BY_USERNAME), (BY_USERNAME, BY_USERNAME), (BY_USERNAME, BY_ID)])
def test_person_named_by_id_or_username_counts_once(participants: tuple[Participant, ...]) -> None:
    found = findings.find(inventory(*participants))

    assert found.rotations == (findings.SinglePerson("S / R", "Ann"),)
    assert found.escalations == (findings.SinglePerson("E", "Ann"),)


@pytest.mark.parametrize(
    "participants", [(BY_USERNAME, OTHER), (BY_ID, OTHER), (OTHER, STRANGER), (TEAM, TEAM_BY_NAME)]
)
def test_two_people_or_teams_count_as_two(participants: tuple[Participant, ...]) -> None:
    found = findings.find(inventory(*participants))

    assert (found.rotations, found.escalations) == ((), ())


def test_unknown_username_counts_once_in_any_case() -> None:
    found = findings.find(inventory(STRANGER, STRANGER_AGAIN))

    assert [(one.username, one.state) for one in found.inactive_users] == [("Cid@example.com", "no account")]
    assert [one.who.lower() for one in (*found.rotations, *found.escalations)] == ["cid@example.com"] * 2


def test_kelvin_sign_does_not_match_the_letter_k() -> None:
    """The Kelvin sign lowercases to k in Unicode, but names another user."""
    kelvin = User("k", "\N{KELVIN SIGN}@example.com")
    account = inventory(Participant("user", username="k@example.com"))

    found = findings.find(Inventory(NOW, {"k": kelvin}, account.schedules, account.escalations))

    assert [(one.username, one.state) for one in found.inactive_users] == [("k@example.com", "no account")]


BEV = User("bev", "bev@example.com", state="blocked")


@pytest.mark.parametrize(
    ("who", "covered"),
    [
        (Participant("team", "t"), True),
        (Participant("team", "empty"), False),
        (Participant("team", "unknown"), False),
        (Participant("team", "blocked"), False),
        (Participant("user", "bev"), False),
        (Participant("user", username="BEV@example.com"), False),
        (Participant("escalation", "to bev"), False),
        (Participant("escalation", "to t"), True),
    ],
)
def test_a_turn_that_leads_to_nobody_who_can_be_called_is_a_gap(who: Participant, covered: bool) -> None:
    account = inventory(who)
    bev, team = Participant("user", "bev"), Participant("team", "t")
    account = replace(
        account,
        users={**account.users, "bev": BEV},
        escalations=(
            Escalation("to bev", "E", (Rule("", "", Delay(0, "minutes"), bev),)),
            Escalation("to t", "F", (Rule("", "", Delay(0, "minutes"), team),)),
        ),
        teams={"t": (bev, BY_ID), "empty": (), "blocked": (bev,)},
    )

    (outlook,) = findings.find(account).outlooks

    assert (outlook.gaps == ()) == covered
    assert findings.summary(outlook).startswith("Somebody" if covered else "Nobody is on call for 28 days")


@pytest.mark.parametrize(("enabled", "end", "covered"), [(True, None, True), (False, None, False), (True, NOW, False)])
def test_an_escalation_to_a_schedule_counts_where_the_schedule_goes_on(
    enabled: bool, end: datetime | None, covered: bool
) -> None:
    account = inventory(Participant("escalation", "e"))
    there = Schedule(
        "there", "T", "Etc/UTC", enabled, (TimedRotation("q", "Q", NOW, end, timedelta(days=1), (BY_ID,)),), ()
    )
    rule = Rule("", "", Delay(0, "minutes"), Participant("schedule", "there"))
    account = replace(account, schedules=(*account.schedules, there), escalations=(Escalation("e", "E", (rule,)),))

    assert (findings.find(account).outlooks[0].gaps == ()) == covered
