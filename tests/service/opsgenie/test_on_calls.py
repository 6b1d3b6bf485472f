"""What a survey of Opsgenie only tells: which calls it takes, and that their failures are no more than noted."""

import re
from typing import Any

import pytest
import responses

from service.client import Scope
from service.model import Named, Override
from service.opsgenie import schedules
from service.opsgenie.client import Opsgenie
from service.parallel import Parallel
from service.schedule import Schedule
from service.survey import OnCall, OnCalls, Survey
from tests.support.wire_samples import HARI, HARI_JSON, URL, transport

ON_CALL = {"_parent": {"id": "s1", "name": "Payments"}, "onCallRecipients": ["hari@example.com"]}
LISTED = {"id": "s1", "name": "Payments", "timezone": "Asia/Kolkata", "enabled": True}
ROTATION: dict[str, Any] = {
    "id": "r1",
    "name": "Days",
    "startDate": "2026-01-05T08:00:00Z",
    "type": "weekly",
    "participants": [{"type": "team", "id": "t1", "name": "Data"}],
}
OVERRIDE = {
    "alias": "o1",
    "user": {"type": "user", **HARI_JSON},
    "startDate": "2026-11-01T00:00:00Z",
    "endDate": "2026-12-01T00:00:00Z",
}


def survey(scope: Scope = Scope.FIRST) -> Survey:
    with Parallel() as parallel:
        return Opsgenie(transport(), parallel).survey(HARI, scope)


def answers(mocked: responses.RequestsMock, **data: Any) -> None:
    """Let a list be what is given here, or empty; an int is the status of a refusal."""
    paths = {
        "on_calls": f"{URL}/v2/schedules/on-calls",
        "listed": f"{URL}/v2/schedules",
        "rotations": f"{URL}/v2/schedules/s1/rotations",
        "overrides": f"{URL}/v2/schedules/s1/overrides",
    }
    mocked.assert_all_requests_are_fired = False
    for name, path in paths.items():
        found = data.get(name, [])
        if isinstance(found, int):
            mocked.get(path, status=found, json={"message": "no"})
        else:
            mocked.get(path, json={"data": found})
    mocked.get(re.compile(f"{URL}/v2/.*"), json={"data": []})


def test_schedule_in_which_only_a_team_is_on_call_is_read_with_its_times(mocked: responses.RequestsMock) -> None:
    answers(mocked, on_calls=[ON_CALL], listed=[LISTED], rotations=[ROTATION])

    found = survey()

    assert found.on_call == OnCalls((OnCall("s1", "Payments", ("hari@example.com",)),))
    (schedule,) = found.schedules
    assert (schedule.timezone, [rotation.name for rotation in schedule.rotations]) == ("Asia/Kolkata", ["Days"])
    assert (found.rotations, found.overrides, found.not_checked) == ((), (), ())


def test_override_that_no_list_of_the_persons_shows_is_found_by_who_is_on_call(mocked: responses.RequestsMock) -> None:
    answers(mocked, on_calls=[ON_CALL], listed=[LISTED], rotations=[ROTATION], overrides=[OVERRIDE])

    found = survey()

    assert [override.id for override in found.overrides] == ["o1"]
    assert [override.id for schedule in found.schedules for override in schedule.overrides] == ["o1"]


@pytest.mark.parametrize("unread", ["rotations", "overrides"])
def test_unread_schedule_in_which_the_person_is_on_call_is_named(mocked: responses.RequestsMock, unread: str) -> None:
    data = {"rotations": [ROTATION], "overrides": [OVERRIDE], unread: 403}
    answers(mocked, on_calls=[ON_CALL], listed=[LISTED], **data)

    found = survey()

    assert (found.schedules, found.not_checked) == ((), ("rotations and overrides of Payments: no",))
    assert len(found.overrides) == (unread == "rotations"), "what is found to hold the person counts all the same"


@pytest.mark.parametrize("status", [400, 402, 403, 404, 422])
def test_refused_list_of_on_calls_leaves_the_rest(mocked: responses.RequestsMock, status: int) -> None:
    answers(mocked, on_calls=status, listed=[LISTED])

    assert survey() == Survey(HARI, on_call=OnCalls(unread="no"))


NAMELESS = "in an entry without a name"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "it is not a list"),
        ({}, "it is not a list"),
        ([None], f"{NAMELESS} something is of another type"),
        ([{}], f"{NAMELESS} there is no _parent"),
        ([{"_parent": None}], f"{NAMELESS} _parent is not an object"),
        ([{**ON_CALL, "onCallRecipients": [7]}], f"{NAMELESS} a recipient is not a text"),
    ],
)
def test_odd_list_of_on_calls_leaves_the_rest(mocked: responses.RequestsMock, data: Any, why: str) -> None:
    answers(mocked, on_calls=data, listed=[LISTED])

    unread = f"the answer about who is on call is not of the documented form: {why}"
    assert survey() == Survey(HARI, on_call=OnCalls(unread=unread))


