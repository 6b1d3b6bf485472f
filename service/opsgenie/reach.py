"""Reads that tell who can be called: blocked users, who is behind a team and the like, and what uses a team."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from service.errors import BadRequestError, NotFoundError
from service.model import Escalation, Named, Participant, Rotation, TeamUse, ascii_lower, is_over
from service.opsgenie import parsing
from service.opsgenie.account import PAGE, AccountEndpoints
from service.opsgenie.parsing import Json
from service.parallel import Parallel


class Blocked:
    """The blocked users, whose first page is read together with a person's lists."""

    def __init__(self, api: AccountEndpoints) -> None:
        self._api = api
        self._total: int | None = 0
        self._more = False
        self.names: set[str] = set()
        """Ids, and usernames in lower case."""
        self.refusal = ""
        """Why Opsgenie does not list them; empty where it does."""

    def read_first(self) -> None:
        """Read the first page; a refusal is kept, since not every plan may have the search."""
        try:
            self._total, self._more = self._page(0)
        except (BadRequestError, NotFoundError) as error:
            self.refusal = str(error)

    @property
    def rest(self) -> list[Callable[[], list[Any]]]:
        """The calls that read the other pages: side by side where the total is known."""
        if self._total is None:
            return [self._one_by_one] if self._more else []
        return [partial(self._one, offset) for offset in range(PAGE, self._total, PAGE)]

    def _one(self, offset: int) -> list[Any]:
        self._page(offset)
        return []

    def _one_by_one(self) -> list[Any]:
        offset, more = PAGE, True
        while more:
            _, more = self._page(offset)
            offset += PAGE
        return []

    def _page(self, offset: int) -> tuple[int | None, bool]:
        users, total, full = self._api.blocked_users(offset)
        self.names.update(name for user in users for name in (user.id, ascii_lower(user.username)) if name)
        return total, full


def behind(api: AccountEndpoints, one: Participant) -> tuple[Participant, ...]:
    """Read whom a team, an escalation or a schedule leads to."""
    try:
        match one.type:
            case "team":
                return tuple(api.team_members(one))
            case "escalation":
                return tuple(api.recipients(one))
            case "schedule":
                return _on_schedule(api.whole_schedule(one), api.now)
    except NotFoundError:
        pass
    return ()


def uses(api: AccountEndpoints, parallel: Parallel, teams: tuple[Named, ...]) -> tuple[TeamUse, ...]:
    """Read every escalation, every rotation that is not over, and the routing rules of these teams."""
    lists: list[Callable[[], list[Any]]] = [api.whole_schedules, api.whole_escalations]
    lists += [partial(_unless_gone, partial(api.routing_rules, team)) for team in teams]
    schedules, escalations, *routing_rules = parallel.run(lists)
    found: list[TeamUse] = [*chain.from_iterable(routing_rules)]
    more: list[Callable[[], list[Any]]] = []
    with parsing.parsing("the list of schedules"):
        for data in schedules:
            if isinstance(data.get("rotations"), list):
                found += _running(data, api.now)
            else:
                more.append(partial(_unless_gone, partial(api.all_rotations, parsing.named(data))))
    found += [one for one in escalations if isinstance(one, Escalation)]
    named = [one for one in escalations if isinstance(one, Named)]
    more += [partial(_unless_gone, partial(_one_escalation, api, one)) for one in named]
    return tuple(chain(found, *parallel.run(more)))


def _one_escalation(api: AccountEndpoints, named: Named) -> list[Any]:
    return [api.escalation(named)]


def _unless_gone(read: Callable[[], list[Any]]) -> list[Any]:
    try:
        return read()
    except NotFoundError:
        return []


def _on_schedule(data: Json, now: datetime) -> tuple[Participant, ...]:
    """Return the participants of the rotations that are not over; a disabled schedule has nobody on call."""
    with parsing.parsing("a schedule"):
        if data.get("enabled") is False:
            return ()
        return tuple(chain.from_iterable(rotation.participants for rotation in _running(data, now)))


def _running(data: Json, now: datetime) -> list[Rotation]:
    """Return the rotations of a schedule that are not over; one without participants leads to nobody."""
    schedule = parsing.named(data)
    rotations = [entry for entry in data.get("rotations") or () if not is_over(entry.get("endDate") or "", now)]
    return [parsing.rotation({"participants": [], **entry}, schedule) for entry in rotations]
