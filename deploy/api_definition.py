"""A hash of the API's whole definition.

A Deployment is a snapshot of the API, and callers see a change only in a new one. Every resource and argument is
recorded as the program makes it, so that none can be forgotten.
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

import hashlib
from typing import Any

import pulumi
from pulumi import Output, Resource

# Not part of a snapshot. Any other type of API Gateway counts.
OUTSIDE = {"Account", "ApiKey", "Deployment", "MethodSettings", "Stage", "UsagePlan", "UsagePlanKey"}
LABELS = {"name", "description", "tags"}


class ApiDefinition:
    """Records every resource of an API that the program makes from now on."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self._parts: dict[str, dict[str, Any]] = {}
        pulumi.runtime.register_stack_transformation(self._record)

    def sha256(self) -> Output[str]:
        """Return the hash of everything recorded so far, labels excepted, in hexadecimal."""
        text = Output.json_dumps(self._parts, sort_keys=True, default=vars)
        return text.apply(lambda known: hashlib.sha256(known.encode()).hexdigest())

    def _record(self, args: pulumi.ResourceTransformationArgs) -> None:
        module, _, kind = args.type_.rpartition(":")
        if module.startswith("aws:apigateway/") and kind not in OUTSIDE:
            self.resources.append(args.resource)
            given = {name: value for name, value in args.props.items() if value is not None and name not in LABELS}
            self._parts[f"{args.type_} {args.name}"] = given
