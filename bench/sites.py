"""Sites of several sizes, each with a leaver, and the least time that an off-boarding there can take."""

from dataclasses import dataclass
from math import ceil

from bench.accounts import big
from local.jsm import sample_site
from local.simulator.store import Item
from service.jsm.calls import AT_ONCE
from service.jsm.operations import SMALL

SAMPLE_TEAMS, SAMPLE_SCHEDULES = 8, 5
"""Teams with Operations, and schedules, of the sample site."""

CHAIN = 13
"""Sequential calls where the schedules are one page: ids, user, lists, their details, names, fresh reads, deletes,
writes, calendar, lists again, details of what was touched, who is on call, suspension."""


@dataclass(frozen=True)
class SiteSize:
    """How large a site is: the leaver is in the sample's places, and in `mine` of the other rotations and teams.

    In those teams the leaver is alone.
    """

    teams: int
    schedules: int
    mine: int = 0
    users: int = 5000

    def data(self) -> Item:
        """Make the data of the site."""
        account = big(self.schedules - SAMPLE_SCHEDULES, self.teams - SAMPLE_TEAMS, self.users, self.mine)
        for schedule in account["schedules"][SAMPLE_SCHEDULES:]:
            # A year of nights in the leaver's calendar would take the simulation seconds.
            rotation = schedule["rotations"][0]
            del rotation["timeRestriction"]
            rotation["type"] = "weekly"
        return sample_site(account)

    @property
    def rounds(self) -> int:
        """How many calls wait for one another: each page of the schedules for the one before, in two surveys.

        What uses a team is one more, where the leaver is its last member.
        """
        more_pages = ceil(self.schedules / int(SMALL)) - 1
        return CHAIN + 2 * more_pages + (1 if self.mine else 0)

    @property
    def floor(self) -> float:
        """The least time, where that of a call is 1: a round each, and the details of the lists as long as they take.

        These are the overrides of each schedule, and the escalations and the members of each team. What there is to
        read and to write of each place of the leaver's counts as one call: with many, the floor is too low.
        """
        details = self.schedules + 2 * self.teams
        return self.rounds - 1 + max(1.0, details / AT_ONCE)


SITES = {
    "30/30": SiteSize(30, 30),
    "300/500": SiteSize(300, 500),
    "300/500, busy": SiteSize(300, 500, mine=60),
}
"""By teams and schedules; in the last one the leaver is in 60 more rotations and teams."""
