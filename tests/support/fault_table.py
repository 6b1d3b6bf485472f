"""The fault table: every fault at every call of a request, once and for good, and the checks of a case."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from local.opsgenie import Simulation, sample_account
from local.opsgenie.faults import FAULTS
from local.simulator.faults import Situation
from local.simulator.store import copied
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.service_env import Answer, ServiceEnv, with_captured_log
from tests.support.virtual_time import Hang, Refused, virtual_time

HARI, KOFI = "hari@example.com", "kofi@example.com"
BODIES: dict[str, Item] = {
    "delete": {"username": HARI},
    "replace": {"username": HARI, "replace_with": KOFI},
    "keep_user": {"username": HARI, "keep_user": True},
    "keep_turns": {"username": HARI, "keep_turns": True},
}
TOLD = {"/v2/schedules/on-calls": "who is on call", "/v2/schedules": "its times were not read"}
"""Reads that only tell, with words of the sentence that says that one failed."""

CHAIN = 8
"""Calls that wait for one another at most where nothing goes wrong."""

HEALS = {"429", "429+retry-after", "500", "503", "drop", "lost", "refused", "hang", "hang-lost", "cut", "gone"}
"""Faults that a request survives if they happen once."""


def trimmed(account: Item, users: int) -> Item:
    """Drop some users who are in nothing: each of thousands of cases copies the account."""
    held = json.dumps({**account, "users": []})
    some = [user for user in account["users"] if user["id"] in held or user["username"] in held]
    return {**account, "users": [*some, *[user for user in account["users"] if user not in some][: users - len(some)]]}


ACCOUNT = trimmed(sample_account(), 40)


@dataclass(frozen=True)
class Point:
    """A call of a request: the `skip`th (from 0) of those with this method and path."""

    method: str
    path: str
    skip: int

    @property
    def endpoint(self) -> tuple[str, str, int]:
        """The documented endpoint: the same for each schedule or team."""
        return self.method, re.sub(r"(?<=/)[^/]*[0-9@%][^/]*(?=/|$)", "*", self.path.removeprefix("/v2/")), self.skip

    @property
    def ends(self) -> bool:
        """Whether the call deletes an account."""
        return self.method == "DELETE" and self.path.startswith("/v2/users/")

    @property
    def tells(self) -> bool:
        """Whether the call reads what is only told."""
        return self.method == "GET" and self.path in TOLD


def _refused(_: Situation) -> Any:
    raise Refused


def _hang(_: Situation) -> Any:
    raise Hang


def _hang_lost(situation: Situation) -> Any:
    situation.act()
    raise Hang


def _cut(situation: Situation) -> Any:
    """Break the connection in the middle of the answer."""
    answer = situation.act()
    answer.headers["Content-Length"] = str(len(answer.get_data()))
    answer.response = [answer.get_data()[:20]]
    return answer


ALL_FAULTS: dict[str, Callable[[Situation], Any]] = {
    **FAULTS,
    "refused": _refused,
    "hang": _hang,
    "hang-lost": _hang_lost,
    "cut": _cut,
}


@cache
def points(kind: str) -> tuple[Point, ...]:
    """Record the calls that this kind of request makes without any fault."""
    with virtual_time(threads=False):
        service_env = ServiceEnv(ACCOUNT)
        service_env.post(**BODIES[kind])
    seen: list[tuple[str, str]] = []
    found = []
    for call in service_env.simulation.calls:
        found.append(Point(call.method, call.path, seen.count((call.method, call.path))))
        seen.append((call.method, call.path))
    return tuple(found)


def first_of_each_endpoint(kind: str) -> tuple[Point, ...]:
    """Return one call per endpoint: the first rotation, team and so on."""
    return tuple({point.endpoint: point for point in reversed(points(kind))}.values())[::-1]


def remove(account: Item, path: str) -> Item:
    """Return the account without what `path` names, as if somebody else had just removed it."""
    parts = path.split("/")[2:]
    what, name = parts[0], parts[1] if len(parts) > 1 else ""
    if name in {"", "on-calls"}:  # a list of everything stays
        return account
    if what == "users":
        username = next(
            user["username"] for user in account["users"] if name in (user["id"], user["username"].replace("@", "%40"))
        )
        return expected_account.left(account, username)
    if what == "schedules":
        schedule = next(schedule for schedule in account["schedules"] if schedule["id"] == name)
        if len(parts) == 4:
            field_of = {"rotations": "id", "overrides": "alias"}[parts[2]]
            schedule[parts[2]] = [item for item in schedule[parts[2]] if item[field_of] != parts[3]]
        else:
            account["schedules"].remove(schedule)
            _without_references(account, name)
    elif what == "teams" and len(parts) == 4:
        team = next(team for team in account["teams"] if team["id"] == name)
        team["members"] = [member for member in team["members"] if member["user"]["id"] != parts[3]]
    else:
        shelf = {"escalations": "escalations", "teams": "teams", "forwarding-rules": "forwardingRules"}[what]
        account[shelf] = [item for item in account[shelf] if item["id"] != name]
        _without_references(account, name)
    return account


def _without_references(account: Item, name: str) -> None:
    for schedule in account["schedules"]:
        for rotation in schedule["rotations"]:
            rotation["participants"] = [entry for entry in rotation["participants"] if entry.get("id") != name]
    for escalation in account["escalations"]:
        escalation["rules"] = [rule for rule in escalation["rules"] if rule["recipient"].get("id") != name]
    for team in account["teams"]:
        for rule in team["routingRules"]:
            if rule["notify"].get("id") == name:
                rule["notify"] = {"type": "none"}
    for item in (*account["schedules"], *account["escalations"]):
        if item.get("ownerTeam", {}).get("id") == name:
            del item["ownerTeam"]


@dataclass
class Case:
    """One line of the table."""

    kind: str
    point: Point
    fault: str
    permanent: bool
    service_env: ServiceEnv = field(init=False)
    edited: Item | None = None

    def run(self) -> None:
        """Inject the fault, check the answer against the account, then repeat the request without the fault."""
        self.service_env = ServiceEnv(ACCOUNT)
        before = self.service_env.before
        body = BODIES[self.kind]
        self._order()
        answer, log = with_captured_log(lambda: self.service_env.post(**body))
        final = expected_account.left_as_asked(self.edited or before, body)
        expected_account.check(
            before, self.service_env.snapshot(), final, answer.status, answer.body, edited=self.edited
        )
        self._check_status(answer)
        if self.point.tells:
            self._check_told(answer)
        self._check_log(answer, log)
        self.service_env.simulation.faults.clear()
        again = self.service_env.post(**body)
        if self.fault == "gone" and "kofi" in self.point.path:
            assert (again.status, self.service_env.snapshot()) == (409, self.edited), "there is nobody to replace with"
            return
        assert again.status in (200, 404), f"again: {again}"
        assert self.service_env.snapshot() == final, "again: not finished"

    def _order(self) -> None:
        simulation = self.service_env.simulation
        fault = self._gone if self.fault == "gone" else ALL_FAULTS[self.fault]
        times = None if self.permanent and self.fault != "gone" else 1
        simulation.faults.add(fault, self.point.method, f"^{re.escape(self.point.path)}$", times, self.point.skip)

    def _gone(self, situation: Situation) -> Any:
        simulation: Simulation = self.service_env.simulation
        leaver_goes = self.point.path.split("/")[2] == "users"
        self.edited = remove(simulation.snapshot() if leaver_goes else copied(self.service_env.before), self.point.path)
        with simulation.edit() as account:
            account.update(remove(account, self.point.path))
        return situation.act()

    def _check_status(self, answer: Answer) -> None:
        assert answer.seconds <= 25.1, f"answered after {answer.seconds} s"
        if answer.status == 503:
            assert int(answer.retry_after or 0) >= 1
        if self.fault in HEALS and not self.permanent:
            allowed = {200, 404, 409} if self.fault == "gone" else {200}
            assert answer.status in allowed, f"not got over: {answer}"

    def _check_told(self, answer: Answer) -> None:
        """Nothing is stopped by what is only told, nor waited for long; and what is missing is named."""
        heals = self.fault in HEALS - {"hang", "hang-lost"} and not self.permanent
        unread = [sentence for sentence in answer.body["not_checked"] if TOLD[self.point.path] in sentence]
        missing = [one for one in answer.body["on_call"] if one["now"] is None or one["after"] is None]
        assert answer.status == 200
        assert answer.seconds < 0.1 * CHAIN + 3.1 * (2 if self.permanent else 1)
        assert bool(unread) == (not heals), f"told as not checked: {unread}"
        assert unread or not missing

    def _check_log(self, answer: Answer, log: list[Item]) -> None:
        for event, name in (("change", "changes"), ("unconfirmed", "unconfirmed")):
            lines = [line["change"] for line in log if line["event"] == event]
            told = answer.body.get(name, [])
            assert {expected_account.key_of(c) for c in lines} == {expected_account.key_of(c) for c in told}, (
                f"the log has other {name}"
            )
        assert [line["status"] for line in log if line["event"] == "outcome"] == [answer.status]


def cases(kind: str, fault: str, chosen: tuple[Point, ...], *, whole: bool = True) -> Iterator[Case]:
    """Yield the cases of one kind of request and one fault.

    For a read, a fault that is not retried has the same effect once and for good: `whole` includes both.
    """
    for point in chosen:
        yield Case(kind, point, fault, permanent=False)
        if fault != "gone" and (whole or fault in HEALS or point.method != "GET"):
            yield Case(kind, point, fault, permanent=True)


def failures(table: Iterator[Case], *, threads: bool, enough: int = 1000) -> tuple[int, list[str]]:
    """Run the cases until `enough` have failed; return how many were run, and what failed in which."""
    count, wrong = 0, []
    with virtual_time(threads=threads):
        for case in table:
            count += 1
            try:
                case.run()
            except Exception as error:  # any error is a case's result, reported with the others
                how = "for good" if case.permanent else "once"
                wrong.append(f"{case.kind}: {case.fault} {how} at {case.point}: {error!r:.400}")
            if len(wrong) == enough:
                break
    return count, wrong