ODD_LIST = "the answer about the list of schedules is not of the documented form: "


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (403, "no"),
        (None, f"{ODD_LIST}it is not a list"),
        ([7], f"{ODD_LIST}in an entry without a name something is of another type"),
        ([{"name": "no id"}], f"{ODD_LIST}in no id there is no id"),
    ],
)
def test_unread_list_of_schedules_leaves_the_rest(mocked: responses.RequestsMock, listed: Any, why: str) -> None:
    answers(mocked, on_calls=[ON_CALL], listed=listed, rotations=[ROTATION], overrides=[OVERRIDE])

    found = survey()

    notes = (f"the times of schedules: {why}",)
    assert (found.schedules, len(found.overrides), found.not_checked) == ((), 1, notes)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope.FIRST, {"/v2/schedules/on-calls?flat=true", "/v2/schedules"}),
        (Scope.AGAIN, {"/v2/schedules/on-calls?flat=true"}),
        (Scope.EVERYWHERE, {"/v2/schedules"}),
    ],
)
def test_scope_says_what_is_asked_for(mocked: responses.RequestsMock, scope: Scope, told: set[str]) -> None:
    answers(mocked)

    survey(scope)

    asked = [(call.request.url or "").removeprefix(URL) for call in mocked.calls]
    on_schedules = [path for path in asked if path.startswith("/v2/schedules")]
    assert (set(on_schedules), len(on_schedules)) == (told, len(told))


NAMED = Named("s1", "Payments")
ZONE, TIMES, COVERS = "its time zone", "the times of its rotation Days", "the times of its overrides"


@pytest.mark.parametrize(
    ("listed", "rotation", "override", "unread"),
    [
        ({}, {}, {}, ()),
        ({"timezone": 7}, {}, {}, (ZONE,)),
        ({}, {"startDate": "soon"}, {}, (TIMES,)),
        ({}, {"startDate": None}, {}, (TIMES,)),
        ({}, {"endDate": "9999-12-31T23:59:59-12:00"}, {}, (TIMES,)),
        ({}, {"type": "yearly"}, {}, (TIMES,)),
        ({}, {"length": -1}, {}, (TIMES,)),
        ({}, {"length": 0.5}, {}, (TIMES,)),
        ({}, {"length": "1"}, {}, (TIMES,)),
        ({}, {"timeRestriction": "always"}, {}, (TIMES,)),
        ({}, {"timeRestriction": {"restriction": {"startHour": 8}}}, {}, (TIMES,)),
        ({}, {}, {"startDate": None}, (COVERS,)),
        ({}, {}, {"endDate": "soon"}, (COVERS,)),
        ({"timezone": []}, {"startDate": 7}, {"endDate": 7}, ("the times of its rotation Days", COVERS)),
    ],
)
def test_times_that_cannot_be_understood_are_named_and_never_an_error(
    mocked: responses.RequestsMock, listed: Any, rotation: Any, override: Any, unread: tuple[str, ...]
) -> None:
    answers(
        mocked,
        on_calls=[ON_CALL],
        listed=[{**LISTED, **listed}],
        rotations=[{**ROTATION, **rotation}],
        overrides=[{**OVERRIDE, **override}],
    )

    (found,) = survey().schedules

    assert found.unread == unread
    assert (len(found.rotations), len(found.overrides)) == (TIMES not in unread, COVERS not in unread)


@pytest.mark.parametrize("kind", ["team", "escalation"])
def test_stand_in_of_an_override_may_be_a_team_or_an_escalation(mocked: responses.RequestsMock, kind: str) -> None:
    other = {**OVERRIDE, "user": {"type": kind, "id": "x", "name": "Data"}}
    answers(mocked, on_calls=[ON_CALL], listed=[LISTED], rotations=[ROTATION], overrides=[other])

    ((found,),) = (schedule.overrides for schedule in survey().schedules)

    assert (found.user.type, found.user.name) == (kind, "Data")


def test_override_without_its_source_is_not_understood() -> None:
    found = schedules.timed(
        Schedule("s1", "Payments", "Etc/UTC", True, (), ()),
        [],
        [Override("o1", NAMED, Named("u", "hari@example.com"), "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")],
    )

    assert found.unread == (COVERS,)
