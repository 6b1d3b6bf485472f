"""The defaults of the simulated site's switches: the likelier half of each question."""

from dataclasses import asdict

from local.jsm import Quirks


def test_defaults_are_the_likelier_halves():
    assert asdict(Quirks()) == {
        "expand_inlines": "all",
        "next_when_last": "absent",
        "oversize": "422",
        "restrictions_order": "as sent",
        "logs_need": "product admin",
        "ics": "year",
        "forwarding_plan": "covered",
        "policies_plan": "covered",
        "show_all_needs_admin": "own",
        "new_team_lag": 0,
        "partial_patch_keeps": True,
        "accepts_empty_participants": True,
        "accepts_empty_rules": False,
        "refuses_delay_zero": False,
        "past_override_start": "taken",
        "decodes_paths": True,
        "error_form": "message",
        "throttle_header": "1",
        "site_id_required": False,
        "scoped_token_on_teams": "taken",
        "not_a_member": "errors",
        "last_member_stays": False,
        "external_team": "errors",
        "teams_lag": 0,
        "graph_teams": "complete",
        "tenant_context": "answers",
        "user_management": "current",
        "ends_clear_operations": False,
        "removal_lag": 3,
        "suspend_bodyless": "415",
        "suspend_org_admin": "403",
        "invitations": "200",
    }
