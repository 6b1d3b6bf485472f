"""The fault table: every fault at every call of a request, once and for good, and the checks of a case."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.simulator.faults import Situation
from local.simulator.store import copied
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.service_env import Answer, with_captured_log
from tests.support.vendors.env import Env, asked
from tests.support.vendors.faults import HEALS, FaultRoom, Point, Points
from tests.support.vendors.opsgenie_faults import ACCOUNT as ACCOUNT
from tests.support.vendors.opsgenie_faults import BODIES as BODIES
from tests.support.vendors.opsgenie_faults import HARI as HARI
from tests.support.vendors.opsgenie_faults import KOFI as KOFI
from tests.support.vendors.opsgenie_faults import ROOM, UNREAD
from tests.support.virtual_time import virtual_time

ALL_FAULTS = ROOM.faults
"""What a network and a busy server do to any call to Opsgenie."""


@dataclass
class Case:
    """One line of the table."""

    room: FaultRoom
    kind: str
    point: Point
    fault: str
    permanent: bool
    env: Env = field(init=False)
    edited: Item | None = None

    def run(self) -> None:
        """Inject the fault, check the answer against the account, then repeat the request without the fault."""
        self.env = self.room.open(self.kind)
        before, body = self.env.before, self.room.kinds[self.kind]
        self._order()
        answer, log = with_captured_log(lambda: self.env.post(**body))
        final = asked(self.env, body, self.edited or before)
        self._check_account(answer, final)
        if self.fault.endswith("+later") and not self.permanent:  # for good, it happens during the repeat
            self._let_it_happen()
            self._check_account(answer, final)
        self._check_status(answer)
        if told := self.room.told(self.point, self.fault):
            self._check_told(answer, told)
        self._check_log(answer, log)
        self.env.simulation.faults.clear()
        again = self.env.post(**body)
        if self.fault == "gone" and self.room.is_about_replacement(self.point.path):
            assert (again.status, self.env.snapshot()) == (409, self.edited), "there is nobody to replace with"
            return
        assert again.status in (200, 404), f"again: {again}"
        self._let_it_happen()
        assert self.env.snapshot() == final, "again: not finished"

    def _let_it_happen(self) -> None:
        """Let the time come for what is done later."""
        for _ in range(self.env.simulation.later_requests + 1):
            self.env.simulation.catch_up()

    def _check_account(self, answer: Answer, final: Item) -> None:
        if answer.status == 200 and self.room.lists_outlast(self.kind):
            before, after = self.edited or self.env.before, self.env.snapshot()
            final = _as_told(answer.body["not_checked"], before, after, final)
        self.env.check(answer, final, edited=self.edited)

    def _order(self) -> None:
        simulation = self.env.simulation
        fault = self._gone if self.fault == "gone" else {**self.room.faults, **self.room.odd}[self.fault]
        times = None if self.permanent and self.fault != "gone" else 1
        simulation.faults.add(fault, self.point.method, f"^{re.escape(self.point.path)}$", times, self.point.skip)

    def _gone(self, situation: Situation) -> Any:
        path, leaver_goes = self.point.path, self.room.is_about_leaver(self.point.path)
        self.edited = self.room.remove(self.env.snapshot() if leaver_goes else copied(self.env.before), path)
        with self.env.edit() as account:
            account.update(self.room.remove(account, path))
        return situation.act()

    def _check_status(self, answer: Answer) -> None:
        assert answer.seconds <= 25.1, f"answered after {answer.seconds} s"
        if answer.status == 503:
            assert int(answer.retry_after or 0) >= 1
        refused = self.point in self.room.refused_ends(self.kind) and self.fault.endswith("+done")
        if self.fault in HEALS and not self.permanent and not refused:
            allowed = self.room.after_gone if self.fault == "gone" else {200}
            assert answer.status in allowed, f"not got over: {answer}"

    def _check_told(self, answer: Answer, told: str) -> None:
        """Nothing is stopped by what is only told, nor waited for long; and what is missing is named."""
        if self.edited and self.room.is_about_leaver(self.point.path):
            return
        heals = self.fault in HEALS - {"hang", "hang-lost"} and not self.permanent
        unread = [sentence for sentence in answer.body["not_checked"] if re.search(told, sentence)]
        missing = [one for one in answer.body["on_call"] if one["now"] is None or one["after"] is None]
        assert answer.status == 200
        assert answer.seconds < 0.1 * self.room.chain + 3.1 * (2 if self.permanent else 1)
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


def _as_told(not_checked: list[str], before: Item, after: Item, final: Item) -> Item:
    """Return the account at the end with what is left of lists of which the answer says that they were not read."""

    def still_there(words: str, items: list[Item], now: list[Item], wanted: list[Item]) -> list[Item]:
        unread = any(re.search(words, sentence) for sentence in not_checked)
        return [item for item in items if item in (now if unread else wanted)]

    def overrides(account: Item, identifier: str) -> list[Item]:
        return next(one["overrides"] for one in account["schedules"] if one["id"] == identifier)

    accounts = before, after, final
    schedules = [
        {
            **one,
            "overrides": still_there(
                rf"^overrides( of .+)?: |{UNREAD}", *(overrides(of, one["id"]) for of in accounts)
            ),
        }
        for one in final["schedules"]
    ]
    rules = still_there("^forwarding rules: ", *(of["forwardingRules"] for of in accounts))
    return {**final, "schedules": schedules, "forwardingRules": rules}


def cases(room: FaultRoom, kind: str, fault: str, chosen: Points, *, whole: bool = True) -> Iterator[Case]:
    """Yield the cases of one kind of request and one fault.

    For a read, a fault that is not retried has the same effect once and for good: `whole` includes both.
    """
    for point in chosen:
        if not room.takes(point, fault):
            continue
        yield Case(room, kind, point, fault, permanent=False)
        if fault != "gone" and (whole or fault in HEALS or not room.is_read(point)):
            yield Case(room, kind, point, fault, permanent=True)


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
