"""Which rows of a list are taken: --column, --where, --all-rows, and the guard against taking everybody."""

from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.support.console_runner import Run, as_json, runner_of
from tests.support.local_stack import ROOT

HARI, MEERA, NORA = "hari@example.com", "meera@example.com", "nora@example.com"
STAFF = f"""Name;Status;Work email;Manager's mail;Country
Hari;Active;{HARI};{MEERA};SE
Meera; TERMINATED ;{MEERA};{NORA};SE
Nora;terminated;{NORA};;NO
Nobody;;;;NO
"""


def taken(run: Run, *words: str, stdin: str = STAFF) -> tuple[list[str], list[str]]:
    """Return who is planned for, and the notes."""
    result = run("offboard", "--from-csv", "-", "--json", *words, stdin=stdin)
    return [person["username"] for person in as_json(result)["people"]], result.stderr.splitlines()


def refused(simulation: Simulation, run: Run, *words: str, stdin: str = STAFF) -> str:
    """Return why the command line is refused."""
    result = run("offboard", "--from-csv", "-", "--apply", "--yes", *words, stdin=stdin)
    assert (result.exit_code, result.stdout, simulation.calls) == (2, "", [])
    return result.stderr.split("\nError: ", 1)[1].strip()


def test_where_takes_the_rows_with_a_value_and_says_how_many(run: Run) -> None:
    people, notes = taken(run, "--where", " status = Terminated ")

    assert people == [MEERA, NORA]
    assert notes == [
        "note: standard input: 2 of 4 rows taken: those with Status=Terminated",
        "note: standard input line 1: not read: the columns Name, Manager's mail, Country",
    ]


def test_all_of_several_where_must_hold(run: Run) -> None:
    people, notes = taken(run, "--where", "Status=terminated", "--where", "COUNTRY=se")

    assert people == [MEERA]
    assert notes[0] == "note: standard input: 1 of 4 rows taken: those with Status=terminated and Country=se"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--where", "stat=terminated"),
            "standard input line 1: there is no column stat; "
            "the header has Name, Status, Work email, Manager's mail, Country",
        ),
        (
            ("--where", "status=gone"),
            "standard input: no row has Status=gone; its values are Active, TERMINATED, blank",
        ),
        (
            ("--where", "status=active", "--where", "country=NO"),
            "standard input: no row has Status=active and Country=NO",
        ),
        (
            ("--column", "Login"),
            "standard input line 1: there is no column Login; "
            "the header has Name, Status, Work email, Manager's mail, Country",
        ),
        (
            ("--column", " "),
            "standard input line 1: there is no column without a name; "
            "the header has Name, Status, Work email, Manager's mail, Country",
        ),
        (("--where", "status"), "Invalid value for '--where': write COLUMN=VALUE, not 'status'"),
        (("--where", "status= "), "Invalid value for '--where': write COLUMN=VALUE, not 'status= '"),
        (("--where", "=x"), "Invalid value for '--where': write COLUMN=VALUE, not '=x'"),
        (
            (),
            "standard input line 1: who leaves may depend on the column Status (1 Active, 2 TERMINATED, 1 blank): "
            "choose with --where COLUMN=VALUE, or take every row with --all-rows",
        ),
        (
            ("--where", "country=SE"),
            "standard input line 1: who leaves may depend on the column Status (1 Active, 2 TERMINATED, 1 blank): "
            "choose with --where COLUMN=VALUE, or take every row with --all-rows",
        ),
    ],
)
def test_choice_that_fits_no_row_or_is_missing_changes_nothing(
    simulation: Simulation, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    assert refused(simulation, run, *words) == sentence


@pytest.mark.parametrize(
    "column",
    [
        "status",
        "Employment Status",
        "active",
        "is_active",
        "Inactive",
        "enabled",
        "accountEnabled",
        "Disabled",
        "Terminated",
        "Termination Date",
        "state",
        "userState",
        "Leave date",
        "employeeLeaveDateTime",
        "Left on",
        "Left",
        "End date",
        "Last working day",
        "Suspended",
        "Deactivated",
        "Status [READ ONLY]",
    ],
)
def test_column_that_looks_like_a_status_needs_a_choice(simulation: Simulation, run: Run, column: str) -> None:
    list_ = f"mail,{column}\nghost@example.com,x\n"

    assert refused(simulation, run, stdin=list_) == (
        f"standard input line 1: who leaves may depend on the column {column} (1 x): "
        "choose with --where COLUMN=VALUE, or take every row with --all-rows"
    )
    assert taken(run, "--all-rows", stdin=list_)[0] == ["ghost@example.com"]
    assert taken(run, "--where", f"{column}=X", stdin=list_)[0] == ["ghost@example.com"]


@pytest.mark.parametrize("column", ["Department", "Name", "Statement", "Estate", "Start date", "Manager", "Country"])
def test_other_columns_need_no_choice(run: Run, column: str) -> None:
    assert taken(run, stdin=f"mail,{column}\nghost@example.com,x\n")[0] == ["ghost@example.com"]


def test_values_of_a_status_need_a_choice_under_any_name(simulation: Simulation, run: Run) -> None:
    list_ = "mail,Code,HR\n" + "".join(f"ghost{n}@example.com,{n},Active\n" for n in range(7)) + "x@example.com,,LEFT"

    assert refused(simulation, run, stdin=list_) == (
        "standard input line 1: who leaves may depend on the column HR (7 Active, 1 LEFT): "
        "choose with --where COLUMN=VALUE, or take every row with --all-rows"
    )
    assert taken(run, "--where", "hr=left", stdin=list_)[0] == ["x@example.com"]


def test_several_status_columns_are_named_with_their_commonest_values(simulation: Simulation, run: Run) -> None:
    list_ = "mail,Active,End date\n" + "".join(f"ghost{n}@example.com,yes,2026-11-{n:02}\n" for n in range(1, 10))

    assert refused(simulation, run, stdin=list_) == (
        "standard input line 1: who leaves may depend on the columns Active (9 yes) and End date (1 2026-11-01, "
        "1 2026-11-02, 1 2026-11-03, 1 2026-11-04, 1 2026-11-05 and 4 more): "
        "choose with --where COLUMN=VALUE, or take every row with --all-rows"
    )


def test_status_in_a_list_without_a_header_needs_all_rows(simulation: Simulation, run: Run) -> None:
    list_ = "a@example.com,A,active\nb@example.com,B,terminated\n"

    assert refused(simulation, run, stdin=list_) == (
        "standard input line 1: who leaves may depend on the column 3 (1 active, 1 terminated): "
        "add a header and choose with --where COLUMN=VALUE, or take every row with --all-rows"
    )
    for words in (("--where", "3=terminated"), ("--column", "A")):
        assert refused(simulation, run, *words, stdin=list_) == (
            "standard input line 1 is an address, not a header: --column and --where need one"
        )
    assert taken(run, "--all-rows", stdin=list_)[0] == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize(
    ("column", "header"),
    [("manager's MAIL", "Name,E-mail,Manager's mail"), ("E-mail", "Name,email,E-mail"), ("#", "Name,email,#")],
)
def test_column_picks_any_column(run: Run, column: str, header: str) -> None:
    people, _ = taken(run, "--column", column, stdin=f"{header}\nGhost,ghost@example.com,phantom@example.com\n")

    assert people == ["phantom@example.com"]


def test_column_is_found_by_the_separator_that_shows_it(run: Run) -> None:
    people, _ = taken(run, "--column", "Login", stdin="Last, First;Login\nGhost, A;ghost@example.com\n")

    assert people == ["ghost@example.com"]


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("LOGIN", "standard input line 1: the header has the column LOGIN twice"),
        (
            "replace with",
            "standard input line 1: replace with says who or what takes the places: choose another --column",
        ),
    ],
)
def test_column_that_cannot_say_who_leaves_is_refused(
    simulation: Simulation, run: Run, column: str, sentence: str
) -> None:
    list_ = "Login,login,replace_with\na@example.com,b@example.com,c@example.com\n"

    assert refused(simulation, run, "--column", column, stdin=list_) == sentence


