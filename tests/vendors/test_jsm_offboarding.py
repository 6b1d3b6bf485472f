"""The flow and the rules on the simulated site, comparing whole sites: `test_offboarding` for the other vendor."""

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from local.jsm import Quirks
from local.jsm.callers import TOKENS
from service.errors import UnexpectedResponseError
from service.jsm.site_ids import _Tenant
from tests.local.jsm.small_site import HARI as HARI_ID
from tests.local.jsm.small_site import MEERA as MEERA_ID
from tests.local.jsm.small_site import RULE, small_site, user
from tests.support.expected_account import Item
from tests.support.expected_site import left, stable
from tests.support.site_env import ATLASSIAN, KEY, OWNER, SAMPLE, SITE, TOKEN, SiteEnv
from tests.support.virtual_time import virtual_time

HARI, MEERA, TOMAS, KOFI = (f"{name}@example.com" for name in ("hari", "meera", "tomas", "kofi"))
ENDS = ("none", "suspend", "remove")
OUT = "hari@example.com was taken out of 4 rotations, 1 escalation, 1 override, 2 forwarding rules and 2 teams"
ACCOUNTS = {"none": "kept", "suspend": "suspended", "remove": "removed"}
DONE = {"none": "", "suspend": " and suspended", "remove": " and removed"}


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def site_of_hari() -> Item:
    """Make a small site of which hari can leave."""
    site = small_site()
    site["escalations"][0]["rules"].append({**RULE, "delay": 10, "recipient": user(MEERA_ID)})
    return site


def unchanged(env: SiteEnv) -> bool:
    return stable(env.snapshot()) == stable(env.before)


@pytest.mark.parametrize("end", ENDS)
def test_leaver_is_out_of_everything_and_nothing_else_changes(end: str) -> None:
    env = SiteEnv(end=end)

    answer = env.post(username=HARI)

    assert (answer.status, answer.body["message"]) == (200, f"{OUT}{DONE[end]}")
    assert (answer.body["account"], answer.body["deleted"]) == (ACCOUNTS[end], end == "remove")
    assert stable(env.snapshot()) == left(env.before, HARI, end=end)


@pytest.mark.parametrize("end", ENDS)
def test_kept_user_is_only_taken_out(end: str) -> None:
    env = SiteEnv(end=end)

    answer = env.post(username=HARI, keep_user=True)

    assert (answer.status, answer.body["message"]) == (200, OUT)
    assert stable(env.snapshot()) == left(env.before, HARI)
    assert not [note for note in answer.body["not_checked"] if "suspending" in note]


@pytest.mark.parametrize("end", ENDS)
def test_dry_run_writes_nothing_and_plans_the_same(end: str) -> None:
    env = SiteEnv(end=end)

    planned = env.post(username=HARI, dry_run=True)

    assert (planned.status, env.simulation.writes) == (200, [])
    assert unchanged(env)
    made = SiteEnv(end=end).post(username=HARI)
    keys = [[(change["kind"], change["id"]) for change in answer.body["changes"]] for answer in (planned, made)]
    assert sorted(keys[0]) == sorted(keys[1])


def test_replacement_takes_exactly_the_leavers_places() -> None:
    env = SiteEnv(end="suspend")

    assert env.post(username=HARI, replace_with="Kofi@Example.com").status == 200
    assert stable(env.snapshot()) == left(env.before, HARI, by=KOFI, end="suspend")


def test_no_one_keeps_the_turns_of_the_others() -> None:
    env = SiteEnv()

    assert env.post(username=HARI, keep_turns=True).status == 200
    assert stable(env.snapshot()) == left(env.before, HARI, turns=True)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("username", "message"),
    [
        (MEERA, "Payroll / Month end: meera@example.com is the only participant of this rotation"),
        (TOMAS, "Ledger close: tomas@example.com is the only recipient left in this escalation"),
    ],
)
def test_the_last_one_is_refused_and_nothing_is_changed(username: str, message: str, end: str) -> None:
    env = SiteEnv(end=end)

    answer = env.post(username=username)

    assert (answer.status, answer.body["message"]) == (409, f"nothing was changed: {message}")
    assert unchanged(env)
    assert env.simulation.writes == []


