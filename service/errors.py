"""What can go wrong between the service and the on-call system, in the terms a caller acts on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.model import Blocker


@dataclass(frozen=True)
class Cause:
    """What a call that failed was about, and what the vendor's answer has to say of it."""

    what: str = ""
    """What was read or written, as in a sentence."""
    status: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with each field, in the vendor's words."""
    request_id: str = ""
    """The vendor's."""


class ServiceError(Exception):
    """The person could not be off-boarded; the text says why, in words for a person.

    `outcome_unknown` says that the failed call may have been carried out anyway, `pending` that it may still be: no
    answer came, or one that promises to do it later.
    """

    def __init__(self, message: str = "", *, outcome_unknown: bool = False, pending: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown or pending
        self.pending = pending
        self.cause = Cause()

    def after(self, earlier: "ServiceError | None") -> None:
        """Take over what an earlier try of the same call left open."""
        if earlier:
            self.outcome_unknown = self.outcome_unknown or earlier.outcome_unknown
            self.pending = self.pending or earlier.pending


class NotFoundError(ServiceError):
    """The thing asked for is not there."""


class BlockedError(ServiceError):
    """The person must not be off-boarded as things stand."""

    def __init__(self, blockers: tuple[Blocker, ...], *, not_checked: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join(f"{blocker.name}: {blocker.reason}" for blocker in blockers))
        self.blockers = blockers
        self.not_checked = not_checked


class InUseError(ServiceError):
    """The account cannot be deleted while it is in use.

    `blockers` are the uses named by the server that this service cannot detach; they may be none.
    """

    def __init__(self, message: str, blockers: tuple[Blocker, ...] = ()) -> None:
        super().__init__(message)
        self.blockers = blockers


class ReaddedError(ServiceError):
    """Somebody else keeps re-adding the person."""


class UnauthorizedError(ServiceError):
    """The key is unknown, or lacks a right."""


class UnknownKeyError(UnauthorizedError):
    """The key is not one of the account's, or has not the form of a key."""


class MissingScopeError(UnauthorizedError):
    """The key is known, and was made without the scope that the call needs."""


class BadRequestError(ServiceError):
    """The server understood the call and refuses it to any key."""


class NotInPlanError(BadRequestError):
    """The account's plan does not have what was asked for."""


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
        pending: bool = False,
    ) -> None:
        super().__init__(message, outcome_unknown=outcome_unknown, pending=pending)
        self.retry_after = retry_after
        self.period = period


class UnreachableError(UnavailableError):
    """The server was not reached: the text says which hop failed, and how."""


class ThrottledError(UnavailableError):
    """The server says that calls come too fast."""


class OutOfTimeError(ServiceError):
    """The time for this request is used up."""
