"""The offboard command as a whole, on the sample account of the simulated Opsgenie."""

import stat
from pathlib import Path

import pytest

import console.terminal
from local.opsgenie import Simulation
from service.settings import Settings
from tests.support import expected_account
from tests.support.console_runner import Run, as_json, lines_of, runner, runner_of
from tests.support.fault_table import KOFI

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
INGRID = "ingrid.berg@example.com"
GO = ("--apply", "--yes")
ON_CALL = """On call now in Platform 24x7

 on call in                now                            after, as computed          next hand-over
 ─────────────────────────────────────────────────────────────────────────────────────────────────────────
 Platform 24x7             anders.lindqvist@example.com   Payments escalation         2026-11-26T08:00:00Z
                           hari@example.com               henrik.dahl@example.com
 Platform business hours   jakub.kowalski@example.com     ingrid.berg@example.com     2026-11-25T17:00:00Z
 Payments on-call          finn.o'connor@example.com      finn.o'connor@example.com
                           daniel.okafor@example.com      daniel.okafor@example.com

not checked: overrides in other schedules that give no turn in the next three months: Opsgenie shows none by person
not checked: integrations and policies: Opsgenie names them only where it refuses to delete the user

Sum: 1 planned
Nothing was changed. Add --apply to do it.
"""
BOTH = "--keep-turns leaves the places to no one, --replace-with gives them to somebody: choose one of the two"