@pytest.mark.parametrize("end", ENDS)
def test_second_request_changes_nothing(end: str) -> None:
    env = SiteEnv(end=end)
    env.post(username=HARI)
    for _ in range(3):  # a removed account is listed for a while
        env.post(username=HARI, dry_run=True)
    after = env.snapshot()

    answer = env.post(username=HARI)

    assert answer.status == (404 if end == "remove" else 200)
    assert answer.body.get("changes", []) == []
    assert env.snapshot() == after


@pytest.mark.parametrize("end", ["none", "suspend"])
def test_account_that_was_suspended_before_is_said_to_be(end: str) -> None:
    site = deepcopy(SAMPLE)
    next(one for one in site["people"] if one["email"] == HARI)["membershipStatus"] = "suspended"
    env = SiteEnv(site, end=end, org_key=KEY)

    answers = [env.post(username=HARI, dry_run=True), env.post(username=HARI), env.post(username=HARI)]

    before = "; the account was suspended before"
    assert [answer.body["message"] for answer in answers] == [
        f"{OUT.replace('was', 'would be')}{before}",
        f"{OUT}{before}",
        f"hari@example.com is in nothing that holds a user{before}",
    ]
    assert [(answer.body["account"], answer.body["deleted"]) for answer in answers] == [("suspended", False)] * 3
    assert not [note for answer in answers for note in answer.body["not_checked"] if "suspending" in note]


def test_account_that_was_removed_before_is_said_to_be() -> None:
    site = deepcopy(SAMPLE)
    next(one for one in site["people"] if one["email"] == HARI)["membershipStatus"] = "no_membership"
    env = SiteEnv(site, end="suspend")

    answer = env.post(username=HARI)

    assert answer.body["message"] == f"{OUT}; the account was removed before"
    assert [change for change in answer.body["changes"] if change["kind"] == "user"] == []
    assert (answer.body["account"], answer.body["deleted"]) == ("removed", True)


def test_suspension_says_what_else_it_takes_away() -> None:
    notes = SiteEnv(end="suspend").post(username=HARI).body["not_checked"]

    assert notes == [
        "alert policies, integrations and syncs: Jira Service Management has no list of whom they notify",
        "the 3 products and sites that hari@example.com can use: suspending the account takes all of them away",
    ]


def test_changes_name_people_and_things() -> None:
    answer = SiteEnv().post(username=HARI)

    changes = {(change["kind"], change["name"]): change for change in answer.body["changes"]}
    primary = changes["rotation", "Platform 24x7 / Primary"]
    assert [one.get("username") or one.get("name") or one["type"] for one in primary["after"]["participants"]] == [
        "anders.lindqvist@example.com",
        "Data",
        "none",
        "aiko.tanaka@example.com",
        "Payments escalation",
        "priya.raman+apac@example.com",
    ]
    assert ("forwarding_rule", "aiko.tanaka@example.com to hari@example.com") in changes
    assert changes["override", "Platform 24x7"]["before"]["user"]["name"] == HARI


def test_who_is_on_call_is_told_by_name() -> None:
    answer = SiteEnv().post(username=HARI)

    told = {one["name"]: (one["now"], one["after"], one["computed"]) for one in answer.body["on_call"]}
    assert told["Platform business hours"] == (["jakub.kowalski@example.com"], ["ingrid.berg@example.com"], False)
    assert not any(HARI in after for _, after, _ in told.values())


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["end", "replace", "keep_turns", "keep_user", "dry_run"])
def test_blind_token_changes_nothing(end: str, kind: str) -> None:
    env = SiteEnv(end=end, email="selin.kaya@example.com", api_token="blind-token")

    answer = env.post(username=HARI, **KINDS[kind])

    assert answer.status == 409
    assert [blocker["reason"] for blocker in answer.body["blockers"] if blocker["kind"] == "sight"] == [
        "the token may not see the turns of hari@example.com, so it does not see every schedule and team",
        "the token does not see the team that owns Platform 24x7 and Platform business hours",
    ][: 1 + ("owns" in answer.body["message"])]
    assert unchanged(env)


