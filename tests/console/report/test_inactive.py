"""People who can no longer be called and still stand somewhere: the report's first finding."""

import pytest

from local.opsgenie import Simulation
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, runner
from tests.support.standing import BELA, EVERYWHERE, delete, put_everywhere, reference

YARA = "yara.barakat@example.com"
LAST_WEEK = {"startDate": "2026-11-17T00:00:00Z", "endDate": "2026-11-18T00:00:00Z"}


@pytest.fixture
def run(simulation: Simulation) -> Run:
    return runner(simulation, key="read-only-key")


def test_blocked_person_is_named_with_every_place(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, BELA)

    found = as_json(run("report", "--json"))

    assert found["people_who_can_no_longer_be_called"] == [
        {"username": BELA, "full_name": "Bela Toth", "state": "blocked", "places": EVERYWHERE}
    ]
    assert found["people_who_would_not_hear_an_alert"] == []
    assert found["not_checked"] == []


def test_deleted_person_is_named_with_every_place(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, BELA)
        delete(account, BELA)

    found = as_json(run("report", "--json"))

    assert found["people_who_can_no_longer_be_called"] == [
        {"username": BELA, "full_name": "", "state": "no account", "places": EVERYWHERE}
    ]


@pytest.mark.parametrize("known", [("id",), ("username",), ("id", "username")])
def test_person_known_by_id_or_username_is_one_person(simulation: Simulation, run: Run, known: tuple[str, ...]) -> None:
    """Which of them an entry has is not documented."""
    with simulation.edit() as account:
        put_everywhere(account, BELA)
        (rule,) = account["forwardingRules"][-1:]
        rule["toUser"] = {name: rule["toUser"][name] for name in known}

    (found,) = as_json(run("report", "--json"))["people_who_can_no_longer_be_called"]

    assert found["places"] == EVERYWHERE


def test_what_is_over_is_not_a_place(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, BELA, LAST_WEEK)
        account["schedules"][4]["rotations"][0]["endDate"] = "2026-11-18T00:00:00Z"

    (found,) = as_json(run("report", "--json"))["people_who_can_no_longer_be_called"]

    assert found["places"] == ["escalation Support escalation"]


def test_somebody_who_stands_nowhere_is_not_named(run: Run) -> None:
    """The sample account has a blocked person, who is in nothing."""
    assert as_json(run("report", "--json"))["people_who_can_no_longer_be_called"] == []


def test_somebody_who_only_never_verified_is_in_the_other_finding(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, YARA)

    found = as_json(run("report", "--json"))

    assert found["people_who_can_no_longer_be_called"] == []
    assert found["people_who_would_not_hear_an_alert"] == [
        {
            "username": YARA,
            "full_name": "Yara Barakat",
            "problems": ["never verified", "no contact method enabled"],
            "places": EVERYWHERE[:3],
        }
    ]


def test_somebody_who_never_verified_and_is_blocked_is_in_the_first_finding_only(
    simulation: Simulation, run: Run
) -> None:
    with simulation.edit() as account:
        put_everywhere(account, YARA)
        expected_account.user_of(account, YARA)["blocked"] = True

    found = as_json(run("report", "--json"))

    assert [one["username"] for one in found["people_who_can_no_longer_be_called"]] == [YARA]
    assert found["people_who_would_not_hear_an_alert"] == []


def test_turns_of_a_deleted_person_are_gaps(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][4]["rotations"][0]["participants"] = [{"type": "user", **reference(account, BELA)}]
        delete(account, BELA)

    hours = {one["name"]: one["hours_without_anybody"] for one in as_json(run("report", "--json"))["schedules"]}

    assert hours["Support desk"] == 4 * 7 * 24


@pytest.mark.parametrize("fault", ["402", "403+plan", "403", "422", "404"])
def test_refused_forwarding_rules_are_told_and_no_error(simulation: Simulation, run: Run, fault: str) -> None:
    whys = {
        "402": "Your plan does not include this feature",
        "403+plan": "This feature is not supported for your account",
        "403": "API Key is not granted with write access",
        "422": "Request body is not processable. Please check the errors: identifier: is odd",
        "404": "No entity exists with identifier [fault]",
    }
    simulation.faults.order(fault, "GET", "/v2/forwarding-rules$", times=9)

    result = run("report", "--json")

    assert result.exit_code == 0
    assert as_json(result)["not_checked"] == [f"forwarding rules: Opsgenie does not show them ({whys[fault]})"]


def test_overrides_that_the_plan_lacks_are_told_and_no_error(simulation: Simulation, run: Run) -> None:
    simulation.faults.order("402", "GET", "/overrides$", times=9)

    result = run("report", "--json")

    assert result.exit_code == 0
    assert as_json(result)["not_checked"] == [
        "overrides: Opsgenie does not show them (Your plan does not include this feature)"
    ]


def test_tables_begin_with_the_finding_and_end_with_what_was_not_checked(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, BELA)
    simulation.faults.order("402", "GET", "/v2/forwarding-rules$")

    lines = [line.rstrip() for line in run("report").stdout.splitlines() if line.strip(" ─")]
    places = "rotation Support desk / Desk; override Support desk; escalation Support escalation"

    assert lines == [
        "People who can no longer be called",
        " who                state     still stands in",
        f" bela@example.com   blocked   {places}",
        "People who would not hear an alert",
        "none",
        "Rotations with one person",
        " rotation              who",
        " Payroll / Month end   Meera Krishnan",
        "Escalations with one recipient",
        " escalation     who",
        " Ledger close   Tomas Ruzicka",
        "The next four weeks",
        " schedule                  on call",
        " Platform 24x7             Somebody is on call all the time.",
        " Platform business hours   Nobody is on call for 20 days and 12 hours in 20 stretches (73% of the time).",
        " Payments on-call          Somebody is on call all the time.",
        " Payroll                   Nobody is on call for 14 days in 2 stretches (50% of the time).",
        " Support desk              Nobody is on call for 8 days in 9 stretches (29% of the time).",
        "not checked: forwarding rules: Opsgenie does not show them (Your plan does not include this feature)",
    ]


def test_page_shows_the_finding_and_what_was_not_checked(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        put_everywhere(account, BELA)
    simulation.faults.order("402", "GET", "/overrides$", times=9)

    text = run("report", "--html", "-").stdout

    start, end = text.index('<h2 id="inactive">'), text.index('<h2 id="people">')
    places = "".join(f"<li>{place}</li>" for place in EVERYWHERE if place != "override Support desk")
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Who", "State", "Still stands in"))
    assert [line for line in text[start:end].split("\n") if line] == [
        '<h2 id="inactive">People who can no longer be called</h2>',
        '<div class="card scroll" tabindex="0" role="region" aria-labelledby="inactive">',
        "<table>",
        f"<thead><tr>{heads}</tr></thead>",
        "<tbody>",
        '<tr><td>Bela Toth<br><span class="soft">bela@example.com</span></td>',
        '<td class="words">blocked</td>',
        f"<td><ul>{places}</ul></td></tr>",
        "</tbody>",
        "</table>",
        "</div>",
    ]
    assert "<li>overrides: Opsgenie does not show them (Your plan does not include this feature)</li>" in text


def test_page_without_findings_says_none(run: Run) -> None:
    text = run("report", "--html", "-").stdout

    assert '<h2 id="inactive">People who can no longer be called</h2>\n<p>None.</p>' in text
    assert "<p>None: everybody else who is counted on can be reached.</p>" in text
    assert "Not checked" not in text
