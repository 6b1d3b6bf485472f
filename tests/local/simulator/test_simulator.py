"""The simulator knows no vendor: a made-up library stands on it."""

import ast
import json
from pathlib import Path

import pytest

import local.simulator
from local.simulator.exchanges import ExchangeLog
from local.simulator.faults import ConnectionDropped
from local.simulator.routing import install
from local.simulator.simulation import Call
from tests.support.library import BOOKS, make_library

FILES = sorted(Path(local.simulator.__file__).parent.rglob("*.py"))
VENDORS = ("opsgenie", "jsm", "jira", "atlassian")
EMMA = {"isbn": "1", "title": "Emma"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_simulator_names_no_vendor(file):
    text = f"{file.name} {file.read_text(encoding='utf-8')}".lower()

    assert [vendor for vendor in VENDORS if vendor in text] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_simulator_imports_nothing_else_of_this_project(file):
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert (node.level, node.module is None) == (0, False)
            # `from local import x` imports local.x.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    own = {name for name in found if name.split(".")[0] in ("local", "service", "console", "deploy", "tests", "bench")}

    assert {name for name in own if not name.startswith("local.simulator.")} == set()


def test_calls_are_answered_in_the_given_envelope_and_recorded():
    app, simulation = make_library()
    client = app.test_client()
    answers = [
        client.get("/books/2%2Fb"),
        client.get("/books/3/"),
        client.post("/books", json={"isbn": 3}),
        client.post("/books", json={"isbn": "3"}),
        client.post("/books", json={"isbn": "3", "title": "Dune", "pages": 500}),
    ]

    assert [(answer.status_code, answer.json) for answer in answers] == [
        (200, {"isbn": "2/b", "title": "Ulysses"}),
        (404, {"sorry": "no 3"}),
        (400, {"sorry": {"isbn": "must be of type str"}}),
        (400, {"sorry": {"title": "may not be empty"}}),
        (201, {"isbn": "3", "title": "Dune"}),
    ]
    assert simulation.calls[:2] == [Call("GET", "/books/2%2Fb", "", None, 200), Call("GET", "/books/3/", "", None, 404)]
    assert [call.body for call in simulation.writes] == [
        {"isbn": 3},
        {"isbn": "3"},
        {"isbn": "3", "title": "Dune", "pages": 500},
    ]
    assert simulation.snapshot() == {"books": [*BOOKS["books"], {"isbn": "3", "title": "Dune"}]}


def test_faults_fail_once_each_in_the_given_envelope():
    app, simulation = make_library()
    client = app.test_client()
    simulation.faults.order("closed", path="^/books/1$")
    simulation.faults.order("lost", "POST")
    closed = client.get("/books/1")
    with pytest.raises(ConnectionDropped):
        client.post("/books", json={"isbn": "3", "title": "Dune"})

    assert (closed.status_code, closed.json) == (503, {"sorry": "closed today"})
    assert client.get("/books/1").json == EMMA
    assert client.get("/books/3").json == {"isbn": "3", "title": "Dune"}
    assert [call.status for call in simulation.calls] == [503, None, 200, 200]


def test_request_without_an_answer_is_acted_on_after_the_next_ones():
    app, simulation = make_library()
    client = app.test_client()
    simulation.later_requests = 1
    simulation.faults.order("later", "POST")
    with pytest.raises(ConnectionDropped):
        client.post("/books", json={"isbn": "3", "title": "Dune"})

    assert [client.get("/books/3").status_code for _ in range(2)] == [404, 200]
    assert [call.status for call in simulation.calls] == [None, 404, 200]


def test_fault_of_a_write_can_show_what_is_there():
    app, simulation = make_library()
    simulation.faults.order("old", "PUT")

    assert app.test_client().put("/books/1", json={"title": "Emma, revised"}).json == {"sorry": EMMA}
    assert [call.method for call in simulation.calls] == ["PUT"]


def test_rate_limit_answers_in_the_given_envelope():
    app, simulation = make_library()
    simulation.rate_limit = 1
    answers = [app.test_client().get("/books/1") for _ in range(2)]

    assert [(answer.status_code, answer.json) for answer in answers] == [(200, EMMA), (429, {"sorry": "not so fast"})]


def test_control_endpoints_know_the_given_faults_and_store():
    app, simulation = make_library()
    client = app.test_client()
    refused = client.post("/_simulation/faults", json={"fault": "open"})
    ordered = client.post("/_simulation/faults", json={"fault": "closed"})

    assert (refused.status_code, refused.json) == (
        422,
        {
            "message": "fault must be one of ['closed', 'later', 'old', 'html', 'html-lost', 'truncated', 'hang', "
            "'drop', 'lost', 'redirect', 'huge']"
        },
    )
    assert (ordered.status_code, ordered.json) == (201, {"result": "Ordered"})
    assert client.get("/books/1").status_code == 503
    assert client.get("/_simulation/calls").json == [
        {"method": "GET", "path": "/books/1", "query": "", "body": None, "status": 503}
    ]
    with simulation.edit() as data:
        data["books"].pop()
    assert client.get("/_simulation/account").json == {"books": [EMMA]}
    assert client.post("/_simulation/reset").json == {"result": "Reset"}
    assert (simulation.snapshot(), simulation.calls) == (BOOKS, [])


def test_hook_edits_right_before_its_request():
    app, simulation = make_library()

    def rename():
        with simulation.edit() as data:
            data["books"][0]["title"] = "Emma, revised"

    simulation.before("GET", "^/books/1$", rename, skip=1)
    answers = [app.test_client().get("/books/1").json for _ in range(2)]

    assert answers == [EMMA, {"isbn": "1", "title": "Emma, revised"}]


def test_exchange_log_has_a_line_for_each_answer(tmp_path):
    app, simulation = make_library()
    log = tmp_path / "exchanges.jsonl"
    simulation.exchange_log = ExchangeLog(log)
    client = app.test_client()
    client.get("/books/1?fields=all")
    client.post("/books", json={"isbn": 3})
    simulation.faults.order("html", "GET")
    client.get("/books/2%2Fb")
    simulation.faults.order("huge", "GET")
    client.get("/books/1")
    html = "<!doctype html><title>Be right back</title><p>Be right back."
    refused = {"sorry": {"isbn": "must be of type str"}}

    assert [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] == [
        exchange("GET", "/books/1", None, 200, EMMA, query="fields=all"),
        exchange("POST", "/books", {"isbn": 3}, 400, refused),
        exchange("GET", "/books/2%2Fb", None, 200, html),
        exchange("GET", "/books/1", None, 200, None),
    ]


def exchange(method, path, request, status, response, query=""):
    """Make a line of the log."""
    return {
        "method": method,
        "path": path,
        "query": query,
        "request": request,
        "status": status,
        "response": response,
    }


def test_raw_part_of_a_path_is_given_as_it_was_sent():
    app, simulation = make_library()
    install(app, simulation, {("GET", "/shelves/<raw:name>"): lambda name: {"name": name}})

    assert app.test_client().get("/shelves/a%3Ab%2Fc:d").json == {"name": "a%3Ab%2Fc:d"}