def test_trust_is_no_way_out_for_a_blind_token() -> None:
    env = SiteEnv(email="selin.kaya@example.com", api_token="blind-token", trust_token=True)

    assert env.post(username=HARI).status == 409
    assert unchanged(env)


def test_admin_of_operations_is_trusted_by_a_setting_only() -> None:
    admin: Item = {"email": "anders.lindqvist@example.com", "api_token": "operations-admin-token"}
    env = SiteEnv(**admin)

    refused = env.post(username=HARI)

    assert refused.status == 409
    assert refused.body["blockers"] == [
        {
            "kind": "sight",
            "name": "anders.lindqvist@example.com",
            "reason": "the token may not see every schedule and team: it cannot read the audit log, and Jira Service "
            "Management leaves out what a token may not see without saying so",
            "remedy": "use the token of an admin of the product Jira Service Management, or set JSM_TRUST_TOKEN to 1 "
            "if its owner is an Operations admin",
        }
    ]
    assert unchanged(env)
    trusted = SiteEnv(**admin, trust_token=True)
    assert trusted.post(username=HARI).status == 200
    assert stable(trusted.snapshot()) == left(env.before, HARI)


@pytest.mark.parametrize("token", ["no-delete-token", "read-token"])
def test_token_without_a_scope_fails_before_anything_has_changed(token: str) -> None:
    # The audit log is read with the scope to read.
    env = SiteEnv(api_token=token)

    answer = env.post(username=HARI)

    assert (answer.status, answer.body["changes"]) == (502, [])
    assert "Unauthorized; scope does not match" in answer.body["message"]
    assert unchanged(env)


def test_token_of_an_agent_who_finds_nobody_is_refused() -> None:
    env = SiteEnv(small_site(), email="selin.kaya@example.com", api_token="blind-token")

    answer = env.post(username=HARI)

    assert answer.status == 502
    assert "the token's owner lacks the global permission Browse users and groups" in answer.body["message"]
    assert unchanged(env)


REFUSED = [
    ("sunita@example.com", "suspend", "synced"),
    ("sunita@example.com", "none", "team"),
    ("oskar@example.com", "suspend", "organization_admin"),
    ("oskar@example.com", "remove", "organization_admin"),
    ("wanda@example.com", "none", "team"),
    (OWNER, "none", "own_account"),
    (OWNER, "remove", "own_account"),
    ("yuki@example.com", "none", "address"),
]


@pytest.mark.parametrize(("username", "end", "kind"), REFUSED)
def test_what_only_the_site_knows_refuses_it(username: str, end: str, kind: str) -> None:
    env = SiteEnv(end=end)

    answer = env.post(username=username)

    assert answer.status == 409
    assert kind in [blocker["kind"] for blocker in answer.body["blockers"]]
    assert unchanged(env)


@pytest.mark.parametrize("username", ["oskar@example.com"])
def test_what_only_forbids_the_end_does_not_forbid_to_take_out(username: str) -> None:
    assert SiteEnv(end="suspend").post(username=username, keep_user=True).status == 200


@pytest.mark.parametrize(
    ("key", "more"),
    [("", "; Jira finds active accounts only, and with JSM_ORG_KEY the others are found too"), (KEY, "")],
)
def test_404_says_whom_jira_does_not_find(key: str, more: str) -> None:
    assert SiteEnv(org_key=key).post(username="nobody@example.com").body["message"] == (
        f"there is no user nobody@example.com{more}"
    )


@pytest.mark.parametrize("username", ["mirror@bots.example.com", "hari@example.com.example.com", "bela@example.com"])
def test_other_accounts_are_not_found(username: str) -> None:
    env = SiteEnv()

    assert env.post(username=username).status == 404
    assert unchanged(env)


def test_account_with_the_name_of_the_leaver_is_another() -> None:
    site = site_of_hari()
    other = next(person for person in site["people"] if person["accountId"] == MEERA_ID)
    other.update(name=HARI, emailVisible=False)
    env = SiteEnv(site)

    assert env.post(username=HARI).status == 200
    assert stable(env.snapshot()) == left(env.before, HARI)


