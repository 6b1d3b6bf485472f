"""Calls that only the console makes: recreate entries, read a whole account."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from service.errors import UnexpectedResponseError
from service.model import ForwardingRule, Membership, Override, Person
from service.opsgenie import parsing
from service.opsgenie.account import PAGE, AccountEndpoints, whole
from service.opsgenie.calls import SCHEDULE_BY_ID, TEAM_BY_ID, described
from service.opsgenie.parsing import Json
from service.transport.call import Transport


class ConsoleEndpoints(AccountEndpoints):
    """More of Opsgenie's endpoints; no POST is retried: to repeat one, read first."""

    def __init__(self, transport: Transport, base_url: str) -> None:
        super().__init__(transport)
        self._base_url = base_url

    def invite(self, person: Person) -> None:
        """Create a user, who gets an invitation by mail.

        https://docs.opsgenie.com/docs/user-api#create-user
        """
        body = {
            **person.profile,
            "username": person.username,
            "fullName": person.full_name or person.username,
            "role": {"name": person.role or "User"},
        }
        self._post(described(person), body, "v2", "users")

    def add_member(self, membership: Membership) -> None:
        """Add a member to a team.

        https://docs.opsgenie.com/docs/team-member-api#add-team-member
        """
        body = {"user": {"id": membership.user.id}, "role": membership.role}
        self._post(described(membership), body, "v2", "teams", membership.id, "members", query=TEAM_BY_ID)

    def create_override(self, override: Override) -> None:
        """Create an override under its old alias.

        https://docs.opsgenie.com/docs/schedule-override-api#create-schedule-override
        """
        body = {
            "alias": override.id,
            "user": {"type": "user", "id": override.user.id},
            "startDate": override.start_date,
            "endDate": override.end_date,
            **({"rotations": [{"id": one.id} for one in override.rotations]} if override.rotations else {}),
        }
        self._post(
            described(override), body, "v2", "schedules", override.schedule.id, "overrides", query=SCHEDULE_BY_ID
        )

    def create_forwarding_rule(self, rule: ForwardingRule) -> None:
        """Create a forwarding rule under its old alias; it gets a new id.

        https://docs.opsgenie.com/docs/forwarding-rule-api#create-forwarding-rule
        """
        body = {
            **({"alias": rule.alias} if rule.alias else {}),
            "fromUser": {"id": rule.from_user.id},
            "toUser": {"id": rule.to_user.id},
            "startDate": rule.start_date,
            "endDate": rule.end_date,
        }
        self._post(described(rule), body, "v2", "forwarding-rules")

    def users(self) -> list[Json]:
        """List all users, page by page.

        https://docs.opsgenie.com/docs/user-api#list-users
        """
        with parsing.parsing("the list of users"):
            return list({parsing.text(user, "id"): user for page in self._user_pages() for user in page}.values())

    def user_count(self) -> int:
        """Return how many users the account has.

        https://docs.opsgenie.com/docs/user-api#list-users
        """
        answer = self._request("GET", "the number of users", "v2", "users", query={"limit": "1"})
        with parsing.parsing("the number of users"):
            count = answer["totalCount"]
            if type(count) is not int or count < 0:
                raise parsing.OddError("totalCount is not a count")
            return count

    def user_with_contacts(self, user_id: str) -> Json:
        """Get a user with the contact methods.

        https://docs.opsgenie.com/docs/user-api#get-user
        """
        return self._get(f"the user {user_id}", whole, "v2", "users", user_id, query={"expand": "contact"})

    def _post(self, what: str, body: Json, *path: str, query: Json | None = None) -> None:
        self._request("POST", what, *path, query=query, body=body, retry=False)

    def _user_pages(self) -> Iterator[list[Json]]:
        query: dict[str, str] = {"limit": str(PAGE), "offset": "0"}
        asked = []
        while query not in asked:
            asked.append(query)
            answer = self._request("GET", "the list of users", "v2", "users", query=query)
            yield answer["data"]
            following = (answer.get("paging") or {}).get("next")
            if not following:
                return
            query = {**query, **self._query_of(following)}
        raise UnexpectedResponseError("Opsgenie's pages of users come round in a circle")

    def _query_of(self, address: Any) -> dict[str, str]:
        """Return the next page's query; the rest of the address is unused: the key goes nowhere else."""
        parts = urlsplit(parsing.text({"next": address}, "next"))
        if parts.netloc.lower() != urlsplit(self._base_url).netloc.lower():
            host = "".join(char for char in parts.netloc if char.isprintable())[:100]
            raise UnexpectedResponseError(
                f"the next page of users is said to be at another host ({host}); it is not followed"
            )
        return dict(parse_qsl(parts.query))
