"""Errors of the simulated site, in their forms, and faults that are ordered."""

from email.utils import parsedate_to_datetime

import pytest

from local.jsm import Quirks
from local.jsm.people import CLOUD_ID
from tests.local.jsm.site_client import OPERATIONS, TEAMS, organization_client, refusal, site_client
from tests.local.jsm.small_site import HARI

GONE = "/v1/schedules/s-1/rotations/r-9"
WRONG = {"length": 0, "startDate": "soon"}
ODD = "Request body is not processable. Please check the errors."
DATE = "must be a date like 2026-11-25T09:00:00Z"


@pytest.mark.parametrize(
    ("form", "not_found", "invalid"),
    [
        ("message", refusal("No schedule rotation exists with id [r-9]"), refusal(ODD, startDate=DATE)),
        (
            "errors",
            {
                "errors": [
                    {
                        "title": "No schedule rotation exists with id [r-9]",
                        "detail": "No schedule rotation exists with id [r-9]",
                        "code": "404",
                    }
                ]
            },
            {"errors": [{"title": ODD, "detail": f"startDate {DATE}", "code": "422"}]},
        ),
        (
            "titles",
            {"errors": [{"title": "No schedule rotation exists with id [r-9]", "code": "404"}]},
            {"errors": [{"title": ODD, "code": "422"}]},
        ),
        ("bare", refusal("No schedule rotation exists with id [r-9]"), refusal(ODD)),
    ],
)
def test_operations_refuse_in_the_form_of_the_quirk(form, not_found, invalid):
    client = site_client(Quirks(error_form=form))

    assert client.operations("GET", GONE) == (404, not_found)
    assert client.operations("PATCH", "/v1/schedules/s-1/rotations/r-1", WRONG) == (422, invalid)


def test_method_that_is_not_there_is_refused_with_its_name():
    assert site_client().operations("PATCH", "/v1/teams") == (
        405,
        refusal("Request method 'PATCH' is not supported"),
    )


def test_path_that_is_not_there_is_not_found():
    assert site_client().operations("GET", "/v1/nonsense") == (404, refusal("Not Found"))


@pytest.mark.parametrize("body", ["[]", "nonsense", "7"])
def test_body_that_is_no_object_is_refused(body):
    client = site_client()
    answer = client.http.patch(f"{OPERATIONS}/v1/schedules/s-1", data=body, headers=client.headers)

    assert (answer.status_code, answer.get_json()["message"]) == (400, "Request body is not a valid JSON object.")


def test_jira_refuses_in_its_own_form():
    assert site_client().ask("GET", "/rest/api/3/user?accountId=nobody") == (
        404,
        {"errorMessages": ["Specified user does not exist or you do not have required permissions"], "errors": {}},
    )


def test_teams_and_the_organization_refuse_in_the_form_of_the_gateway():
    client = site_client()

    assert client.ask("GET", f"{TEAMS}/teams/t-9") == (404, {"code": "TEAM_NOT_FOUND", "message": "Team not found"})
    assert client.teams("POST", "/t-1/members/remove", {"members": [7]}) == (
        400,
        {"code": 400, "message": "members must be a list of objects"},
    )
    assert organization_client(client.simulation).ask("GET", "/users/nobody/manage") == (
        404,
        {"code": 404, "message": "User not found"},
    )


@pytest.mark.parametrize(
    ("decodes", "path", "status", "message"),
    [
        (True, "/v1/schedules/s%2D1/rotations/r-1", 200, None),
        (False, "/v1/schedules/s%2D1/rotations/r-1", 404, "No schedule exists with id [s%2D1]"),
        (True, "/v1/schedules/no%20such", 404, "No schedule exists with id [no such]"),
        (False, "/v1/schedules/no%20such", 404, "No schedule exists with id [no%20such]"),
        (True, f"/v1/schedules/on-calls/{HARI}.ics", 200, None),
        (False, f"/v1/schedules/on-calls/{HARI}.ics", 200, None),
        (True, f"/v1/schedules/on-calls/{HARI.replace(':', '%3A')}.ics", 200, None),
        (
            False,
            f"/v1/schedules/on-calls/{HARI.replace(':', '%3A')}.ics",
            404,
            f"No user exists with id [{HARI.replace(':', '%3A')}]",
        ),
    ],
)
def test_paths_are_decoded_as_the_quirk_says(decodes, path, status, message):
    answer = site_client(Quirks(decodes_paths=decodes)).operations("GET", path)

    assert answer[0] == status
    assert message is None or answer[1] == refusal(message)


@pytest.mark.parametrize(("quirk", "header"), [("1", "1"), ("none", None)])
def test_throttled_request_says_when_to_come_back_as_the_quirk_says(quirk, header):
    client = site_client(Quirks(throttle_header=quirk))
    client.simulation.rate_limit = 1
    answers = [client.http.get(f"{OPERATIONS}/v1/teams", headers=client.headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers.get("Retry-After") == header
    assert answers[1].get_json()["message"] == "You are making too many requests!"


def test_throttled_request_is_refused_in_the_form_of_the_quirk():
    client = site_client(Quirks(error_form="titles"))
    client.simulation.faults.order("429")

    assert client.operations("GET", "/v1/teams") == (
        429,
        {"errors": [{"title": "You are making too many requests!", "code": "429"}]},
    )


def test_throttled_request_says_a_date_as_the_quirk_says():
    client = site_client(Quirks(throttle_header="date"))
    client.simulation.faults.order("429")
    answer = client.http.get(f"{OPERATIONS}/v1/teams", headers=client.headers)

    assert answer.status_code == 429
    assert parsedate_to_datetime(answer.headers["Retry-After"]).tzinfo is not None


def test_control_endpoints_arrange_the_site():
    client = site_client()
    http = client.http
    http.post("/_simulation/faults", json={"fault": "404", "path": "/v1/teams$"})

    assert client.operations("GET", "/v1/teams")[0] == 404
    assert http.get("/_simulation/calls").json == [
        {"method": "GET", "path": f"/jsm/ops/api/{CLOUD_ID}/v1/teams", "query": "", "body": None, "status": 404}
    ]
    assert http.get("/_simulation/account").json == client.simulation.snapshot()