def test_throttling_is_waited_out() -> None:
    env = SiteEnv(end="suspend")
    for path in (
        "/v1/schedules$",
        "/members$",
        "/overrides$",
        "/user/bulk$",
        "/users/search$",
        "/rotations/",
        "/suspend$",
    ):
        env.simulation.faults.order("429", path=path, times=2)

    answer = env.post(username=HARI)

    assert answer.status == 200
    assert answer.seconds > 1
    assert stable(env.snapshot()) == left(env.before, HARI, end="suspend")


def writes_of(end: str) -> list[tuple[str, str]]:
    env = SiteEnv(site_of_hari(), end=end)
    assert env.post(username=HARI).status == 200
    return [(call.method, call.path) for call in env.simulation.writes]


@pytest.mark.parametrize("fault", ["lost", "html-lost", "truncated", "202+done"])
@pytest.mark.parametrize("end", ["suspend", "remove"])
def test_lost_answer_of_any_write_is_settled(end: str, fault: str) -> None:
    writes = writes_of(end)
    assert len(writes) == 6, "rotation, escalation, override, forwarding rule, team, account"
    for method, path in writes:
        env = SiteEnv(site_of_hari(), end=end, quirks=Quirks(removal_lag=0))
        env.simulation.faults.order(fault, method, f"^{path}$")

        answer = env.post(username=HARI)

        assert (answer.status, answer.body.get("unconfirmed")) == (200, None), (method, path, answer.body["message"])
        assert len(answer.body["changes"]) == 6, (method, path)
        assert stable(env.snapshot()) == left(env.before, HARI, end=end)


@pytest.mark.parametrize(("end", "lag"), [("suspend", 3), ("remove", 0)])
def test_end_whose_answers_are_all_lost_is_settled_by_reading(end: str, lag: int) -> None:
    env = SiteEnv(site_of_hari(), end=end, quirks=Quirks(removal_lag=lag))
    method, path = writes_of(end)[-1]
    env.simulation.faults.order("lost", method, f"^{path}$", times=None)

    answer = env.post(username=HARI)

    assert (answer.status, answer.body["changes"][-1]["action"]) == (200, end)
    assert stable(env.snapshot()) == left(env.before, HARI, end=end)


def test_removal_that_still_shows_is_not_confirmed() -> None:
    env = SiteEnv(site_of_hari(), end="remove", quirks=Quirks(removal_lag=9))
    method, path = writes_of("remove")[-1]
    env.simulation.faults.order("lost", method, f"^{path}$", times=None)

    answer = env.post(username=HARI)

    assert (answer.status, [change["action"] for change in answer.body["unconfirmed"]]) == (503, ["remove"])


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/rotations/"), ("PATCH", "/escalations/")])
def test_write_that_changes_nothing_is_not_reported_as_made(method: str, path: str) -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order("unchanged", method, path, times=None)

    answer = env.post(username=HARI)

    assert answer.status == 502
    kinds = [change["kind"] for change in answer.body["changes"]]
    assert path.strip("/").removesuffix("s") not in kinds


