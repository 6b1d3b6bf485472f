"""Switches for what no public source says about Jira Service Management, or what was seen both ways."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    """Choose how the simulated site behaves where the vendor's documents are silent.

    The defaults are the likelier half of each question; a client has to be right either way. UNVERIFIED: no source
    says it. LIVE: rrvrs/jira-alerts-mcp, tried on a real tenant. TFA: the vendor's Terraform provider. JJS: jira.js,
    with live tests. RENKEI: campfhir/renkei, tested against a sandbox. SPEC: the vendor's OpenAPI documents.
    """

    # Operations: reads.
    expand_inlines: Literal["all", "first 25", "absent"] = "all"  # RENKEI saw one rotation; more: UNVERIFIED
    next_when_last: Literal["absent", "null", "empty"] = "absent"  # links.next of the last page: UNVERIFIED
    oversize: Literal["422", "cut"] = "422"  # a size above the most of a list: UNVERIFIED
    restrictions_order: Literal["as sent", "sorted"] = "as sent"  # TFA 2.0.5: may come back in another order
    logs_need: Literal["product admin", "plan", "any admin"] = "product admin"  # SPEC; other plans: UNVERIFIED
    ics: Literal["year", "month", "direct", "empty", "404"] = "year"
    """A person's calendar: a year or a month of turns, through teams and escalations or direct ones only, none at all,
    or a 404 for a person without turns: UNVERIFIED."""
    forwarding_plan: Literal["covered", "402"] = "covered"  # SPEC lists 402
    policies_plan: Literal["covered", "403"] = "covered"  # team roles too; LIVE: 403 under two credentials
    show_all_needs_admin: Literal["own", "403"] = "own"  # forwarding rules for one who is no admin: UNVERIFIED
    new_team_lag: int = 0  # Operations answers 404 for a team just made, so many times: TFA 38

    # Operations: writes.
    partial_patch_keeps: bool = True  # a PATCH keeps length, enabled and repeat that it leaves out: UNVERIFIED
    accepts_empty_participants: bool = True  # TFA's tests and LIVE
    accepts_empty_rules: bool = False  # UNVERIFIED
    refuses_delay_zero: bool = False  # SPEC says at least 1, migrated rules have 0: UNVERIFIED
    past_override_start: Literal["taken", "422"] = "taken"  # an override that starts in the past: UNVERIFIED

    # Every API.
    decodes_paths: bool = True  # else %3A and %20 are taken as they are: RENKEI saw a 404 that repeated %20
    error_form: Literal["message", "errors", "titles", "bare"] = "message"
    """Operations' errors: `message`, with the object `errors` in a 422 (LIVE); the list `errors`, of titles with
    details (LIVE) or without (SPEC); `message` alone."""
    throttle_header: Literal["1", "none", "date"] = "1"  # Retry-After on a 429: UNVERIFIED

    # Teams.
    site_id_required: bool = False  # 400 without siteId: TFA 2.0.1 and JJS; answered without in August 2026
    scoped_token_on_teams: Literal["taken", "401"] = "taken"  # UNVERIFIED
    not_a_member: Literal["errors", "200", "404"] = "errors"  # removing somebody who is no member: UNVERIFIED
    last_member_stays: bool = False  # a team cannot be emptied: UNVERIFIED
    external_team: Literal["errors", "403"] = "errors"  # removing from a team managed elsewhere: UNVERIFIED
    teams_lag: int = 0  # somebody removed is listed so many reads more: UNVERIFIED
    graph_teams: Literal["complete", "behind", "opt-in"] = "complete"
    """The search of teams by member: up to date, as it was at the start, or refused without @optIn: UNVERIFIED."""
    tenant_context: Literal["answers", "errors", "404"] = "answers"  # JJS: a failure is a 200 with errors

    # Organizations.
    user_management: Literal["current", "original"] = "current"  # an undated note: v2 answers 404 on the original one
    ends_clear_operations: bool = False  # people suspended or removed vanish from rotations, rules, teams: UNVERIFIED
    removal_lag: int = 3  # somebody removed is listed so many reads more; the removal is documented as queued
    suspend_bodyless: Literal["415", "204"] = "415"  # a suspension without a body: 415 in a script that was tried
    suspend_org_admin: Literal["403", "204", "400"] = "403"  # a marketplace app's manual says it cannot be
    invitations: Literal["200", "402"] = "200"  # 402 without a paid subscription
