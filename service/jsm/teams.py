"""Atlassian teams: who is in one, whether members can be removed from it, and the removal.

https://developer.atlassian.com/platform/teams/rest/v1/intro/
"""

from collections.abc import Callable
from typing import Any

from service import parsing as fields
from service.errors import BadRequestError, Cause, ServiceError, UnexpectedResponseError
from service.jsm.calls import Calls, not_done
from service.model import Named
from service.parsing import Json
from service.transport.call import Transport

FIRST = 50
"""Members of a page: the most is not documented."""

ELSEWHERE = {
    "EXTERNAL": "its members come from elsewhere",
    "ORG_ADMIN_MANAGED": "only organization admins change its members",
}
"""Types of teams whose members cannot be changed here."""


class Teams(Calls):
    """The calls that off-boarding needs."""

    def __init__(self, transport: Transport, org_id: str, cloud_id: str) -> None:
        super().__init__(transport)
        self._path = ("gateway", "api", "public", "teams", "v1", "org", org_id, "teams")
        # Some calls need it, since February 2026; to the others it does no harm.
        self._site = {"siteId": cloud_id}

    def members(self, team: Named) -> list[str]:
        """List the account ids of a team's members, by POST; raises NotFoundError for a team that was deleted."""
        what, found = f"the members of the team {team.name}", list[str]()
        body: Json | None = {"first": FIRST}
        cursors = set[str]()
        while body is not None:
            options = {"query": self._site, "body": body, "only_reads": True}
            answer = self._request("POST", what, *self._path, team.id, "members", **options)
            with fields.parsing(what):
                found += [fields.text(entry, "accountId") for entry in fields.entries(answer["results"], "results")]
                page = answer.get("pageInfo") or {}
                cursor = fields.text(page, "endCursor") if page.get("hasNextPage") else ""
            if cursor in cursors:
                raise UnexpectedResponseError(f"the pages of {what} lead back to an earlier one")
            cursors.add(cursor)
            body = {"first": FIRST, "after": cursor} if cursor else None
        return list(dict.fromkeys(found))

    def managed_elsewhere(self, team: Named) -> tuple[str, str]:
        """Read a team's name, and why the token cannot remove members from it; "" where it can."""
        what = f"the team {team.name}"
        read: Callable[[Any], tuple[str, str]] = lambda data: (_name(data, team), _why(data))  # noqa: E731
        return self._get(what, read, *self._path, team.id, query=self._site)

    def remove(self, team: Named, account_id: str) -> None:
        """Remove a member; tried again, since a refusal after a lost answer may mean that it was done before."""
        earlier: ServiceError | None = None
        for attempt in self._transport.attempts():
            with attempt:
                try:
                    self._remove(team, account_id)
                except ServiceError as error:
                    error.after(earlier)
                    earlier = error
                    raise

    def _remove(self, team: Named, account_id: str) -> None:
        """Remove a member, once: the answer is a 200 whose `errors` say who was not removed, and why."""
        what, path = f"the membership of the team {team.name}", (*self._path, team.id, "members", "remove")
        body = {"members": [{"accountId": account_id}]}
        answer = self._request("POST", what, *path, query=self._site, body=body, retry=False)
        errors = answer.get("errors")
        if errors == []:
            return
        if not isinstance(errors, list):
            raise not_done(what)
        with fields.parsing(what):
            whys = [refusal(entry) for entry in errors]
        error = BadRequestError(f"the member is not removed: {'; '.join(whys)}")
        error.cause = Cause(what)
        raise error


def _name(data: Json, team: Named) -> str:
    return fields.maybe_text(data, "displayName") or team.name


def _why(data: Json) -> str:
    kind, reference = fields.maybe_text(data, "teamType"), data.get("externalReference")
    if kind in ELSEWHERE:
        return ELSEWHERE[kind]
    if reference:
        source = fields.maybe_text(reference, "source")
        return f"its members come from elsewhere ({source})" if source else "its members come from elsewhere"
    may = (data.get("userPermissions") or {}).get("REMOVE_MEMBERS")
    return "the token's owner may not remove its members" if may is False else ""


def refusal(entry: Json) -> str:
    """Say why a member is not removed, or not added."""
    code, message = fields.maybe_text(entry, "code"), fields.maybe_text(entry, "message")
    return f"{message} ({code})" if message and code else message or code or "no reason is given"
