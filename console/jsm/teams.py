"""Calls of Teams that only the console makes: take somebody in again."""

from service import parsing as fields
from service.errors import BadRequestError, UnauthorizedError, UnexpectedResponseError
from service.jsm.teams import Teams, refusal
from service.model import Named

FORBIDDEN = 403


class ConsoleTeams(Teams):
    """More of Teams' endpoints."""

    def add(self, team: Named, account_id: str) -> None:
        """Add a member, who gets a mail; the role in Operations cannot be set.

        The answer is a 200 whose `errors` say who was not added, and why.
        https://developer.atlassian.com/platform/teams/rest/v1/api-group-teams-members-public-api/
        """
        what, path = f"the membership of the team {team.name}", (*self._path, team.id, "members", "add")
        body = {"members": [{"accountId": account_id}]}
        try:
            answer = self._request("POST", what, *path, query=self._site, body=body, retry=False)
        except UnauthorizedError as error:
            if error.cause.status != FORBIDDEN:
                raise
            # It is this team that the token may not change: the next one may be another matter.
            raise BadRequestError(f"the member is not added: {error}") from error
        with fields.parsing(what):
            whys = [refusal(entry) for entry in fields.entries(answer.get("errors") or [], "errors")]
            added = [
                fields.text(entry, "accountId") for entry in fields.entries(answer.get("members") or [], "members")
            ]
        if whys:
            raise BadRequestError(f"the member is not added: {'; '.join(whys)}")
        if account_id not in added:
            raise UnexpectedResponseError("the answer does not say that it is done", outcome_unknown=True)
