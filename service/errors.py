"""What can go wrong between the service and the on-call system, in the terms a caller acts on."""

from service.model import Blocker


class ServiceError(Exception):
    """Something kept the person from being off-boarded; the text says what, in words for a person.

    `outcome_unknown` says that the failed call may have been carried out all the same.
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
    """Somebody else puts the person back at the same time."""


class UnauthorizedError(ServiceError):
    """The key is unknown, or lacks a right."""


class BadRequestError(ServiceError):
    """The server understood the call and will not do it, whoever asks."""


class UnexpectedResponseError(ServiceError):
    """The answer is not one that this server gives."""


class UnavailableError(ServiceError):
    """The server throttles or is down; both are in seconds, where the server said so.

    `retry_after` is when to come back; `period` is how long the limit counts calls, so the most that it may take.
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
    """The server answers that calls come too fast."""


class OutOfTimeError(ServiceError):
    """The time for this request is used up."""
