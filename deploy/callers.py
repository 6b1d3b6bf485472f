"""An API key for each caller, so that the log tells them apart."""

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Alias, Output, ResourceOptions


def keys_for(callers: Sequence[str], plan: aws.apigateway.UsagePlan) -> dict[str, aws.apigateway.ApiKey]:
    """Make a key for each name and put it into the plan; adding or removing a name changes no other key."""
    keys = {}
    for caller in callers:
        # The names in the state of a stack that was made before there were callers.
        old_key, old_plan_key = ([Alias(name=old)] if caller == "default" else None for old in ("key", "plan-key"))
        keys[caller] = aws.apigateway.ApiKey(
            f"key-{caller}", name=Output.concat(plan.name, "-", caller), opts=ResourceOptions(aliases=old_key)
        )
        # `value` is the key in plain text, which the provider does not mark as a secret.
        aws.apigateway.UsagePlanKey(
            f"plan-key-{caller}",
            usage_plan_id=plan.id,
            key_id=keys[caller].id,
            key_type="API_KEY",
            opts=ResourceOptions(additional_secret_outputs=["value"], aliases=old_plan_key),
        )
    return keys
