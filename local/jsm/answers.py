"""Answers and errors, before they are put into the form of their API."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """An endpoint's answer: JSON, the text of a calendar, or None for no body at all."""

    body: Any = None
    status: int = 200


NO_CONTENT = Reply(None, 204)


class ApiError(Exception):
    """Raised for a request that is refused."""

    def __init__(
        self, status: int, message: str, *, code: int | str | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.fields = dict(fields or {})


def unauthorized(why: str = "") -> ApiError:
    """Make the gateway's error for a credential that is wrong, or a scope that is missing."""
    return ApiError(401, f"Unauthorized; {why}" if why else "Unauthorized", code=401)


def no_operations() -> ApiError:
    """Make the error of all of Operations where the plan or the person has no access to it."""
    return ApiError(403, "Account does not have access to Opsgenie.", code=40301)


def forbidden(what: str) -> ApiError:
    """Make the error for what the caller's role does not allow."""
    return ApiError(403, f"You are not allowed to {what}.")


def not_in_plan(feature: str, status: int) -> ApiError:
    """Make the error for a feature that the plan lacks."""
    return ApiError(status, f"The feature [{feature}] is not available in your plan.")


def not_found(entity: str, identifier: object, by: str = "id") -> ApiError:
    """Make the error for an id or alias that nothing has."""
    return ApiError(404, f"No {entity} exists with {by} [{identifier}]")


def conflict(entity: str, name: object) -> ApiError:
    """Make the error for a name that is taken."""
    return ApiError(409, f"{entity.capitalize()} with name [{name}] already exists.")


def unprocessable(**fields: str) -> ApiError:
    """Make the error that names the fields that cannot be accepted."""
    return ApiError(422, "Request body is not processable. Please check the errors.", fields=fields)
