"""The writes of one request, in front of a fake client with a rotation and a team."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from unittest import mock

from service.changes import Changes
from service.errors import UnavailableError
from service.model import Change, Membership, Rotation
from service.reach import Leaver
from service.rules import detach
from tests.support.fake_client import FakeClient, failing
from tests.support.people import ANNA, HARI, LEAVER, NAMED_HARI, rotation

DAYS, WITHOUT = rotation(LEAVER, ANNA), rotation(ANNA)
OUT = Change("remove", DAYS, WITHOUT)
MEMBER = Membership("id-data", "Data", NAMED_HARI, "admin", others=(ANNA,))
LEAVE = Change("remove", MEMBER)
READ, WRITE = "read rotation id-rotation", "remove rotation id-rotation"
READ_TEAM, WRITE_TEAM = "read team id-data", "remove team id-data"


class ChangesHarness:
    """The changes under test, in front of a fake client with a rotation and a team."""

    def __init__(self) -> None:
        self.fake_client = FakeClient([HARI], DAYS, MEMBER)
        self.told: list[tuple[str, Change]] = []
        self.shown: list[tuple[Changes, Change]] = []
        self.changes = Changes(
            self.fake_client, lambda *told: self.told.append(told), lambda *shown: self.shown.append(shown)
        )
        self.changes.plan((OUT, LEAVE))
        self.age = 0.0

    def make(self, change: Change) -> None:
        clock = SimpleNamespace(monotonic=lambda: 100.0 + self.age)
        if isinstance(change.before, Rotation):
            change = replace(change, before=replace(change.before, read_at=100.0))
        with mock.patch("service.transport.updates.time", clock):
            self.changes.make(change, partial(detach, leavers=(Leaver(HARI),)))

    def outcome(self) -> tuple[tuple[Change, ...], tuple[Change, ...], tuple[Change, ...]]:
        """Return made, remaining and unconfirmed changes."""
        made, unconfirmed = self.changes.made, self.changes.unconfirmed
        assert [change for event, change in self.told if event == "change"] == list(made)
        assert [change for event, change in self.told if event == "unconfirmed"] == list(unconfirmed)
        return made, self.changes.remaining, unconfirmed

    def lose(self, *, done: bool) -> Callable[[], None]:
        """Return a write of the rotation whose answer is lost."""
        act = (lambda: self.fake_client.put(WITHOUT)) if done else (lambda: None)
        return failing(UnavailableError("lost"), outcome_unknown=True, first=act)
