"""The cause of a failure reaches the reader: which thing, what the vendor said, and what to do."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from local.opsgenie.answers import response
from service.app import create_app
from service.settings import Settings
from service.vendors import open_session
from tests.support.service_env import Answer, ServiceEnv, with_captured_log
from tests.support.small_account import account, email
from tests.support.virtual_time import virtual_time

LEA = email("lea")
START: dict[str, Any] = {
    "rotations": {"r": ["lea", "rex"]},
    "escalations": {"e": ["lea", "rex"]},
    "teams": {"t": ["lea", "rex"]},
}
REFUSAL = {
    "message": "Request body is not processable. Please check the errors.",
    "errors": {"rules[0].recipient.id": "No user exists with id [u-1]"},
    "took": 0.1,
}


def refused(body: dict[str, Any], status: int, method: str | None, path: str, **request: Any) -> tuple[Answer, Any]:
    """Send a request where Opsgenie answers so for good; return the answer, and the log's lines."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(**START))
        service_env.simulation.faults.add(lambda _: response(body, status), method, path, None)
        return with_captured_log(lambda: service_env.post(username=LEA, **request))


KINDS: dict[str, dict[str, Any]] = {
    "delete": {},
    "replace": {"replace_with": email("uma")},
    "keep_turns": {"keep_turns": True},
    "keep_user": {"keep_user": True},
    "dry_run": {"dry_run": True},
}


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("PATCH", "/v2/escalations/", "the escalation e"),
        ("PATCH", "/rotations/", "the rotation s-r / r"),
        ("DELETE", "/members/", "the membership of the team t"),
        ("GET", "/users/lea%40example.com$", "the user lea@example.com"),
        ("GET", "/users/lea/teams", "the teams of lea@example.com"),
        ("GET", "/schedules/s-r/rotations$", "the rotations of s-r"),
        ("GET", "/v2/escalations/e$", "the escalation e"),
        ("GET", "/v2/teams/t$", "the team t"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_refusal_names_the_thing_the_fields_and_the_request(kind: str, method: str, path: str, what: str) -> None:
    answer, log = refused(REFUSAL, 422, method, path, **KINDS[kind])
    if kind == "dry_run" and method != "GET":
        assert answer.status == 200
        return

    said = (
        "Request body is not processable. Please check the errors: rules[0].recipient.id: No user exists with id [u-1]"
    )
    assert answer.status == 502
    known = answer.body["cause"]["request_id"]
    assert answer.body["message"].startswith(f"Opsgenie did not do as asked: {what}: {said} (request {known}). ")
    cause = {"what": what, "status": 422, "errors": REFUSAL["errors"], "request_id": known}
    assert answer.body["cause"] == cause
    assert [line["cause"] for line in log if line["event"] == "outcome"] == [cause]


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        (["a is wrong", "b too."], {"errors": '["a is wrong", "b too."]'}),
        ("all of it", {"errors": "all of it"}),
        ({"a": ["no", 7]}, {"a": '["no", 7]'}),
        ({f"f{n}": "x" for n in range(9)}, {f"f{n}": "x" for n in range(5)}),
        ({"a\x1b[2J": "b\u202ec."}, {"a [2J": "b c"}),
        ({}, None),
        (None, None),
        (0, None),
    ],
)
def test_errors_of_any_form_are_shown(errors: Any, shown: Any) -> None:
    answer, _ = refused({"message": "no", "errors": errors}, 422, "PATCH", "/v2/escalations/")

    assert answer.body["cause"].get("errors") == shown


@pytest.mark.parametrize("message", ["Key format is not valid!", "API key is not valid"])
@pytest.mark.parametrize("status", [400, 401, 422])
def test_key_that_is_none_is_told_as_a_refused_key(message: str, status: int) -> None:
    answer, _ = refused({"message": message}, status, None, "/v2/")

    assert (answer.status, answer.body["message"]) == (
        502,
        f"Opsgenie refused the key ({message}); give ACCESS_TOKEN an API key of the account, and set OPSGENIE_API_URL "
        "to eu if the account is in the EU. Nothing was changed",
    )