def test_offboard_without_apply_shows_everything_and_changes_nothing(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    result = run("offboard", HARI)

    assert result.exit_code == 0
    assert (simulation.writes, simulation.snapshot(), list(Path().iterdir())) == ([], before, [])
    shown = " ".join(result.stdout.split())
    assert "would be taken out of 4 rotations, 1 escalation, 1 override, 2 forwarding rules and 2 teams" in shown
    assert "rotation Platform 24x7 / Primary places 2 and 7 of 8 go" in shown
    assert "escalation Platform escalation rule 2 of 4 goes" in shown
    rest = result.stdout[result.stdout.index("On call now") :]
    assert [line.rstrip() for line in rest.splitlines()] == ON_CALL.splitlines()
    assert result.stderr == ""


def test_apply_offboards_like_the_api_and_writes_a_private_record(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    result = run("offboard", HARI, *GO)

    assert result.exit_code == 0
    assert simulation.snapshot() == expected_account.left(before, HARI)
    record = Path("records/2026-11-25T091500Z.jsonl")
    assert f"Record: {record}" in result.stdout
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.parent.stat().st_mode) == 0o700
    assert "local-key" not in record.read_text()
    (line,) = lines_of(record)
    assert {name: line[name] for name in ("version", "time", "request", "outcome")} == {
        "version": 1,
        "time": "2026-11-25T09:15:00Z",
        "request": {"username": HARI, "replace_with": None, "keep_user": False, "keep_turns": False},
        "outcome": "done",
    }
    assert line["person"]["profile"]["tags"] == ["sre"]
    assert [change["kind"] for change in line["changes"]].count("rotation") == 4


def test_replace_with_and_keep_user_act_as_in_the_api(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    result = run("offboard", HARI, "--replace-with", KOFI, "--keep-user", *GO)

    assert "place 1 of 3: kofi@example.com instead" in result.stdout
    assert simulation.snapshot() == expected_account.left(before, HARI, by=KOFI, keep=True)


def test_keep_turns_acts_as_in_the_api(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    planned = run("offboard", HARI, "--keep-turns")
    result = run("offboard", HARI, "--keep-turns", "--json", *GO)

    shown = " ".join(planned.stdout.split())
    assert "rotation Platform 24x7 / Primary places 2 and 7 of 8: no one instead" in shown
    assert "escalation Platform escalation rule 2 of 4 goes" in shown
    assert simulation.snapshot() == expected_account.left(before, HARI, turns=True)
    (person,) = as_json(result)["people"]
    assert (person["replace_with"], person["keep_turns"]) == (None, True)
    (line,) = lines_of(next(Path("records").iterdir()))
    assert line["request"] == {"username": HARI, "replace_with": None, "keep_user": False, "keep_turns": True}


def test_refused_person_does_not_stop_the_others(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    result = run("offboard", MEERA, "ghost@example.com", NORA, "olivia@example.com", *GO)

    assert result.exit_code == 1
    assert simulation.snapshot() == expected_account.left(before, NORA)
    assert "or give --replace-with" in " ".join(result.stdout.split())
    assert "Sum: 1 done, 2 refused, 1 not found" in result.stdout
    outcomes = {line["request"]["username"]: line["outcome"] for line in lines_of(next(Path("records").iterdir()))}
    assert list(outcomes.values()) == ["refused", "not found", "done", "refused"]


def test_protected_users_are_refused(simulation: Simulation) -> None:
    result = runner(simulation, protected=frozenset({HARI}))("offboard", HARI, "--json", *GO)

    (person,) = as_json(result)["people"]
    assert [blocker["kind"] for blocker in person["blockers"]] == ["protected_user"]
    assert simulation.writes == []


def test_json_output_contains_the_api_answers(run: Run) -> None:
    result = run("offboard", MEERA, NORA, "--json", "--record", "here.jsonl", *GO)

    answer = as_json(result)
    assert (result.exit_code, answer["record"], answer["not_tried"], answer["stopped"]) == (1, "here.jsonl", [], None)
    assert [(one["username"], one["outcome"]) for one in answer["people"]] == [(MEERA, "refused"), (NORA, "done")]
    assert answer["people"][0]["blockers"][0]["name"] == "Payroll / Month end"
    assert answer["people"][1]["changes"][0]["kind"] == "user"


def test_apply_shows_the_plan_and_answering_no_changes_nothing(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)

    result = run("offboard", HARI, MEERA, "--apply", stdin="n\n")

    assert result.exit_code == 1
    assert "would be taken out" in result.stdout
    assert "Off-board 1 person now, who is on call? [y/N]" in result.stderr
    assert (simulation.writes, list(Path().iterdir())) == ([], [])


def test_answering_yes_offboards_only_those_not_refused(
    simulation: Simulation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.terminal, "can_ask", lambda: True)
    before = simulation.snapshot()

    result = run("offboard", MEERA, HARI, "--apply", stdin="y\n")

    assert result.exit_code == 1
    assert simulation.snapshot() == expected_account.left(before, HARI)
    assert "Sum: 1 done, 1 refused" in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("offboard", HARI, "--apply"), "here nobody can answer: add --yes"),
        (("offboard", "--from-csv", "-", "--apply"), "here nobody can answer: add --yes"),
        (("offboard",), "name somebody: EMAIL... or --from-csv FILE"),
        (("offboard", " "), "the command line: username is blank"),
        (("offboard", "--from-csv", "none.csv"), "No such file"),
        (("offboard", "--from-csv", "-"), "standard input line 2: username is blank"),
        (("offboard", HARI, "--keep-turns", "--replace-with", KOFI), BOTH),
        (("offboard", "--from-csv", "-", "--keep-turns", "--replace-with", ""), BOTH),
    ],
)
def test_invalid_command_line_exits_2_without_calling_opsgenie(
    simulation: Simulation, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    result = run(*words, stdin=b"username,replace_with\n,kofi@example.com\n")

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert simulation.calls == []


def test_reads_the_csv_list_from_standard_input(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()

    result = run(
        "offboard",
        "--from-csv",
        "-",
        *GO,
        stdin=f"\ufeffusername;replace_with\r\n{NORA};\r\n{HARI};{KOFI}\r\n{NORA};\r\n",
    )

    assert result.exit_code == 0
    assert "note: standard input line 4: nora@example.com is in standard input line 2 already" in result.stderr
    assert simulation.snapshot() == expected_account.left(expected_account.left(before, HARI, by=KOFI), NORA)


def test_each_line_of_a_list_says_what_takes_its_places(simulation: Simulation, run: Run) -> None:
    before = simulation.snapshot()
    list_ = f"username,replace_with,keep_turns\n{HARI},,Yes\n{KOFI},{NORA},no\n{INGRID},,0\n"

    result = run("offboard", "--from-csv", "-", *GO, stdin=list_)

    assert result.exit_code == 0, result.stdout
    final = expected_account.left(before, HARI, turns=True)
    assert simulation.snapshot() == expected_account.left(expected_account.left(final, KOFI, by=NORA), INGRID)


def test_missing_access_token_exits_2_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCESS_TOKEN", raising=False)
    monkeypatch.delenv("OPSGENIE_API_URL", raising=False)
    monkeypatch.delenv("TIME_BUDGET", raising=False)

    result = runner_of(None, None)("offboard", HARI)

    assert result.exit_code == 2
    assert result.stderr == "Error: ACCESS_TOKEN is not set: it takes the key of an Opsgenie API integration\n"


@pytest.mark.parametrize("words", [("offboard", HARI), ("report",)])
def test_empty_ca_bundle_exits_2_with_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "ca.pem").touch()
    monkeypatch.setenv("ACCESS_TOKEN", "k")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "ca.pem")

    result = runner_of(None, None)(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: the CA bundle ca.pem that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names has no certificates: "
        "it has to be a file of them in PEM\n"
    )


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPSGENIE_API_URL", "PROTECTED_USERS", "TIME_BUDGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ACCESS_TOKEN", "k")
    app = console.create_app()

    assert app.extensions["console"].settings == Settings("k", time_budget=120.0)
    assert runner_of(None, None)("--help").exit_code == 0


def test_control_characters_in_names_are_replaced_in_the_output(simulation: Simulation, run: Run) -> None:
    with simulation.edit() as account:
        account["schedules"][0]["name"] = "\x1b[2J[red]Platform\u202e"

    result = run("offboard", HARI)

    assert "\N{REPLACEMENT CHARACTER}[2J[red]Platform\N{REPLACEMENT CHARACTER}" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_help_says_what_keep_turns_does(run: Run) -> None:
    shown = " ".join(run("offboard", "--help").stdout.split())

    assert "or keep_turns (true or false, yes or no, 1 or 0). What a line says wins over the options" in shown
    restored = " ".join(run("restore", "--help").stdout.split())
    assert 'A replacement, or "no one", gives the places back.' in restored
    assert '--keep-turns Leave "no one" in the places in rotations, so that nobody else\'s turns move.' in shown


def test_the_help_has_examples_settings_and_exit_codes(run: Run) -> None:
    for command in ("offboard", "restore", "report"):
        shown = run(command, "--help").stdout
        assert all(word in shown for word in ("Examples:", "ACCESS_TOKEN", "Exit codes:"))