@pytest.mark.parametrize("fault", ["500", "html", "429"])
def test_calendar_that_cannot_be_read_stops_nothing(fault: str) -> None:
    env = SiteEnv(site_of_hari(), end="suspend")
    env.simulation.faults.order(fault, "GET", r"\.ics$", times=None)

    answer = env.post(username=HARI)

    assert (answer.status, answer.body["account"]) == (200, "suspended")
    assert stable(env.snapshot()) == left(env.before, HARI, end="suspend")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"tenantContexts": []}, f"Atlassian knows no site {SITE.removeprefix('https://')}: check JSM_SITE"),
        ({"tenantContexts": [None]}, f"Atlassian knows no site {SITE.removeprefix('https://')}: check JSM_SITE"),
    ],
)
def test_site_that_is_not_known_is_named(data: Any, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jsm.site_ids.Calls._request", lambda *_, **__: {"data": data})
    with pytest.raises(UnexpectedResponseError) as raised:
        _Tenant(None).context(SITE.removeprefix("https://"))  # type: ignore[arg-type]
    assert str(raised.value) == why


@pytest.mark.parametrize("status", ["422", "403"])
def test_refused_question_for_the_ids_says_what_to_set(status: str) -> None:
    env = SiteEnv(site_of_hari())
    env.simulation.faults.order(status, "POST", "graphql$", times=None)

    answer = env.post(username=HARI)

    assert answer.status == 502
    assert "the site does not tell the id of its organization: set JSM_ORG_ID to it" in answer.body["message"]


@pytest.mark.parametrize("context", ["errors", "404"])
def test_ids_that_the_site_does_not_tell_can_be_set(context: Any) -> None:
    quirks = Quirks(tenant_context=context)
    refused = SiteEnv(site_of_hari(), quirks=quirks).post(username=HARI)
    assert refused.status == 502
    assert "the site does not tell the id of its organization: set JSM_ORG_ID to it" in refused.body["message"]
    org_id = SAMPLE["organizationId"]
    env = SiteEnv(site_of_hari(), quirks=quirks, org_id=org_id)

    assert env.post(username=HARI).status == 200
    assert [path for _, path, _ in env.line.sent if "graphql" in path] == []


def test_ids_are_asked_for_once_a_process() -> None:
    env = SiteEnv(site_of_hari(), end="suspend")
    for _ in range(2):
        env.post(username=HARI)

    once = [path for _, path, _ in env.line.sent if "graphql" in path or path.endswith("/myself")]
    assert len(once) == 2
    known = SiteEnv(site_of_hari(), cloud_id=SAMPLE["cloudId"], org_id=SAMPLE["organizationId"])
    known.post(username=HARI)
    assert not [path for _, path, _ in known.line.sent if "graphql" in path or "_edge" in path]


KINDS: dict[str, Item] = {
    "end": {},
    "replace": {"replace_with": KOFI},
    "keep_turns": {"keep_turns": True},
    "keep_user": {"keep_user": True},
    "dry_run": {"dry_run": True},
}


@pytest.mark.parametrize("body", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("fault", ["none", "redirect", "401", "lost"])
def test_each_credential_reaches_its_own_api_only(end: str, body: Item, fault: str) -> None:
    env = SiteEnv(site_of_hari(), end=end, org_key=KEY)
    if fault != "none":
        env.simulation.faults.order(fault, path="/admin/|/suspend$|/rotations/", times=1)
    env.post(username=HARI, **body)

    keys = {
        auth: {(host, path.split("/")[1]) for host, path, one in env.line.sent if one == auth}
        for _, _, auth in env.line.sent
    }
    site, atlassian = (url.removeprefix("https://") for url in (SITE, ATLASSIAN))
    assert keys.pop(f"Bearer {KEY}") == {(atlassian, "admin")}
    ((person, reached),) = keys.items()
    assert person == f"Basic {b64encode(f'{OWNER}:{TOKEN}'.encode()).decode()}"
    assert reached <= {(site, "rest"), (site, "gateway"), (atlassian, "jsm")}
    assert not any(secret in path for _, path, _ in env.line.sent for secret in (KEY, TOKEN))


def test_organization_key_is_not_used_where_there_is_none() -> None:
    env = SiteEnv()
    env.post(username=HARI)

    assert not [path for _, path, auth in env.line.sent if path.startswith("/admin") or auth.startswith("Bearer")]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("odd", ["712020:a/b", "712020:50%25:x", "a:b:c", "712020:spaced out"])
def test_odd_account_ids_are_the_leavers_alone(odd: str, end: str) -> None:
    text = json.dumps(site_of_hari()).replace(HARI_ID, odd)
    env = SiteEnv(json.loads(text), end=end)

    assert env.post(username=HARI).status == 200
    assert stable(env.snapshot()) == left(env.before, HARI, end=end)


def test_colon_is_sent_as_it_is() -> None:
    env = SiteEnv(site_of_hari(), end="suspend", quirks=Quirks(decodes_paths=False))

    assert env.post(username=HARI).status == 200
    assert [path for _, path, _ in env.line.sent if HARI_ID in path and "%3A" not in path]


@pytest.mark.parametrize("token", list(TOKENS))
def test_any_token_is_right_or_refused(token: str) -> None:
    env = SiteEnv(site_of_hari(), api_token=token, email=TOKENS[token].owner)

    answer = env.post(username=HARI)

    assert (answer.status == 200) == (token == "site-token")
    assert stable(env.snapshot()) == (left(env.before, HARI) if token == "site-token" else stable(env.before))
