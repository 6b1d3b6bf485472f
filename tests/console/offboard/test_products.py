"""Off-boarding from the command line on either product: dry run, list, record, and words that are true of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import console.terminal
from tests.support.console_env import GO, ConsoleEnv, OpsgenieConsoleEnv, SiteConsoleEnv
from tests.support.console_runner import as_json, lines_of
from tests.support.virtual_time import virtual_time

HARI, MEERA, NORA, KOFI = (f"{name}@example.com" for name in ("hari", "meera", "nora", "kofi"))
INGRID, SELIN = "ingrid.berg@example.com", "selin.kaya@example.com"
RECORD = "record.jsonl"
OUT = "taken out of 4 rotations, 1 escalation, 1 override, 2 forwarding rules and 2 teams"
ACCOUNT = {
    "opsgenie": (
        " team              Platform                                      membership goes (role admin)",
        " team              Payments                                      membership goes (role user)",
        " account           hari@example.com                              goes",
    ),
    "jsm": (
        " team              Platform                                      membership goes",
        " team              Payments                                      membership goes",
        " account           hari@example.com                              is suspended",
    ),
}
NOT_CHECKED = {
    "opsgenie": (
        "overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person",
        "integrations and policies: Opsgenie names them only where it refuses to delete the user",
    ),
    "jsm": (
        "alert policies, integrations and syncs: Jira Service Management has no list of whom they notify",
        "the 3 products and sites that hari@example.com can use: suspending the account takes all of them away",
    ),
}


@pytest.fixture(autouse=True)
def time_is_virtual() -> Iterator[None]:
    """Let nothing take real time."""
    with virtual_time(threads=False):
        yield


def lines(text: str) -> list[str]:
    """Return the lines of an output without the spaces at their ends."""
    return [line.rstrip() for line in text.splitlines()]


def test_offboard_without_apply_shows_everything_and_changes_nothing(console_env: ConsoleEnv) -> None:
    before = console_env.snapshot()

    result = console_env.run("offboard", HARI)

    product = console_env.product
    shown = f"""\
hari@example.com  planned
would be {OUT} and {console_env.end}

 what              where                                         change
 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 rotation          Platform 24x7 / Primary                       places 2 and 7 of 8 go
 rotation          Platform 24x7 / Secondary                     place 1 of 3 goes
 rotation          Platform business hours / Weekdays            place 2 of 3 goes
 rotation          Payments on-call / Nights                     place 3 of 3 goes
 escalation        Platform escalation                           rule 2 of 4 goes
 override          Platform 24x7                                 goes (2026-11-20T00:00:00Z to 2036-11-20T00:00:00Z)
 forwarding rule   hari@example.com to kofi@example.com          goes (2036-02-01T00:00:00Z to 2036-05-01T00:00:00Z)
 forwarding rule   aiko.tanaka@example.com to hari@example.com   goes (2035-12-20T00:00:00Z to 2036-01-04T00:00:00Z)
