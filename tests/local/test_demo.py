"""The demo calls proved only what it has checked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
import requests

from local import demo
from local.accounts import places
from local.processes import LocalError
from local.products import PRODUCTS
from local.samples import HARI
from tests.support.hostile_environment import HOSTILE
from tests.support.local_stack import LOCAL, ROOT

BEFORE: dict[str, Any] = {"users": [{"username": HARI}, {"username": "kofi@example.com"}]}
LEFT = {"users": BEFORE["users"][1:]}
CHANGED = {"users": [*BEFORE["users"], {"username": "nora@example.com"}]}
SITE: dict[str, Any] = {
    "people": [
        {"accountId": "a", "email": HARI, "membershipStatus": "active"},
        {"accountId": "b", "email": "kofi@example.com", "membershipStatus": "active"},
    ],
    "groups": [{"members": ["a", "b"]}],
    "teams": [{"members": ["a", "b"]}],
    "schedules": [
        {
            "rotations": [{"participants": [{"type": "user", "id": "a"}, {"type": "user", "id": "b"}]}],
            "overrides": [
                {"responder": {"type": "user", "id": "a"}, "endDate": "2999-01-01T00:00:00Z"},
                {"responder": {"type": "user", "id": "a"}, "endDate": "2001-01-01T00:00:00Z"},
            ],
        }
    ],
}
SUSPENDED: dict[str, Any] = {
    "people": [{**SITE["people"][0], "membershipStatus": "suspended"}, SITE["people"][1]],
    "groups": SITE["groups"],
    "teams": [{"members": ["b"]}],
    "schedules": [
        {
            "rotations": [{"participants": [{"type": "user", "id": "b"}]}],
            "overrides": SITE["schedules"][0]["overrides"][1:],
        }
    ],
}
STATUSES = (403, 200, 200, None, 409)


def answer(status: int) -> requests.Response:
    """Make an answer without a body."""
    response = requests.Response()
    response.status_code = status
    response._content = b"{}"
    return response


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The account before and after each step, in turn; the answers are as they must be."""

    @contextmanager
    def running(_say: Any, product: Any, _now: str) -> Iterator[Any]:
        yield mock.Mock(product=product)

    found: list[Any] = []
    statuses = iter(STATUSES)
    monkeypatch.setattr(demo, "running", running)
    monkeypatch.setattr(demo, "_post", lambda stack, _: answer(next(statuses) or stack.product.gone))
    monkeypatch.setattr(demo, "_account", lambda _: found.pop(0))
    for name in ("_show_burst", "_show_console"):
        monkeypatch.setattr(demo, name, mock.Mock())
    return found