def test_column_without_a_name_cannot_be_picked(simulation: Simulation, run: Run) -> None:
    list_ = ",mail\n0,a@example.com\n"

    assert refused(simulation, run, "--column", "", stdin=list_) == (
        "standard input line 1: there is no column without a name; the header has mail"
    )


@pytest.mark.parametrize("words", [("--column", "mail"), ("--where", "a=b"), ("--all-rows",)])
def test_choice_without_a_list_is_refused(simulation: Simulation, run: Run, words: tuple[str, ...]) -> None:
    result = run("offboard", HARI, *words)

    assert (result.exit_code, simulation.calls) == (2, [])
    assert result.stderr.endswith(f"Error: {words[0]} is for a list: add --from-csv FILE\n")


def test_template_prints_an_empty_list_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCESS_TOKEN", raising=False)

    result = runner_of(None, None)("offboard", "--from-csv", "none.csv", "--template")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "username,replace_with,keep_turns\n", "")


def test_filled_template_is_read_as_a_list(run: Run) -> None:
    Path("list.csv").write_text(run("offboard", "--template").stdout + "ghost@example.com,,yes\n")

    result = run("offboard", "--from-csv", "list.csv", "--json")

    assert [(one["username"], one["keep_turns"]) for one in as_json(result)["people"]] == [("ghost@example.com", True)]
    assert result.stderr == ""


def test_help_and_readme_name_every_option_of_a_list(run: Run) -> None:
    readme = (ROOT / "README.md").read_text()
    help_ = run("offboard", "--help").stdout
    options = ("--from-csv", "--column", "--where", "--all-rows", "--at-most", "--template")

    assert [(option, option in help_, option in readme) for option in options] == [
        (option, True, True) for option in options
    ]
    words = " ".join(help_.split())
    assert (
        "--apply takes at most 25 people, and of more than 5 at most a tenth of the account's users, unless --at-most"
        in words
    )


@pytest.mark.parametrize(
    "header",
    [
        "offboard",
        "Remove?",
        "action",
        "Employment",
        "End of employment",
        "Contract end",
        "Statut",
        "Aktiv",
        "Manager OK",
    ],
)
def test_column_that_may_say_who_leaves_stops_the_run(simulation: Simulation, run: Run, header: str) -> None:
    rows = "nora@example.com,yes\nbela@example.com,no\n"

    result = run("offboard", "--from-csv", "-", stdin=f"email,{header}\n{rows}")

    assert (result.exit_code, simulation.calls) == (2, [])
    assert f"who leaves may depend on the column {header} (1 yes, 1 no)" in result.stderr
