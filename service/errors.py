"""What can go wrong between the service and the on-call system, in the terms a caller acts on."""

from service.model import Blocker


class ServiceError(Exception):
    """The person could not be off-boarded; the text says why, in words for a person.

    `outcome_unknown` says that the failed call may have been carried out anyway.
    """

    def __init__(self, message: str = "", *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class NotFoundError(ServiceError):
    """The thing asked for is not there."""


class BlockedError(ServiceError):
    """The person must not be off-boarded as things stand."""

    def __init__(self, blockers: tuple[Blocker, ...]) -> None:
        super().__init__("; ".join(f"{blocker.name}: {blocker.reason}" for blocker in blockers))
        self.blockers = blockers


class InUseError(ServiceError):
    """The account cannot be deleted while it is in use.

    `blockers` are the uses named by the server that this service cannot detach; they may be none.
    """

    def __init__(self, message: str, blockers: tuple[Blocker, ...] = (), *, outcome_unknown: bool = False) -> None:
        super().__init__(message, outcome_unknown=outcome_unknown)
        self.blockers = blockers


class ReaddedError(ServiceError):
    """Somebody else keeps re-adding the person."""


class UnauthorizedError(ServiceError):
    """The key is unknown, or lacks a right."""


class BadRequestError(ServiceError):
    """The server understood the call and refuses it to any key."""


class UnexpectedResponseError(ServiceError):
    """The answer is not a documented one."""


class UnavailableError(ServiceError):
    """The server throttles or is down; both are in seconds, None if it did not say.

    `retry_after` is when to try again; `period` is the rate limit's window, and so the longest wait.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        period: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message, outcome_unknown=outcome_unknown)
        self.retry_after = retry_after
        self.period = period


class ThrottledError(UnavailableError):
    """The server says that calls come too fast."""


class OutOfTimeError(ServiceError):
    """The time for this request is used up."""
