"""Bodies: a bad one gets a 400 naming each problem, and an unusual e-mail reaches Opsgenie intact."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from local.opsgenie import Simulation
from service.app import create_app
from service.settings import Settings
from service.transport.session import Session
from tests.conftest import Post
from tests.support.captured_log import capture_log

Send = Callable[[bytes], Any]
NOT_JSON = 'the body is not JSON; send for example {"username": "hari@example.com"}'
NO_OBJECT = "the body must be a JSON object"
TOO_LARGE = "the body is larger than 16384 bytes"
NOT = "which is not accepted in an e-mail address"
EXCLUSIVE = "keep_turns and replace_with exclude each other: only one can take the places"


@pytest.fixture
def send(settings: Settings, session: Session) -> Send:
    """Send bytes to the service, as curl sends them."""
    client = create_app(settings, session).test_client()
    return lambda body: client.post("/", data=body, content_type="application/x-www-form-urlencoded")


def padded(size: int) -> bytes:
    """Make a body of this size that is valid otherwise."""
    body = b'{"username": "nobody@example.com"}'
    return body + b" " * (size - len(body))


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"", [NOT_JSON]),
        (b" ", [NOT_JSON]),
        (b"username=hari@example.com", [NOT_JSON]),
        (b"{'username': 'hari@example.com'}", [NOT_JSON]),
        (b'{"username": "hari@example.com"', [NOT_JSON]),
        (b'{"username": "hari@example.com"} {}', [NOT_JSON]),
        (b'{"username": "hari@\nexample.com"}', [NOT_JSON]),
        (b'{"username": ' + b"9" * 5000 + b"}", [NOT_JSON]),
        (b"null", [NO_OBJECT]),
        (b"[]", [NO_OBJECT]),
        (b'["hari@example.com"]', [NO_OBJECT]),
        (b'"hari@example.com"', [NO_OBJECT]),
        (b"17", [NO_OBJECT]),
        (b"NaN", [NO_OBJECT]),
        (b'{"username": "h\xe4ri@example.com"}', ["the body is not UTF-8"]),
        (b'{"username": "\xed\xa0\x80@example.com"}', ["the body is not UTF-8"]),
        ('{"username": "hari@example.com"}'.encode("utf-16"), ["the body is not UTF-8"]),
        (padded(16 * 1024 + 1), [TOO_LARGE]),
        (padded(10 * 1024 * 1024 + 1), [TOO_LARGE]),
        (b'{"username": "hari@example.com", "username": "kofi@example.com"}', ["the body has a field twice"]),
        (b'{"username": "hari@example.com", "username": "hari@example.com"}', ["the body has a field twice"]),
        (b"{}", ["username is missing"]),
        (
            b'{"Username": "hari@example.com"}',
            ["'Username' is not a known field, but username is", "username is missing"],
        ),
        (
            b'{"username": "hari@example.com", "dryrun": true, "keep": 1}',
            ["'dryrun' is not a known field, but dry_run is", "'keep' is not a known field, but keep_user is"],
        ),
        (b'{"username": "hari@example.com", "KEEP-TURN": 1}', ["'KEEP-TURN' is not a known field, but keep_turns is"]),
        (b'{"username": "hari@example.com", "note": 1}', ["'note' is not a known field"]),
        (b'{"username": "hari@example.com", "a\\n\\ud800": 1}', [r"'a\n\ud800' is not a known field"]),
        (b'{"username": "hari@example.com", "' + b"x" * 60 + b'": 1}', [f"'{'x' * 50}' is not a known field"]),
        (
            b'{"username": 1, "replace_with": [], "dry_run": 1, "keep_user": "no", "keep_turns": []}',
            [
                "username must be a string",
                "replace_with must be a string",
                "dry_run must be true or false",
                "keep_user must be true or false",
                "keep_turns must be true or false",
            ],
        ),
        (b'{"username": "hari@example.com", "replace_with": null}', ["replace_with must be a string"]),
        (b'{"username": "hari@example.com", "dry_run": null}', ["dry_run must be true or false"]),
        (b'{"username": "hari@example.com", "dry_run": "true"}', ["dry_run must be true or false"]),
        (b'{"username": "hari@example.com", "dry_run": NaN}', ["dry_run must be true or false"]),
        (b'{"username": "hari@example.com", "keep_user": 0}', ["keep_user must be true or false"]),
        (b'{"username": "hari@example.com", "keep_user": {"a": 1}}', ["keep_user must be true or false"]),
        (b'{"username": "hari@example.com", "keep_turns": null}', ["keep_turns must be true or false"]),
        (b'{"username": "hari@example.com", "keep_turns": 1}', ["keep_turns must be true or false"]),
        (
            b'{"username": "hari@example.com", "keep_turns": "true", "replace_with": "kofi@example.com"}',
            ["keep_turns must be true or false"],
        ),
        (b'{"username": "hari@example.com", "keep_turns": true, "replace_with": "kofi@example.com"}', [EXCLUSIVE]),
        (
            b'{"username": "hari@example.com", "keep_turns": true, "replace_with": ""}',
            ["replace_with is blank", EXCLUSIVE],
        ),
    ],
)  # fmt: skip
def test_bad_body_gets_400_naming_each_problem(
    simulation: Simulation, send: Send, body: bytes, errors: list[str]
) -> None:
    answer = send(body)

    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert answer.json == {
        "message": f"the body is not accepted: {'; '.join(errors)}",
        "request_id": answer.json["request_id"],
        "errors": errors,
    }
    assert simulation.calls == []


@pytest.mark.parametrize(
    ("more", "sentence"), [(1, "1 more field is not known"), (1495, "1495 more fields are not known")]
)
def test_only_the_first_five_unknown_fields_are_named(send: Send, more: int, sentence: str) -> None:
    fields = {f"f{number}": 1 for number in range(5 + more)}

    answer = send(json.dumps(fields, separators=(",", ":")).encode())

    first = [f"'f{number}' is not a known field" for number in range(5)]
    assert answer.json["errors"] == [*first, sentence, "username is missing"]


@pytest.mark.parametrize(
    "body",
    [
        {f"field {number}": number for number in range(850)},
        {"\U000e0001" * 45 + str(number): number for number in range(80)},
        {"\U000e0001" * 4000: 1},
        {"username": "\U0001f600" * 100},
        {"username": "nora@example.com", "replace_with": "\U0001f600" * 100},
        {"username": "a" * 16_000, "replace_with": "a" * 300},
    ],
    ids=["many fields", "long fields", "a long field", "username", "replace_with", "long usernames"],
)
def test_answer_and_log_stay_small_for_any_body(send: Send, body: dict[str, Any]) -> None:
    data = json.dumps(body, ensure_ascii=False).encode()
    assert len(data) <= 16 * 1024 or "username" in body

    with capture_log() as log:
        answer = send(data)

    assert answer.status_code in {400, 404, 409}
    assert len(answer.data) < 8000
    assert len(log.text) < 8000


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"[" * 8000 + b"]" * 8000, [NO_OBJECT]),
        (b'{"a":' * 2500 + b"1" + b"}" * 2500, ["'a' is not a known field", "username is missing"]),
    ],
)
def test_deeply_nested_body_gets_400(send: Send, body: bytes, errors: list[str]) -> None:
    # The depth of JSON that Python can parse differs from 3.11 to 3.13.
    answer = send(body)

    assert answer.status_code == 400
    assert answer.json["errors"] in (errors, [NOT_JSON])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (1, "must be a string"),
        (None, "must be a string"),
        (True, "must be a string"),
        (["hari@example.com"], "must be a string"),
        ({"id": "hari@example.com"}, "must be a string"),
        (float("nan"), "must be a string"),
        ("", "is blank"),
        ("   ", "is blank"),
        ("a" * 89 + "@example.com", "is longer than 100 characters"),
        ("hari@example.com\n", f"has '\\n', {NOT}"),
        ("\thari@example.com", f"has '\\t', {NOT}"),
        ("hari\r\n@example.com", f"has '\\r', {NOT}"),
        ("hari\x00@example.com", f"has '\\x00', {NOT}"),
        ("hari\x7f@example.com", f"has '\\x7f', {NOT}"),
        ("hari\u0085@example.com", f"has '\\x85', {NOT}"),
        ("hari\u2028@example.com", f"has '\\u2028' (line separator), {NOT}"),
        ("hari\u202e@example.com", f"has '\\u202e' (right-to-left override), {NOT}"),
        ("hari\xa0@example.com", f"has '\\xa0' (no-break space), {NOT}"),
        ("hari\u200b@example.com", f"has '\\u200b' (zero width space), {NOT}"),
        ("hari@example.com\ufeff", f"has '\\ufeff' (zero width no-break space), {NOT}"),
        ("hari\ud800@example.com", f"has '\\ud800', {NOT}"),
        ("\udc00\ud800", "is not an e-mail address"),
        (".", "is not an e-mail address"),
        ("b8a1f2d0-0000-4000-8000-000000000000", "is not an e-mail address"),
        ("hari", "is not an e-mail address"),
        ("@example.com", "is not an e-mail address"),
        ("hari@", "is not an e-mail address"),
        ("hari@kofi@example.com", "is not an e-mail address"),
        ("Hari <hari@example.com>", "has ' ' (space), which is not accepted in an e-mail address"),
        ("<hari@example.com>", "has '<' (less-than sign), which is not accepted in an e-mail address"),
        ("hari@exam_ple.com", "has '_' (low line), which is not accepted in an e-mail address"),
        ("\u212aofi@example.com", "has '\u212a' (kelvin sign), which is not accepted in an e-mail address"),
        (
            "har\u0130@example.com",
            "has '\u0130' (latin capital letter i with dot above), which is not accepted in an e-mail address",
        ),
        (
            "\uff48ari@example.com",
            "has '\uff48' (fullwidth latin small letter h), which is not accepted in an e-mail address",
        ),
        ("hari@example\uff0ecom", "has '\uff0e' (fullwidth full stop), which is not accepted in an e-mail address"),
        (" .. ", "is not an e-mail address"),
    ],
)
@pytest.mark.parametrize("field", ["username", "replace_with"])
def test_bad_username_gets_400_naming_the_field(
    simulation: Simulation, post: Post, field: str, value: Any, problem: str
) -> None:
    answer = post(**{"username": "hari@example.com", field: value})

    assert answer.status_code == 400
    assert answer.json["errors"] == [f"{field} {problem}"]
    assert simulation.calls == []


class Untouched(io.RawIOBase):
    """A body that is never read."""

    def readinto(self, _: object) -> int:
        raise AssertionError("the body was read")


def test_a_body_over_10_mib_is_not_read(settings: Settings, session: Session) -> None:
    client = create_app(settings, session).test_client()

    environ = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(10 * 1024 * 1024 + 1)}
    answer: Any = client.post("/", environ_overrides=environ)

    assert (answer.status_code, answer.json["errors"]) == (400, [TOO_LARGE])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (padded(16 * 1024), 404),
        (b"\xef\xbb\xbf" + padded(100), 404),
        (b'\r\n {"username": "  nora@example.com  "}\r\n', 200),
        (b'{"username": "NORA@example.com", "dry_run": false, "keep_user": true}', 200),
        (b'{"username": "nor\\u0061@example.com"}', 200),
        (b'{"username": "nora@example.com", "keep_turns": true}', 200),
        (b'{"username": "nora@example.com", "keep_turns": false, "replace_with": "kofi@example.com"}', 200),
        (json.dumps({"username": "a" * 88 + "@example.com"}).encode(), 404),
    ],
)
def test_valid_body_is_accepted(send: Send, body: bytes, status: int) -> None:
    assert send(body).status_code == status


@pytest.mark.parametrize(
    ("username", "quoted"),
    [
        ("sam+oncall@example.com", "sam%2Boncall%40example.com"),
        ("o'neil@example.com", "o%27neil%40example.com"),
        ("a/b@example.com", "a%2Fb%40example.com"),
        ("../teams@example.com", "..%2Fteams%40example.com"),
        ("100%@example.com", "100%25%40example.com"),
        ("%2f%40@example.com", "%252f%2540%40example.com"),
        ("sam?x=1&y#z@example.com", "sam%3Fx%3D1%26y%23z%40example.com"),
        ("j\u00fcrgen@example.com", "j%C3%BCrgen%40example.com"),
        ("\u0142ukasz@example.com", "%C5%82ukasz%40example.com"),
        ("\U0001f600@example.com", "%F0%9F%98%80%40example.com"),
        ("\u00e5SA@example.com", "%C3%A5sa%40example.com"),
    ],
)
def test_unusual_username_reaches_opsgenie_percent_encoded(
    simulation: Simulation, post: Post, username: str, quoted: str
) -> None:
    with simulation.edit() as account:
        nora = next(user for user in account["users"] if user["username"] == "nora@example.com")
        nora["username"] = username.replace("SA@", "sa@")

    answer = post(username=f"  {username}  ")

    assert answer.status_code == 200
    assert simulation.calls[0].path == f"/v2/users/{quoted}"
    assert nora["id"] not in [user["id"] for user in simulation.snapshot()["users"]]


def test_usernames_are_sent_trimmed_and_in_lower_case(simulation: Simulation, post: Post) -> None:
    answer = post(username=" Nora@EXAMPLE.Com ", replace_with=" KOFI@example.com")

    assert answer.json["username"] == "nora@example.com"
    assert sorted(call.path for call in simulation.calls[:2]) == [
        "/v2/users/kofi%40example.com",
        "/v2/users/nora%40example.com",
    ]
