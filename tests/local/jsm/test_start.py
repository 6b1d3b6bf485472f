"""Starting the simulated site by `flask --app local.jsm run`."""

import json
import re
import shlex

import pytest

from local.jsm import create_app, sample_site
from local.jsm.people import CLOUD_ID
from local.jsm.sample_site import TOKEN_OWNER
from tests.local.jsm.site_client import GRAPH, OPERATIONS, ORGANIZATION, TEAMS, basic, organization_client, site_client
from tests.support.local_stack import ROOT

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A simulated Jira Service Management site\n")[2]
STARTED_AT = re.findall(r"^    SIMULATION_NOW=(\S+) flask --app local\.jsm run --port 5003 &$", SECTION, re.MULTILINE)
EXCHANGES = re.findall(r"^\$ curl (.+)\n(.+)$", SECTION, re.MULTILINE)
ON_CALLS = f"{OPERATIONS}/v1/schedules/9b9b25a1-217a-5fdc-8882-7318122fa48a/on-calls?flat=true"


def test_environment_says_the_time_and_where_exchanges_are_logged(monkeypatch, tmp_path):
    log = tmp_path / "exchanges.jsonl"
    monkeypatch.setenv("SIMULATION_NOW", "2026-11-30T09:15:00Z")
    monkeypatch.setenv("SIMULATION_EXCHANGES", str(log))
    app = create_app()
    client = app.test_client()
    answer = client.get(ON_CALLS, headers=basic(TOKEN_OWNER, "site-token"))
    client.delete(f"{OPERATIONS}/v1/forwarding-rules/nonsense", headers=basic(TOKEN_OWNER, "read-token"))
    people = {person["accountId"]: person["email"] for person in sample_site()["people"]}
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    assert [people[one] for one in answer.get_json()["onCallUsers"]] == ["hari@example.com"]
    assert lines == [
        {
            "method": "GET",
            "path": ON_CALLS.partition("?")[0],
            "query": "flat=true",
            "request": None,
            "status": 200,
            "response": answer.get_json(),
        },
        {
            "method": "DELETE",
            "path": f"/jsm/ops/api/{CLOUD_ID}/v1/forwarding-rules/nonsense",
            "query": "",
            "request": None,
            "status": 401,
            "response": {"code": 401, "message": "Unauthorized; scope does not match"},
        },
    ]


def test_nothing_in_the_environment_logs_nothing(monkeypatch):
    for name in ("SIMULATION_NOW", "SIMULATION_EXCHANGES"):
        monkeypatch.delenv(name, raising=False)
    simulation = create_app().extensions["simulation"]

    assert simulation.exchange_log is None
    assert simulation.snapshot() == sample_site()


def test_reads_by_post_are_no_writes():
    client = site_client()
    organization = organization_client(client.simulation)
    client.teams("POST", "/t-1/members", {"first": 50})
    client.ask("POST", GRAPH, {"query": "{ tenantContexts(hostNames: []) { cloudId } }"})
    organization.ask("POST", f"{ORGANIZATION}/directories/-/users/search", {"emails": []})
    client.teams("POST", "/t-1/members/remove", {"members": []})

    assert [call.path for call in client.simulation.writes] == [f"{TEAMS}/teams/t-1/members/remove"]
    assert len(client.simulation.calls) == 4


@pytest.mark.parametrize(("command", "answer"), EXCHANGES, ids=range(len(EXCHANGES)))
def test_site_that_is_started_as_the_readme_says_answers_as_it_shows(monkeypatch, command, answer):
    (now,) = STARTED_AT
    monkeypatch.setenv("SIMULATION_NOW", now)
    _, credential, *method, url = shlex.split(command)
    email, _, token = credential.partition(":")
    path = url.replace("$OPS", f"{OPERATIONS}/v1")
    verb = method[0].removeprefix("-X") if method else "GET"
    shown = create_app().test_client().open(path, method=verb, headers=basic(email, token))

    assert shown.get_data(as_text=True) == answer


def test_readme_shows_three_answers():
    assert len(EXCHANGES) == 3