def test_what_the_plan_lacks_is_told_as_such() -> None:
    answer, _ = refused({"message": "Not in your plan."}, 402, None, "/v2/")

    assert (answer.status, answer.body["message"]) == (
        502,
        "the plan of this Opsgenie account does not have it: the user lea@example.com: Not in your plan (request "
        f"{answer.body['cause']['request_id']}). Nothing was changed",
    )


def test_page_of_another_site_names_the_setting() -> None:
    page = response({}, 200)
    page.set_data("<html>sign in</html>")
    with virtual_time(threads=False):
        service_env = ServiceEnv(account(**START))
        service_env.simulation.faults.add(lambda _: page, None, "/v2/", None)
        answer = service_env.post(username=LEA)

    assert answer.body["message"] == (
        "Opsgenie did not do as asked: the user lea@example.com: status 200 with a body that is no JSON object of the "
        "API; OPSGENIE_API_URL must be us, eu or the address of Opsgenie's API (request "
        f"{answer.body['cause']['request_id']}). Nothing was changed"
    )


@contextmanager
def proxy_that_answers(status: bytes) -> Iterator[int]:
    """Serve a proxy that refuses everything; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(
                            b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        )

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answer_of(url: str, seconds: float = 1.0) -> tuple[int, dict[str, Any]]:
    settings = Settings("local-key", url, time_budget=seconds)
    with open_session(settings) as session:
        answered = create_app(settings, session).test_client().post("/", data=json.dumps({"username": LEA}))
    return answered.status_code, answered.get_json()


@pytest.mark.enable_socket
@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize("hop", ["name", "port", "proxy's name", "proxy's port", "407", "403"])
def test_hop_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, hop: str) -> None:
    port, name = closed_port(), "opsgenie.invalid"
    failing: dict[str, tuple[str, str, str]] = {
        "name": (f"https://{name}", "", f"the name of {name}:443 cannot be resolved"),
        "port": (f"http://127.0.0.1:{port}", "", f"no connection to 127.0.0.1:{port}: connection refused"),
        "proxy's name": (
            "https://opsgenie.example.com",
            "http://proxy.invalid:3128",
            "the name of the proxy proxy.invalid:3128 cannot be resolved",
        ),
        "proxy's port": (
            "https://opsgenie.example.com",
            f"http://127.0.0.1:{port}",
            f"no connection to the proxy 127.0.0.1:{port}: connection refused",
        ),
    }
    resolve = socket.getaddrinfo

    def resolved(host: str, *args: Any, **options: Any) -> Any:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    words = {"407": "407 Proxy Authentication Required", "403": "403 Forbidden"}
    with proxy_that_answers(words.get(hop, "500 no").encode()) as proxy:
        url, through, why = failing.get(
            hop,
            (
                "https://opsgenie.example.com",
                f"http://user:secret@127.0.0.1:{proxy}",
                f"the proxy answers {words.get(hop)}",
            ),
        )
        monkeypatch.setenv("HTTPS_PROXY", through)
        status, body = answer_of(url)

    assert (status, body["message"]) == (
        503,
        f"Opsgenie was not reached ({why}); send this again in 5 seconds. Nothing was changed",
    )
    assert "secret" not in json.dumps(body)


@pytest.mark.parametrize(
    ("path", "odd", "why"),
    [
        (
            "/users/lea/teams$",
            {"data": [{"id": "t", "name": "T"}, {"name": "Nameless"}]},
            "the teams of lea@example.com is not of the documented form: in Nameless there is no id",
        ),
        (
            "/v2/escalations/e$",
            {"data": {"id": "e", "rules": [{"recipient": {"type": "user", "id": 7}}]}},
            "the escalation e is not of the documented form: id is not a text",
        ),
        ("/v2/teams/t$", {"data": {"members": 7}}, "the team t is not of the documented form: members is not a list"),
    ],
)
def test_answer_of_another_form_names_entry_and_field(path: str, odd: Any, why: str) -> None:
    answer, _ = refused(odd, 200, "GET", path)

    assert (answer.status, answer.body["message"]) == (
        502,
        f"Opsgenie did not do as asked: the answer about {why}. Nothing was changed",
    )


def test_failure_without_a_body_still_names_the_thing() -> None:
    answer, _ = refused({}, 503, "GET", "/v2/teams/t$")

    assert (answer.body["cause"]["what"], answer.body["cause"]["status"]) == ("the team t", 503)
