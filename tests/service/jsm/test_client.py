"""The client on the simulated site: what is behind things, what is gone meanwhile, and what only tells."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from local.jsm import Quirks
from service.client import Scope
from service.errors import BadRequestError, NotFoundError, UnauthorizedError, UnexpectedResponseError
from service.jsm.client import Jsm, capabilities
from service.model import Change, Entry, ForwardingRule, Membership, Named, Participant, Person
from service.settings import Settings, SettingsError
from service.survey import Survey
from tests.local.jsm.small_site import HARI, KOFI, MEERA, NOONE, RULE, user
from tests.support.expected_account import Item
from tests.support.site_env import OWNER, SiteEnv
from tests.support.virtual_time import virtual_time
from tests.vendors.test_jsm_offboarding import site_of_hari

TEAM, LADDER, PLAN = (Participant(kind, identifier) for kind, identifier in
                      (("team", "t-1"), ("escalation", "e-1"), ("schedule", "s-1")))  # fmt: skip


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def survey(client: Jsm, scope: Scope = Scope.FIRST) -> Survey:
    return client.survey(client.find("hari@example.com"), scope)


def suspended(site: Item, account_id: str) -> None:
    next(one for one in site["people"] if one["accountId"] == account_id)["membershipStatus"] = "suspended"


def test_settings_without_a_site_are_refused() -> None:
    with pytest.raises(SettingsError):
        capabilities(Settings("key"))


@pytest.mark.parametrize(
    ("end", "removal", "final"), [("none", "", False), ("suspend",) * 2 + (False,), ("remove",) * 2 + (True,)]
)
def test_end_of_the_settings_is_the_removal(end: str, removal: str, final: bool) -> None:
    found = capabilities(SiteEnv(end=end).settings)

    assert (found.removal, found.removal_is_final, found.refuses_while_in_use) == (removal, final, False)


def test_people_behind_things_are_those_who_can_be_called() -> None:
    site = site_of_hari()
    suspended(site, MEERA)
    site["escalations"][0]["rules"].append({**RULE, "recipient": user(KOFI)})
    env = SiteEnv(site)
    with env.client() as client:
        assert survey(client).blocked == {MEERA}
        assert [one.id for one in client.behind(TEAM)] == [HARI]
        assert [one.username for one in client.behind(LADDER)] == ["hari@example.com", "kofi@example.com"]
        assert [one.type for one in client.behind(PLAN)] == ["user", "team", "escalation", "none"]
        for gone in (Participant("team", "x"), Participant("escalation", "x"), Participant("schedule", "x")):
            assert client.behind(gone) == ()


def test_nobody_is_behind_what_is_off_or_over() -> None:
    site = site_of_hari()
    site["schedules"][0]["rotations"][0]["endDate"] = "2025-10-01T00:00:00Z"
    off = {**site["schedules"][0], "id": "s-2", "name": "Off", "enabled": False}
    site["schedules"].append(off)
    with SiteEnv(site).client() as client:
        survey(client)
        assert client.behind(PLAN) == ()
        assert client.behind(Participant("schedule", "s-2")) == ()


def test_uses_of_a_team_are_found_in_what_was_read() -> None:
    with SiteEnv(site_of_hari()).client() as client:
        survey(client)
        assert [use.id for use in client.uses((Named("t-1", "Platform"),))] == ["rr-1"]
        assert [use.id for use in client.uses((Named("t-2", "Data"), Named("gone", "Gone")))] == ["r-1"]


def test_before_a_survey_nothing_is_known() -> None:
    with SiteEnv(site_of_hari()).client() as client:
        assert client.on_calls().schedules == ()
        assert client.behind(LADDER) == ()
        assert [one.username for one in client.behind(TEAM)] == ["hari@example.com", "meera@example.com"]


def test_team_without_operations_holds_the_person_too() -> None:
    site = site_of_hari()
    site["teams"][0]["operations"] = False
    site["schedules"][0]["teamId"] = site["escalations"][0]["teamId"] = "t-2"
    site["schedules"][0]["rotations"][0]["participants"] += [{"type": "team", "id": "t-1"}, NOONE]
    gone = {**site["teams"][0], "teamId": "t-3", "displayName": "Gone", "state": "DELETED"}
    site["teams"].append(gone)
    site["schedules"][0]["rotations"][0]["participants"].append({"type": "team", "id": "t-3"})
    with SiteEnv(site).client() as client:
        assert [(one.id, one.name) for one in survey(client).memberships] == [("t-1", "Platform")]


def test_only_unread_accounts_are_not_blocked() -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order("bare", "GET", "/user/bulk$", times=None)
    with env.client() as client, pytest.raises(UnexpectedResponseError):
        survey(client)
    with env.client() as client:
        client._apis.directory.accounts = lambda ids: []  # type: ignore[method-assign] # noqa: ARG005
        found = survey(client)
    assert found.blocked == frozenset()
    assert "who is suspended: Jira shows none of the accounts" in found.not_checked


def test_accounts_that_are_gone_cannot_be_called() -> None:
    site = site_of_hari()
    site["schedules"][0]["rotations"][0]["participants"].append(user("712020:gone"))
    app = next(one for one in site["people"] if one["accountId"] == KOFI)
    app["accountType"] = "app"
    site["teams"][0]["members"].append(KOFI)
    with SiteEnv(site).client() as client:
        found = survey(client)
    assert found.blocked == {"712020:gone", KOFI}
    assert found.rotations[0].participants[-1] == Participant("user", "712020:gone", name="712020:gone")


@pytest.mark.parametrize(("path", "times"), [("/overrides$", 1), ("/escalations$", 1), ("/members$", 1)])
def test_listed_thing_that_is_not_there_is_refused(path: str, times: int) -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order("404", path=path, times=times)

    with (
        env.client() as client,
        pytest.raises(UnexpectedResponseError, match=r"^the site lists .*, and says it is not"),
    ):
        survey(client)


@pytest.mark.parametrize(("path", "kind"), [("/overrides$", "schedules"), ("/teams/t-2/escalations$", "teams")])
def test_thing_that_goes_meanwhile_holds_nobody(path: str, kind: str) -> None:
    env = SiteEnv(site_of_hari())

    def go() -> None:
        with env.simulation.edit() as site:
            if kind == "schedules":
                site["schedules"] = []
            else:
                site["teams"] = [team for team in site["teams"] if team["teamId"] != "t-2"]

    env.simulation.before("GET", path, go)
    with env.client() as client:
        found = survey(client)
    assert (found.overrides == ()) == (kind == "schedules")


def test_unknown_site_is_no_unknown_user() -> None:
    site, cloud_id = site_of_hari(), "00000000-0000-0000-0000-000000000000"
    env = SiteEnv(site, cloud_id=cloud_id, org_id=site["organizationId"])

    with env.client() as client, pytest.raises(UnexpectedResponseError, match=r"check JSM_CLOUD_ID$"):
        survey(client)


@pytest.mark.parametrize("fault", ["html", "405"])
def test_calendar_that_cannot_be_read_proves_nothing(fault: str) -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order(fault, "GET", "ics$")

    with env.client() as client:
        assert survey(client).blockers == ()


def test_token_that_is_unknown_is_refused() -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order("401", "GET", "ics$")

    with env.client() as client, pytest.raises(UnauthorizedError):
        survey(client)


@pytest.mark.parametrize(("fault", "unread"), [("405", True), ("404", False)])
def test_who_is_on_call_stops_nothing(fault: str, unread: bool) -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order(fault, "GET", "/on-calls$", times=None)

    with env.client() as client:
        on_call = survey(client).on_call
    assert (bool(on_call.unread), on_call.schedules) == (unread, ())


def test_who_is_on_call_is_read_of_the_schedules_that_hold_the_person() -> None:
    with SiteEnv(site_of_hari()).client() as client:
        survey(client)
        assert [(one.id, one.name) for one in client.on_calls().schedules] == [("s-1", "Platform 24x7")]


@pytest.mark.parametrize(
    ("field", "value", "unread"),
    [
        ("rotations", [{"startDate": "odd"}], ("the times of its rotation Primary",)),
        ("overrides", [{"startDate": "odd"}], ("the times of its overrides",)),
        ("timezone", 7, ("its time zone",)),
    ],
)
def test_times_that_cannot_be_parsed_are_told(field: str, value: Any, unread: tuple[str, ...]) -> None:
    env = SiteEnv(site_of_hari())
    with env.client() as client:
        person = client.find("hari@example.com")
        schedules = client._apis.operations.schedules
        overrides = client._apis.operations.overrides

        def odd_schedules() -> Any:
            (found,) = schedules()
            if field == "rotations":
                found.rotations[0].update(value[0])  # type: ignore[index]
            elif field == "timezone":
                found.source["timezone"] = value  # type: ignore[index]
            return [found]

        def odd_overrides(schedule: Named) -> Any:
            found = overrides(schedule)
            return [replace(one, start_date="odd") for one in found] if field == "overrides" else found

        client._apis.operations.schedules = odd_schedules  # type: ignore[method-assign]
        client._apis.operations.overrides = odd_overrides  # type: ignore[method-assign]
        assert client.survey(person, Scope.FIRST).schedules[0].unread == unread


def test_override_of_no_one_is_timed_as_such() -> None:
    site = site_of_hari()
    site["schedules"][0]["overrides"][1]["responder"] = NOONE
    with SiteEnv(site).client() as client:
        assert survey(client).schedules[0].overrides[0].user == Participant("none")


def test_overrides_of_a_person_are_looked_for_in_every_schedule() -> None:
    env = SiteEnv(site_of_hari())
    with env.client() as client:
        person = survey(client).person
        client._has_written = True
        found, unread = client.overrides_of(person)
        assert ([(one.id, one.user.name) for one in found], unread) == ([("o-1", "hari@example.com")], ())
        env.simulation.faults.order("404", "GET", "/overrides$")
        assert client.overrides_of(person) == ((), ())
        env.simulation.faults.order("405", "GET", "/overrides$")
        found, unread = client.overrides_of(person)
        assert (found, unread) == ((), ("overrides of Platform 24x7: Request method 'PATCH' is not supported",))


def test_overrides_that_were_just_read_are_not_read_again() -> None:
    env = SiteEnv(site_of_hari())
    with env.client() as client:
        person = survey(client).person
        before = len(env.line.sent)
        assert [one.id for one in client.overrides_of(person)[0]] == ["o-1"]
        assert len(env.line.sent) == before


def test_team_that_still_lists_a_removed_member_is_stale() -> None:
    env = SiteEnv(site_of_hari(), quirks=Quirks(teams_lag=9))
    with env.client() as client:
        (team,) = survey(client).memberships
        client.apply(Change("remove", team))
        again = survey(client, Scope.AGAIN)
        assert [one.stale for one in again.memberships] == [True]
        assert "the team Platform: it still lists hari@example.com, who was removed from it" in again.not_checked
        client.apply(Change("remove", team))


def test_refused_removal_from_a_team_is_told() -> None:
    env = SiteEnv(site_of_hari(), quirks=Quirks(last_member_stays=True))
    membership = Membership("t-2", "Data", Named(KOFI, "kofi@example.com"), "")
    with env.client() as client, pytest.raises(BadRequestError, match=r"A team cannot be without members"):
        client.apply(Change("remove", membership))


@pytest.mark.parametrize("end", ["none", "suspend", "remove"])
def test_ended_account_counts_as_gone(end: str) -> None:
    env = SiteEnv(site_of_hari(), end=end, quirks=Quirks(removal_lag=0))
    with env.client() as client:
        person = client.find("hari@example.com")
        assert client.read(person) == person
        if end != "none":
            client.apply(Change(end, person))
            assert client.read(person) is None
            if end == "remove":
                with pytest.raises(NotFoundError, match=r"^no directory of the organization has hari@example\.com$"):
                    client.apply(Change(end, person))


def test_account_is_ended_with_a_key_of_the_organization_only() -> None:
    env = SiteEnv(site_of_hari(), end="suspend", org_key="")
    with env.client() as client:
        found = survey(client)
        assert (found.of_removal, found.blockers) == ((), ())
        with pytest.raises(UnexpectedResponseError, match=r"^an account is ended with JSM_ORG_KEY only$"):
            client.apply(Change("suspend", found.person))


@pytest.mark.parametrize(
    ("resources", "note"), [(1, None), (2, "the 2 products and sites"), (3, "the 3 products and sites"), (None, None)]
)
def test_products_that_a_suspension_takes_away_are_counted(resources: Any, note: str | None) -> None:
    site = site_of_hari()
    next(one for one in site["people"] if one["accountId"] == HARI)["resources"] = resources
    with SiteEnv(site, end="suspend").client() as client:
        notes = survey(client).of_removal
    assert [one.partition(" that ")[0] for one in notes] == ([note] if note else [])


def test_end_that_the_organization_does_not_serve_is_a_blocker() -> None:
    env = SiteEnv(site_of_hari(), end="remove")
    env.simulation.faults.order("404", "GET", "/directories$")
    with env.client() as client:
        assert [(one.kind, one.of_removal) for one in survey(client).blockers] == [("account", True)]


def test_many_unseen_teams_are_counted() -> None:
    site = site_of_hari()
    site["schedules"] = [{**site["schedules"][0], "id": f"s-{n}", "name": f"S{n}", "teamId": "t-9"} for n in range(7)]
    with SiteEnv(site).client() as client:
        (blocker,) = survey(client).blockers
    assert blocker.reason == "the token does not see the team that owns S0, S1, S2, S3, S4 and 2 more"
    assert blocker.name == OWNER


def test_rotation_and_escalation_that_are_gone_read_as_none() -> None:
    env = SiteEnv(site_of_hari())
    with env.client() as client:
        found = survey(client)
        with env.simulation.edit() as site:
            site["schedules"], site["escalations"] = [], []
        gone: list[Entry] = [*found.rotations, *found.escalations]
        assert [client.read(entry) for entry in gone] == [None, None]


def test_entries_that_are_gone_read_as_none() -> None:
    with SiteEnv(site_of_hari()).client() as client:
        (rule,) = survey(client).forwarding_rules
        assert client.read(rule) == rule
        client.apply(Change("delete", rule))
        assert client.read(rule) is None
        with suppress(NotFoundError):
            client.apply(Change("delete", rule))


def test_cloud_id_alone_is_asked_for_at_the_edge() -> None:
    env = SiteEnv(site_of_hari(), org_id=SiteEnv(site_of_hari()).simulation.store.organization_id)
    with env.client() as client:
        survey(client)
    assert [path for _, path, _ in env.line.sent if "graphql" in path or "_edge" in path] == ["/_edge/tenant_info"]


def test_odd_rule_of_another_is_told() -> None:
    env = SiteEnv(site_of_hari())
    with env.client() as client:
        person = client.find("hari@example.com")
        client._apis.operations.odd.names.append("the forwarding rule odd")
        found = client.survey(person, Scope.FIRST)
    assert "the forwarding rule odd: not of the documented form, and not hari@example.com's" in found.not_checked
    assert isinstance(found.forwarding_rules[0], ForwardingRule)
    assert isinstance(found.person, Person)