""".splitlines()
    end = [*(f"not checked: {one}" for one in NOT_CHECKED[product]), "", "Sum: 1 planned"]
    end.append("Nothing was changed. Add --apply to do it.")
    printed = lines(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert printed[: len(shown) + 5] == [*shown, *ACCOUNT[product], "", "On call now in Platform 24x7"]
    assert printed[-len(end) :] == end
    assert (console_env.simulation.writes, console_env.snapshot()) == ([], before)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ((), {}),
        (("--keep-user",), {"keep": True}),
        (("--keep-turns",), {"turns": True}),
        (("--replace-with", KOFI, "--keep-user"), {"by": KOFI, "keep": True}),
    ],
)
def test_apply_does_what_the_api_does_and_writes_a_record(
    console_env: ConsoleEnv, words: tuple[str, ...], options: dict[str, Any]
) -> None:
    before = console_env.snapshot()

    result = console_env.run("offboard", HARI, *words, *GO)

    end = "" if "keep" in options else f" and {console_env.end}"
    assert result.exit_code == 0
    assert console_env.snapshot() == console_env.left(before, HARI, **options)
    assert lines(result.stdout)[:2] == ["hari@example.com  done", f"was {OUT}{end}"]
    (line,) = lines_of(RECORD)
    kinds = [change["kind"] for change in line["changes"]]
    assert (line["outcome"], line["message"]) == ("done", f"hari@example.com was {OUT}{end}")
    assert kinds == ["rotation"] * 4 + ["escalation", "override"] + ["forwarding_rule"] * 2 + ["team"] * 2 + (
        [] if "keep" in options else ["user"]
    )


def test_list_says_for_each_person_what_takes_the_places(console_env: ConsoleEnv) -> None:
    before = console_env.snapshot()
    rows = f"username,replace_with,keep_turns\n{HARI},,yes\n{KOFI},{NORA},no\n{INGRID},,\nghost@example.com,,\n"

    result = console_env.run("offboard", "--from-csv", "-", *GO, "--json", stdin=rows)

    answer = as_json(result)
    final = console_env.left(console_env.left(before, HARI, turns=True), KOFI, by=NORA)
    assert console_env.snapshot() == console_env.left(final, INGRID)
    assert (result.exit_code, answer["record"], answer["stopped"]) == (1, RECORD, None)
    assert [(one["username"], one["outcome"]) for one in answer["people"]] == [
        (HARI, "done"),
        (KOFI, "done"),
        (INGRID, "done"),
        ("ghost@example.com", "not found"),
    ]


def test_refused_person_does_not_stop_the_others(console_env: ConsoleEnv) -> None:
    before = console_env.snapshot()

    result = console_env.run("offboard", MEERA, NORA, *GO)

    assert (result.exit_code, console_env.snapshot()) == (1, console_env.left(before, NORA))
    assert lines(result.stdout)[-4:] == [
        "Sum: 1 done, 1 refused",
        "Refused: meera@example.com",
        "Record: record.jsonl",
        "To undo: flask --app console restore record.jsonl",
    ]


def test_answering_yes_offboards(console_env: ConsoleEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)
    before = console_env.snapshot()

    result = console_env.run("offboard", HARI, "--apply", stdin="y\n")

    assert result.stderr.splitlines() == [
        "hari@example.com is on call now in Platform 24x7",
        "Off-board 1 person now, who is on call? [y/N]: y",
    ]
    assert console_env.snapshot() == console_env.left(before, HARI)


def test_plan_is_on_disk_before_the_first_write(console_env: ConsoleEnv) -> None:
    found = []

    def look() -> None:
        found.append([json.loads(line)["outcome"] for line in Path(RECORD).read_text().splitlines()])

    console_env.simulation.before("DELETE", "/overrides/", look)

    console_env.run("offboard", HARI, *GO)

    assert found == [["under way"]]


@pytest.mark.parametrize("fault", ["503", "403"])
def test_site_that_fails_is_called_by_its_name(fault: str) -> None:
    env = SiteConsoleEnv()
    env.simulation.faults.order(fault, times=None)

    result = env.run("offboard", HARI, NORA, KOFI, MEERA, *GO)

    assert result.exit_code == 1
    assert "Jira Service Management" in result.stdout
    assert "Opsgenie" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("offboard", HARI, MEERA, "ghost@example.com", "oskar@example.com", "sunita@example.com"),
        ("offboard", HARI, "--json"),
        ("restore", RECORD),
        ("restore", RECORD, "--json"),
    ],
)
def test_no_word_of_opsgenie_is_said_of_a_site(words: tuple[str, ...]) -> None:
    env = SiteConsoleEnv()
    env.run("offboard", NORA, *GO)

    result = env.run(*words)

    assert "opsgenie" not in result.output.lower()
    assert "ACCESS_TOKEN" not in result.output


def test_share_of_the_people_of_an_organization_is_counted() -> None:
    env = SiteConsoleEnv()
    ghosts = [f"ghost{n}@example.com" for n in range(6)]
    people = sum(
        1
        for one in env.snapshot()["people"]
        if one["accountType"] == "atlassian" and one["membershipStatus"] == one["accountStatus"] == "active"
    )

    few = env.run("offboard", *ghosts[: people // 10], *GO)
    many = env.run("offboard", *(f"ghost{n}@example.com" for n in range(people // 10 + 1)), *GO)

    number = people // 10 + 1
    assert few.exit_code == 1
    assert (many.exit_code, many.stderr.splitlines()[-1]) == (
        2,
        f"Error: {number} people are more than a tenth of the account's {people} users: if all of them leave, add "
        f"--at-most {number}",
    )


def test_people_are_not_counted_without_the_key_of_the_organization() -> None:
    env = SiteConsoleEnv(end="none", org_key="")

    result = env.run("offboard", *(f"ghost{n}@example.com" for n in range(6)), *GO)

    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        "note: the account's users could not be counted (without JSM_ORG_KEY there is no list of people); up to 25 "
        "people are taken"
    )


def test_help_names_the_settings_of_each_product() -> None:
    for command in ("offboard", "restore"):
        shown = OpsgenieConsoleEnv().run(command, "--help").stdout

        names = ("PRODUCT", "ACCESS_TOKEN", "OPSGENIE_API_URL", "JSM_SITE", "JSM_EMAIL", "JSM_API_TOKEN", "JSM_ORG_KEY")
        assert all(name in shown for name in names)
