"""Restore people one by one; a run that stops finishes its current person."""

from collections.abc import Sequence
from dataclasses import dataclass

from console import terminal
from console.context import ConsoleContext
from console.record.reader import OffboardedUser
from console.restore.restorer import Restorer, RestoreResult
from console.restore.rules import PLANNED
from console.signals import Interrupts
from service.client import Capabilities
from service.errors import ServiceError, UnauthorizedError


@dataclass(frozen=True)
class Result:
    """Everybody's outcome: the run did not reach those in `not_tried`, for the reason in `stopped`."""

    results: tuple[RestoreResult, ...]
    not_tried: tuple[str, ...] = ()
    stopped: str = ""
    interrupted: bool = False

    @property
    def has_plans(self) -> bool:
        """Whether there is anything that --apply would do."""
        return any(step.status == PLANNED for one in self.results for step in one.steps)

    @property
    def defect(self) -> Exception | None:
        """The unexpected error that stopped the run."""
        trouble = self.results[-1].trouble if self.results else None
        return None if isinstance(trouble, ServiceError) else trouble


def run(
    context: ConsoleContext,
    offboarded_users: Sequence[OffboardedUser],
    interrupts: Interrupts,
    only: str | None,
    *,
    apply: bool,
) -> Result:
    """Put back everybody in a record, or `only` one of them, continuing past what cannot be."""
    restorer = Restorer(context, offboarded_users, apply=apply)
    places = restorer.places(only)
    usernames = [offboarded_users[place].person.username for place in places]
    results: list[RestoreResult] = []
    with terminal.progress(len(places)) as steps:
        for number, place in enumerate(places):
            if interrupts.asked:
                stopped = f"interrupted after {results[-1].username}" if results else "interrupted"
                return Result(tuple(results), _each_once(usernames[number:]), stopped, interrupted=True)
            steps.begin(usernames[number])
            one = restorer.put_back(place)
            results.append(one)
            steps.end(one.username, one.outcome)
            if one.trouble:
                stopped = context.without_key(f"stopped at {one.username}: {_why(one.trouble, context.capabilities)}")
                return Result(tuple(results), _each_once(usernames[number + 1 :]), stopped)
    return Result(tuple(results))


def _each_once(usernames: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(usernames))


def _why(trouble: Exception, capabilities: Capabilities) -> str:
    if isinstance(trouble, UnauthorizedError):
        return f"{capabilities.product} refused the key ({trouble}); {capabilities.rights}"
    if isinstance(trouble, ServiceError):
        return f"{capabilities.product} is throttling or down ({trouble})"
    return f"this program has a defect ({trouble!r})"
