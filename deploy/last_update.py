"""Check the configuration against the outputs of the last `pulumi up`, which a preview knows already."""

from typing import Any

import pulumi

from deploy.stack_config import StackConfig


def full_name() -> str:
    """Return the stack's name as `pulumi --stack` takes it in any folder."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def check(config: StackConfig, region: str) -> None:
    """Raise RunError if the configuration contradicts what is deployed; warn if an older version is pinned."""
    # What a StackReference calls. The resource itself would stay in the state under a name that `pulumi stack rename`
    # makes invalid, and its outputs would arrive after the first resources are made.
    # https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": full_name()})
    outputs: dict[str, Any] = answer.value["outputs"] or {}
    deployed_in, newest = outputs.get("region", region), int(outputs.get("version", 0))
    problems = []
    if region != deployed_in:
        problems.append(
            f"aws:region: this stack is in {deployed_in}, and cannot move to {region}: go back with "
            f"`pulumi config set aws:region {deployed_in}`, and make another stack for {region}"
        )
    if config.alias_version > newest:
        problems.append(
            "aliasVersion takes 0 for the newest version, or the number of one that is published, "
            f"{f'at most {newest}' if newest else 'and none is yet'}, not {config.alias_version}"
        )
    if problems:
        raise pulumi.RunError("\n".join(problems))
    if config.alias_version:
        pulumi.log.warn(
            f"aliasVersion: version {config.alias_version} answers, with the settings and secrets that it was "
            "made with; `pulumi config rm aliasVersion` goes on with the newest"
        )
