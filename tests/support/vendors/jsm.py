"""Jira Service Management's room of the suite: its site is told in the words of an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from local.jsm import Quirks
from local.jsm.migration import migrated
from local.jsm.people import person
from local.jsm.sample_site import TOKEN_OWNER, account_of
from local.jsm.shifts import on_call, people
from local.jsm.site import Site
from service.jsm.calls import AT_ONCE
from service.jsm.client import Jsm
from tests.support import expected_account
from tests.support.expected_account import Item
from tests.support.expected_site import stable
from tests.support.service_env import Answer
from tests.support.site_as_account import as_account, as_site
from tests.support.site_env import KEY, SAMPLE, SiteEnv
from tests.support.vendors.env import Moment, Vendor

OWNERS = {"id": "owners", "name": "Owners"}
"""The team of the escalations that have none: a site has no others."""

ENDED: dict[str, Item] = {
    "none": {},
    "suspend": {"membershipStatus": "suspended", "blocked": True},
    "remove": {"membershipStatus": "no_membership", "blocked": True, "directories": [], "groups": []},
}
"""What each end changes in an account."""


class JsmEnv(SiteEnv):
    """A simulated site with the service in front of it; an account ends by `none`, `suspend` or `remove`."""

    def __init__(self, account: Item | None = None, *, end: str = "suspend", **settings: Any) -> None:
        self.end = end
        settings = {"quirks": Quirks(removal_lag=0), "org_key": KEY, **settings}
        super().__init__(site_of(account) if account else SAMPLE, end=end, **settings)

    def snapshot(self) -> Item:
        """Return a copy of the site, as an account."""
        return as_account(stable(super().snapshot()))

    @contextmanager
    def edit(self) -> Iterator[Item]:
        """Change the site by hand, as an account, while every request waits."""
        with self.simulation.edit() as site:
            account = as_account(site)
            yield account
            site.update(as_site(account))

    def left(
        self, account: Item, username: str, *, by: str | None = None, keep: bool = False, turns: bool = False
    ) -> Item:
        """Return the site as it must look after somebody has left: the account stays, and is ended."""
        taken_out = expected_account.left(account, username, by=by, keep=True, turns=turns)
        end = {} if keep else ENDED[self.end]
        users = [{**user, **end} if user["username"] == username else user for user in taken_out["users"]]
        return {**taken_out, "users": users}

    def check(self, answer: Answer, final: Item, *, edited: Item | None = None) -> None:
        """Check an answer with the site: nothing goes along with an account."""
        status, body = answer.status, answer.body
        expected_account.check(self.before, self.snapshot(), final, status, body, edited=edited, cascade=())

    def on_calls(self, account: Item, moment: datetime) -> dict[str, list[str]]:
        """Return who is on call in each schedule at a moment."""
        site = Site(as_site(account))
        names = {user["id"]: user["username"] for user in account["users"]}
        found = {one["id"]: people(on_call(site, one, moment)) for one in site.schedules.values()}
        return {name: [names[one] for one in ids] for name, ids in found.items()}


def site_of(account: Item) -> Item:
    """Migrate an account, and add the owner of the token; a site has no overrides to teams."""
    schedules = [
        {**one, "overrides": [override for override in one["overrides"] if override["user"].get("type") != "team"]}
        for one in account["schedules"]
    ]
    owned = [{"ownerTeam": OWNERS, **one} for one in account["escalations"]]
    owners = {**OWNERS, "members": [], "routingRules": []}
    teams = [*account["teams"], owners]
    site = migrated({**account, "schedules": schedules, "escalations": owned, "teams": teams})
    owner = person(account_of(TOKEN_OWNER), TOKEN_OWNER, "Off-boarding", operationsRole="product-admin")
    site["people"].append(owner)
    site["groups"][0]["members"].append(owner["accountId"])
    return site


FIRST_LOOK = Moment("GET", "/v1/schedules$")

JSM = Vendor(
    name="jsm",
    open=JsmEnv,
    repeats={"none": 200, "suspend": 200, "remove": 404},
    not_checked="alert policies, integrations and syncs: Jira Service Management has no list of whom they notify",
    client=Jsm,
    first_look=FIRST_LOOK,
    # The first list is read, and the first of the entries is read again.
    after_first_look=Moment("GET", "/rotations/"),
    second_look=replace(FIRST_LOOK, skip=1),
    before_end=replace(FIRST_LOOK, skip=1),
    end_call=Moment("POST", "/suspend$"),
    put_back="somebody else puts the person back each time",
    chain=13,
    at_once=AT_ONCE,
    throttled="429",
)
