"""The service's answers conform to openapi.yaml, and it gives the examples in it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from local.opsgenie.faults import FAULTS
from local.opsgenie.quirks import Quirks
from service.jsm.settings import ENDS
from service.model import Request
from tests.support.local_stack import ROOT
from tests.support.service_env import ServiceEnv
from tests.support.site_env import SiteEnv
from tests.support.virtual_time import virtual_time

CONTRACT = yaml.safe_load((ROOT / "openapi.yaml").read_text())
POST = CONTRACT["paths"]["/"]["post"]
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
# The faults that lead to an example's answer.
ARRANGED: dict[str, dict[str, Any]] = {
    "key_refused": {"fault": "403", "times": None},
    "down": {"fault": "503", "times": None, "path": "users/mei"},
}


def as_json_schema(node: Any) -> Any:
    """Convert an OpenAPI 3.0 schema to JSON Schema, which has no `nullable`."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    nullable = {"type": [node["type"], "null"]} if node.get("nullable") is True else {}
    return {key: as_json_schema(value) for key, value in node.items() if key != "nullable"} | nullable


SCHEMAS = as_json_schema(CONTRACT)
FIELDS = [field.name for field in fields(Request)]


def check(status: int, body: Any) -> None:
    """Fail unless the contract has this answer."""
    response = POST["responses"].get(str(status))
    assert response, f"the contract has no answer {status}: {body}"
    schema = response["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": SCHEMAS["components"]})


def post(service_env: ServiceEnv | SiteEnv, body: Any) -> tuple[int, Any]:
    event = {"requestContext": {"requestId": REQUEST_ID, "identity": {}}}
    data = body if isinstance(body, bytes) else json.dumps(body)
    answer = service_env.app.test_client().post("/", data=data, environ_overrides={"awsgi.event": event})
    if answer.status_code == 503:
        assert 1 <= int(answer.headers["Retry-After"]) <= 300
    return answer.status_code, answer.get_json()


def examples() -> Iterator[Any]:
    for status, response in POST["responses"].items():
        for name, example in response["content"]["application/json"].get("examples", {}).items():
            yield pytest.param(int(status), name, example, id=name)


@pytest.mark.parametrize(("status", "name", "example"), list(examples()))
def test_service_gives_each_example_answer(status: int, name: str, example: dict[str, Any]) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv(budget=1.0 if name == "out_of_time" else 25.0)
        service_env.line.latency = 0.3 if name == "out_of_time" else 0.0
        if name in ARRANGED:
            service_env.simulation.faults.order(**ARRANGED[name])

        answer = post(service_env, example["x-request"])

    if "request_id" in answer[1].get("cause", {}):
        answer[1]["cause"]["request_id"] = "43a29c5c-3dbf-4fa4-9c26-f4f71023e120"  # a new one with each call
    assert answer == (status, example["value"])
    check(*answer)


def test_failure_after_the_user_is_deleted_lists_what_remains() -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        service_env.simulation.quirks = Quirks(deletes_in_use=True)
        service_env.simulation.faults.order("503", method="PATCH", times=None)

        status, body = post(service_env, {"username": "hari@example.com"})

    check(status, body)
    assert (status, len(body["changes"]), len(body["remaining"])) == (502, 6, 5)
    assert body["message"] == (
        "Opsgenie is throttling or down (status 503). "
        "The account is deleted, and what is in remaining has to be removed by hand"
    )


@pytest.mark.parametrize("status", ["200", "400", "404", "409", "502", "503", "504"])
def test_each_status_has_an_example(status: str) -> None:
    assert POST["responses"][status]["content"]["application/json"]["examples"]


def test_contract_has_each_field_of_a_request() -> None:
    assert sorted(CONTRACT["components"]["schemas"]["Request"]["properties"]) == sorted(FIELDS)


USERNAMES = ["hari", "meera", "tomas", "olivia", "ines", "nora", "kofi", "bela", "nobody"]
PEOPLE = st.sampled_from([f"{name}@example.com" for name in USERNAMES]) | st.text(max_size=120)
REQUESTS = st.fixed_dictionaries(
    {"username": PEOPLE},
    optional={"replace_with": PEOPLE, **dict.fromkeys(("dry_run", "keep_user", "keep_turns"), st.booleans())},
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
ODD_REQUESTS = st.dictionaries(st.sampled_from([*FIELDS, "x"]), JSON, max_size=4)


@settings(max_examples=150)
@given(
    body=REQUESTS | ODD_REQUESTS | JSON | st.binary(max_size=40),
    fault=st.none() | st.sampled_from(sorted(set(FAULTS) - {"huge"})),
    skip=st.integers(0, 30),
    for_ever=st.booleans(),
)
def test_any_request_under_any_fault_is_answered_within_the_contract(
    body: Any, fault: str | None, skip: int, for_ever: bool
) -> None:
    with virtual_time(threads=False):
        service_env = ServiceEnv()
        if fault:
            service_env.simulation.faults.order(fault, times=None if for_ever else 1, skip=skip)

        status, answer = post(service_env, body)

    assert status != 500
    check(status, answer)


@pytest.mark.parametrize("fault", [None, "500", "403"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("body", [{}, {"dry_run": True}, {"keep_user": True}, {"replace_with": "kofi@example.com"}])
def test_answers_of_a_site_are_within_the_contract(body: dict[str, Any], end: str, fault: str | None) -> None:
    with virtual_time(threads=False):
        env = SiteEnv(end=end)
        if fault:
            env.simulation.faults.order(fault, skip=20, times=None)
        check(*post(env, {"username": "hari@example.com", **body}))


def test_check_rejects_undocumented_bodies_and_statuses() -> None:
    """The checks above can fail."""
    with pytest.raises(jsonschema.ValidationError):
        check(409, {"message": "no", "request_id": "1", "blockers": []})
    with pytest.raises(AssertionError):
        check(418, {})
