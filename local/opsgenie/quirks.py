"""Switches for what no public source says about Opsgenie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    """Choose how the simulation behaves where Opsgenie's documents are silent.

    The defaults are the likelier option each time; a client has to work with either.
    """

    schedules_through_overrides: bool = False  # /users/{id}/schedules lists those where the user is only in an override
    schedules_through_teams: bool = False  # ... and those that reach the user through a team
    escalations_through_teams: bool = False  # /users/{id}/escalations lists those that reach the user through a team
    whole_escalations: bool = True  # ... and in full, not only {id, name}
    incoming_forwarding_rules: bool = True  # /users/{id}/forwarding-rules lists those *to* the user as well
    usernames_beside_ids: bool = True  # participants and recipients in answers carry the username next to the id
    names_in_428: bool = True  # a refusal names what holds the entity; else a bare sentence
    kind_words: Mapping[str, str] = field(default_factory=dict)  # other words for the kinds in it: {"teams": "groups"}
    deletes_in_use: bool = False  # DELETE answers 200 although the user is used, and leaves the references behind
    overrides_block: bool = False  # overrides keep a user from being deleted
    overrides_outlive_users: bool = False  # overrides stay when their user is deleted
    forwarding_rules_block: bool = False  # forwarding rules keep a user from being deleted
    accepts_empty_participants: bool = False  # PATCH of a rotation takes participants: []
    accepts_empty_rules: bool = False  # PATCH of an escalation takes rules: []
    refuses_big_limit: bool = False  # limit=101 is refused; else it counts as 100
    owner_refusal: int = 422  # status of DELETE of the account owner
    not_a_member: int = 404  # status of DELETE of the membership of somebody who is no member
    already_a_member: int = 201  # status of POST of somebody who is a member; at 201 the role changes
    turns_follow_clock: bool = False  # daily and weekly turns are handed over at the same local time all the year
    # Blocked users are on call where they are named themselves, but not as members of a team; or never; or always.
    blocked_on_call: Literal["direct", "never", "always"] = "direct"
    # A search for blocked users is answered, or refused with a 422, or ignored: everybody is listed; or it is behind.
    blocked_query: Literal["answered", "refused", "ignored", "behind"] = "answered"
    # A user's calendar is complete, or stale, or refused with a 403, or empty, or has the turns of their own only.
    ics: Literal["complete", "stale", "refused", "empty", "direct only"] = "complete"
    ics_forwards: bool = False  # ... and shows turns with those to whom they are forwarded
    changes_behind: int | None = None  # how many changes what is behind or stale does not show; None: all so far