def test_demo_prints_proved_when_only_the_leaver_goes(accounts: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    accounts += [BEFORE, BEFORE, BEFORE, BEFORE, BEFORE, LEFT, LEFT, LEFT, LEFT, LEFT]

    demo.demo(PRODUCTS["opsgenie"])

    assert capsys.readouterr().out.endswith(
        "what was done\ncan be undone\n\nthe same for Jira Service Management: make demo PRODUCT=jsm\n"
    )


def test_demo_of_a_site_proves_that_the_leaver_is_suspended(
    accounts: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    accounts += [SITE, SITE, SITE, SITE, SITE, SUSPENDED, SUSPENDED, SUSPENDED, SUSPENDED, SUSPENDED]

    demo.demo(PRODUCTS["jsm"])

    assert capsys.readouterr().out.endswith(
        "does, a second request changes nothing, what would break on-call is refused, the limits hold, and "
        "what was done\ncan be undone\n\nthe same for Opsgenie: make demo PRODUCT=opsgenie\n"
    )


def whole(**changed: Any) -> dict[str, Any]:
    """Return the site with ids of what is recreated, and with something changed."""
    override = {**SITE["schedules"][0]["overrides"][0], "alias": "old"}
    schedules = [{**SITE["schedules"][0], "overrides": [override]}]
    return {**SITE, "schedules": schedules, "escalations": [], **changed}


def test_site_is_as_before_when_only_what_is_recreated_has_another_id() -> None:
    override = {**whole()["schedules"][0]["overrides"][0], "alias": "new"}
    back = whole(schedules=[{**SITE["schedules"][0], "overrides": [override]}], teams=[{"members": ["b", "a"]}])

    assert places("jsm", back) == places("jsm", whole())


@pytest.mark.parametrize(
    "changed",
    [
        {"people": SUSPENDED["people"]},
        {"teams": [{"members": ["b"]}]},
        {"schedules": SUSPENDED["schedules"]},
        {"schedules": [{**SITE["schedules"][0], "overrides": []}]},
        {"escalations": [{"rules": []}]},
    ],
)
def test_site_is_not_as_before_when_somebody_is_elsewhere(changed: Any) -> None:
    assert places("jsm", whole(**changed)) != places("jsm", whole())


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"people": []},
        {"groups": [{"members": ["b"]}]},
        {"teams": [{"members": ["a", "b"]}]},
        {"schedules": [{"rotations": [{"participants": [{"type": "user", "id": "b"}]}], "overrides": []}]},
    ],
)
def test_unexpected_state_of_the_site_fails_the_demo(accounts: list[Any], changed: Any) -> None:
    accounts += [SITE, SITE, SITE, SITE, SITE, {**SUSPENDED, **changed} if changed else SITE]

    with pytest.raises(LocalError, match=r"^the account is not as it must be after this$"):
        demo.demo(PRODUCTS["jsm"])


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (0, BEFORE, CHANGED),
        (1, BEFORE, LEFT),
        (2, BEFORE, BEFORE),
        (2, BEFORE, CHANGED),
        (3, LEFT, BEFORE),
        (4, LEFT, {}),
    ],
)
def test_unexpected_account_state_fails_the_demo(
    accounts: list[Any], capsys: pytest.CaptureFixture[str], step: int, before: Any, after: Any
) -> None:
    accounts += [BEFORE, BEFORE, BEFORE, BEFORE, BEFORE, LEFT, LEFT, LEFT, LEFT, LEFT]
    accounts[2 * step : 2 * step + 2] = [before, after]

    with pytest.raises(LocalError, match=r"^the account is not as it must be after this$"):
        demo.demo(PRODUCTS["opsgenie"])

    assert "proved: " not in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.xdist_group("local stack")
@pytest.mark.timeout(180)
def test_demo_of_a_site_runs_whatever_the_environment_has() -> None:
    done = subprocess.run(
        [*LOCAL, "demo", "--product", "jsm"],
        cwd=ROOT,
        env={**os.environ, **HOSTILE},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "\n3. a delete\n" in done.stdout
    assert "and 2 teams and suspended\n" in done.stdout
    assert "\n9. and undone\n" in done.stdout
    assert done.stdout.endswith("the same for Opsgenie: make demo PRODUCT=opsgenie\n")


def test_unencodable_characters_do_not_stop_the_demo() -> None:
    program = "from local import __main__; __main__.demo = lambda *_: print('a \u2500 b'); __main__.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "demo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("a ? b\n", "")


@pytest.mark.parametrize(
    ("statuses", "good"), [([404, 429], True), ([404], False), ([429], False), ([404, 429, 502], False)]
)
def test_burst_must_get_both_404_and_429_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], statuses: list[int], good: bool
) -> None:
    answers = iter([answer(statuses[number % len(statuses)]) for number in range(demo.BURST)])
    monkeypatch.setattr(demo, "_post", lambda *_: next(answers))

    if good:
        demo._show_burst(mock.Mock(), 6)
    else:
        with pytest.raises(LocalError, match=r"^a part of the burst must get 429, and all others 404, not "):
            demo._show_burst(mock.Mock(), 6)

    assert ("Too Many Requests" in capsys.readouterr().out) == good
