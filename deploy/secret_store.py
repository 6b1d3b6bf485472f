"""The product's secrets: in the function's environment, or in Parameter Store."""

import pulumi_aws as aws
from pulumi import Input, Resource

from deploy import policies
from deploy.setting_checks import ENVIRONMENT
from deploy.stack_config import StackConfig

NAMES = {"ACCESS_TOKEN": "token", "JSM_API_TOKEN": "jsm-token", "JSM_ORG_KEY": "jsm-org-key"}
"""What the resources of a secret are called; another name would make them anew."""


def keep(config: StackConfig, name: str, role: aws.iam.Role) -> tuple[dict[str, Input[str]], list[Resource]]:
    """Return the function's variables for the secrets, and the resources that it has to wait for."""
    if config.secret_store == ENVIRONMENT:
        return {**config.product.secrets}, []
    variables: dict[str, Input[str]] = {}
    may_read: list[Resource] = []
    for secret, value in config.product.secrets.items():
        # Encrypted with AWS's own key for Parameter Store, which needs no further permission.
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
        stored = aws.ssm.Parameter(f"{name}-{NAMES[secret]}", type="SecureString", value=value)
        policy = stored.arn.apply(policies.read_parameter)
        may_read.append(aws.iam.RolePolicy(f"may-read-{NAMES[secret]}", role=role.id, policy=policy))
        # A new value publishes a new version of the function: warm instances of the old one would keep the old value.
        variables |= {f"{secret}_PARAMETER": stored.name, f"{secret}_PARAMETER_VERSION": stored.version.apply(str)}
    return variables, may_read
