"""Opsgenie's REST API: one method an endpoint, its JSON turned into the classes of the rules.

No SDK is used: the official Python one covers alerts, not users and schedules.
"""

from service.errors import NotFoundError
from service.model import Entry, Escalation, ForwardingRule, Named, Override, Person, Rotation
from service.opsgenie import parsing
from service.opsgenie.calls import BY_ID, SCHEDULE_BY_ID, Calls, address, described
from service.survey import OnCall


class Endpoints(Calls):
    """The calls that off-boarding needs."""

    def user(self, identifier: str) -> Person:
        """Get a user by id or username.

        https://docs.opsgenie.com/docs/user-api#get-user
        """
        return self._get(f"the user {identifier}", parsing.user, "v2", "users", identifier)

    def teams_of(self, person: Person) -> list[Named]:
        """List the teams of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-teams
        """
        return self._list(f"the teams of {person.username}", parsing.named, "v2", "users", person.id, "teams")

    def schedules_of(self, person: Person) -> list[Named]:
        """List the schedules of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-schedules
        """
        return self._list(f"the schedules of {person.username}", parsing.named, "v2", "users", person.id, "schedules")

    def escalations_of(self, person: Person) -> list[Named]:
        """List the escalations of a user; whether whole or by name only is not documented, so names are read.

        https://docs.opsgenie.com/docs/user-api#list-user-escalations
        """
        return self._list(
            f"the escalations of {person.username}", parsing.named, "v2", "users", person.id, "escalations"
        )

    def teams(self) -> list[Named]:
        """List the teams of the account.

        https://docs.opsgenie.com/docs/team-api#list-teams
        """
        return self._list("the list of teams", parsing.named, "v2", "teams")

    def schedules(self) -> list[Named]:
        """List the schedules of the account.

        https://docs.opsgenie.com/docs/schedule-api#list-schedules
        """
        return self._list("the list of schedules", parsing.named, "v2", "schedules")

    def escalations(self) -> list[Named]:
        """List the escalations of the account.

        https://docs.opsgenie.com/docs/escalation-api#list-escalations
        """
        return self._list("the list of escalations", parsing.named, "v2", "escalations")

    def forwarding_rules_of(self, person: Person) -> list[ForwardingRule]:
        """List the forwarding rules of a user.

        https://docs.opsgenie.com/docs/user-api#list-user-forwarding-rules
        """
        what, path = f"the forwarding rules of {person.username}", ("v2", "users", person.id, "forwarding-rules")
        return self._others(what, "the forwarding rule", parsing.forwarding_rule, *path)

    def forwarding_rules(self) -> list[ForwardingRule]:
        """List the forwarding rules of the account.

        https://docs.opsgenie.com/docs/forwarding-rule-api#list-forwarding-rules
        """
        what = "the list of forwarding rules"
        return self._others(what, "the forwarding rule", parsing.forwarding_rule, "v2", "forwarding-rules")

    def rotations(self, schedule: Named) -> list[Rotation]:
        """List the rotations of a schedule.

        https://docs.opsgenie.com/docs/schedule-rotation-api#list-schedule-rotations
        """
        path = ("v2", "schedules", schedule.id, "rotations")
        what, label = f"the rotations of {schedule.name}", f"the rotation {schedule.name} /"
        return self._others(what, label, lambda data: parsing.rotation(data, schedule), *path, query=SCHEDULE_BY_ID)

    def rotation(self, known: Rotation) -> Rotation:
        """Get a rotation of a schedule.

        https://docs.opsgenie.com/docs/schedule-rotation-api#get-schedule-rotation
        """
        path, query = address(known)
        return self._get(described(known), lambda data: parsing.rotation(data, known.schedule), *path, query=query)

    def overrides(self, schedule: Named) -> list[Override]:
        """List the overrides of a schedule.

        https://docs.opsgenie.com/docs/schedule-override-api#list-schedule-overrides
        """
        path = ("v2", "schedules", schedule.id, "overrides")
        what, label = f"the overrides of {schedule.name}", f"the override {schedule.name} /"
        return self._others(what, label, lambda data: parsing.override(data, schedule), *path, query=SCHEDULE_BY_ID)

    def on_calls(self) -> list[OnCall]:
        """List who is on call now, schedule by schedule.

        https://docs.opsgenie.com/docs/who-is-on-call-api#list-on-calls
        """
        path = ("v2", "schedules", "on-calls")
        return self._list("who is on call", parsing.on_call, *path, query={"flat": "true"})

    def escalation(self, known: Named | Escalation) -> Escalation:
        """Get a whole escalation.

        https://docs.opsgenie.com/docs/escalation-api#get-escalation
        """
        return self._get(f"the escalation {known.name}", parsing.escalation, "v2", "escalations", known.id, query=BY_ID)

    def members(self, team: Named) -> list[tuple[Named, str]]:
        """Get the members of a team, each with the role in it.

        https://docs.opsgenie.com/docs/team-api#get-team
        """
        return self._get(f"the team {team.name}", parsing.members, "v2", "teams", team.id, query=BY_ID)

    def exists(self, entry: Entry) -> bool:
        """Tell whether an entry with its own URL exists: an override, a forwarding rule or a user."""
        path, query = address(entry)
        try:
            self._request("GET", described(entry), *path, query=query)
        except NotFoundError:
            return False
        return True

    def patch_rotation(self, rotation: Rotation) -> None:
        """Replace the participants of a rotation, once: a retry needs a fresh read.

        https://docs.opsgenie.com/docs/schedule-rotation-api#update-schedule-rotation-partial
        """
        self._update(rotation, "participants", [parsing.participant_json(entry) for entry in rotation.participants])

    def patch_escalation(self, escalation: Escalation) -> None:
        """Replace the rules of an escalation, once: a retry needs a fresh read.

        https://docs.opsgenie.com/docs/escalation-api#update-escalation-partial
        """
        self._update(escalation, "rules", [parsing.rule_json(rule) for rule in escalation.rules])

    def delete(self, entry: Entry) -> None:
        """Delete an override, a forwarding rule, a team membership or a user.

        For a user in use it raises InUseError, with the uses that are not detached here.

        https://docs.opsgenie.com/docs/user-api#delete-user
        """
        self._write("DELETE", entry)
