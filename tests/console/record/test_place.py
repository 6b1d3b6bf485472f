"""A record says which product and site it is of, and is refused on any other."""

import json
from pathlib import Path

import pytest

from local.opsgenie import Simulation
from tests.support.console_env import ENVS, GO, ConsoleEnv, OpsgenieConsoleEnv, SiteConsoleEnv
from tests.support.console_runner import lines_of, runner

NORA, KOFI = "nora@example.com", "kofi@example.com"
RECORD = Path("record.jsonl")
OTHER = {"opsgenie": SiteConsoleEnv, "jsm": OpsgenieConsoleEnv}
USE = "use the settings that it was made with"


def lines_without(*names: str) -> None:
    """Leave out fields of each line, as records from before there were several products have none."""
    lines = [{name: value for name, value in line.items() if name not in names} for line in lines_of(RECORD)]
    RECORD.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_each_line_has_product_and_site(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", NORA, "ghost@example.com", *GO)

    lines = [json.loads(line) for line in RECORD.read_text().splitlines()]

    site = {"opsgenie": "opsgenie.test", "jsm": "example.atlassian.net"}[console_env.product]
    assert [line["outcome"] for line in lines] == ["under way", "done", "not found"]
    assert {(line["product"], line["site"]) for line in lines} == {(console_env.product, site)}


def test_record_of_another_product_is_refused(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", NORA, *GO)
    other: ConsoleEnv = OTHER[console_env.product]()

    result = other.run("restore", str(RECORD), "--apply", "--yes")

    assert (result.exit_code, result.stdout, other.simulation.calls) == (2, "", [])
    assert result.stderr == (
        f"Error: record.jsonl is a record of {console_env.place}, and the settings are for {other.place}: {USE}\n"
    )


def test_record_of_another_region_of_opsgenie_is_refused(simulation: Simulation) -> None:
    runner(simulation)("offboard", NORA, *GO)
    calls = len(simulation.calls)

    result = runner(simulation, url="https://api.eu.opsgenie.com")("restore", str(RECORD))

    assert (result.exit_code, len(simulation.calls)) == (2, calls)
    assert result.stderr == (
        "Error: record.jsonl is a record of Opsgenie at opsgenie.test, and the settings are for Opsgenie at "
        f"api.eu.opsgenie.com: {USE}\n"
    )


def test_record_of_another_site_is_refused() -> None:
    env = SiteConsoleEnv()
    env.run("offboard", NORA, *GO)
    calls = len(env.simulation.calls)

    result = env.run_with(site="other.atlassian.net")("restore", str(RECORD))

    assert (result.exit_code, len(env.simulation.calls)) == (2, calls)
    assert result.stderr == (
        "Error: record.jsonl is a record of Jira Service Management at example.atlassian.net, and the settings are "
        f"for Jira Service Management at other.atlassian.net: {USE}\n"
    )


def test_record_without_product_and_site_is_opsgenies() -> None:
    env = OpsgenieConsoleEnv()
    before = env.normal()
    env.run("offboard", NORA, *GO)
    lines_without("product", "site")

    refused = SiteConsoleEnv().run("restore", str(RECORD))
    restored = env.run("restore", str(RECORD), "--apply", "--yes")

    assert (refused.exit_code, refused.stderr) == (
        2,
        "Error: record.jsonl is a record of Opsgenie, and the settings are for Jira Service Management at "
        f"example.atlassian.net: {USE}\n",
    )
    assert (restored.exit_code, env.normal()) == (0, before)


@pytest.mark.parametrize("field", ["product", "site"])
def test_product_or_site_that_is_no_text_exits_2_with_the_line(console_env: ConsoleEnv, field: str) -> None:
    console_env.run("offboard", NORA, *GO)
    (line,) = lines_of(RECORD)
    RECORD.write_text(json.dumps({**line, field: 7}))

    result = console_env.run("restore", str(RECORD))

    assert result.exit_code == 2
    assert "record.jsonl line 1 cannot be read: it has something else in the place of a text" in result.stderr


def test_record_of_another_product_is_not_added_to(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", "ghost@example.com", *GO)
    other: ConsoleEnv = OTHER[console_env.product]()
    recorded = RECORD.read_bytes()

    result = other.run("offboard", NORA, *GO)

    assert (result.exit_code, result.stdout, other.simulation.calls) == (2, "", [])
    assert result.stderr == (
        f"Error: record.jsonl is a record of {console_env.place}, and the settings are for {other.place}: "
        "choose another --record\n"
    )
    assert RECORD.read_bytes() == recorded


def test_record_of_the_same_place_is_added_to(console_env: ConsoleEnv) -> None:
    console_env.run("offboard", NORA, *GO)
    RECORD.write_bytes(RECORD.read_bytes() + b'{"version": 1, "cut off')

    assert console_env.run("offboard", KOFI, *GO).exit_code == 0
    assert ENVS[console_env.product]().run("restore", str(RECORD)).stdout.count("there already") >= 2


def test_record_from_before_there_were_products_is_added_to_on_opsgenie_only() -> None:
    OpsgenieConsoleEnv().run("offboard", "ghost@example.com", *GO)
    lines_without("product", "site")

    assert SiteConsoleEnv().run("offboard", NORA, *GO).exit_code == 2
    assert OpsgenieConsoleEnv().run("offboard", NORA, *GO).exit_code == 0
