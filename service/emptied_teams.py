"""The rule for teams in which nobody who can be called is left. Pure, like the other rules."""

from collections.abc import Iterable, Sequence

from service import blockers
from service.model import NOTIFIED_ROLES, Blocker, Membership, Named
from service.reach import Leaver, Reach


def _lost_roles(team: Membership, leavers: Sequence[Leaver], reach: Reach) -> set[str]:
    """Return the roles of the leaver's in which nobody else in the team can be called; "" stands for the whole team.

    Whether a role of another name is notified as one of these is not documented: the leaver's may be.
    """
    known = NOTIFIED_ROLES.values()
    own = [role for role in known if team.role.lower() == role or team.role.lower() not in known]
    return {role for role in ("", *own) if not reach.colleague(team.others, leavers, role)}


def emptied_teams(
    memberships: Iterable[Membership], leavers: Sequence[Leaver], reach: Reach
) -> tuple[list[Blocker], tuple[str, ...]]:
    """Judge the teams in which only the leaver could be called, or the only one of a role: used ones are blockers.

    Returns these, and a sentence for each team of which it is not known what else uses it.
    """
    lost = {one: roles for one in memberships if not one.stale and (roles := _lost_roles(one, leavers, reach))}
    uses = reach.uses(tuple(dict.fromkeys(Named(one.id, one.name) for one in lost))) if lost else ()
    found: list[Blocker] = []
    notes: list[str] = []
    for one, roles in lost.items():
        team = Named(one.id, one.name)
        # Where the whole team is emptied, one blocker names all that uses it.
        for lost_roles in [roles] if "" in roles else [{role} for role in sorted(roles)]:
            if used_by := [use for use in uses if reach.leads_to(use.listed, team, lost_roles)]:
                found.append(blockers.last_member(one, leavers[-1].person, used_by, role=min(lost_roles)))
                break
        else:
            if "" not in roles:
                continue
            notes.append(
                f"integrations and policies that notify the team {one.name}, in which nobody can be called now"
            )
    return found, tuple(dict.fromkeys(notes))
