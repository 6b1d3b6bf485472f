"""Serve forwarding rules.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-forwarding-rules/
"""

from local.jsm.answers import forbidden, not_found, not_in_plan, unprocessable
from local.jsm.context import Context
from local.jsm.entities import Entities
from local.simulator.fields import chosen, dates, require
from local.simulator.store import Item, Shelf

ENDS = ("fromUserId", "toUserId")


class ForwardingRules(Entities):
    """Serve forwarding rules; without showAll a list has the caller's own."""

    entity = "forwarding rule"
    path = "/v1/forwarding-rules"
    identifier = "rule"
    update_method = "PUT"

    def shelf(self, context: Context, *, write: str = "") -> Shelf:  # noqa: ARG002 - whose the rule is, decides
        if context.quirks.forwarding_plan == "402":
            raise not_in_plan("forwarding rules", 402)
        return context.site.forwarding_rules

    def listed(self, context: Context) -> list[Item]:
        rules = self.shelf(context).values()
        if context.flag("showAll"):
            if context.caller.operations_admin:
                return rules
            if context.quirks.show_all_needs_admin == "403":
                raise forbidden("see all forwarding rules")
        return [rule for rule in rules if rule["fromUserId"] == context.caller.account_id]

    def get(self, context: Context, *, write: str = "") -> Item:
        rule = super().get(context)
        _require_own(context, rule["fromUserId"], write or "see this forwarding rule")
        return rule

    def prepare(self, context: Context, body: Item, old: Item) -> Item:
        new = {**old, **chosen(body, dict.fromkeys(ENDS, str)), **dates(body, "startDate", "endDate")}
        require(new, *ENDS, "startDate", "endDate")
        for end in ENDS:
            if context.site.person(new[end]) is None:
                raise not_found("user", new[end])
        if new["fromUserId"] == new["toUserId"]:
            raise unprocessable(toUserId="must be somebody else than fromUserId")
        _require_own(context, new["fromUserId"], "change this forwarding rule")
        return new


def _require_own(context: Context, account_id: str, what: str) -> None:
    if not context.caller.operations_admin and context.caller.account_id != account_id:
        raise forbidden(what)
