"""The Opsgenie key: in the function's environment, or in Parameter Store."""

import pulumi_aws as aws
from pulumi import Input, Resource

from deploy import policies
from deploy.setting_checks import ENVIRONMENT
from deploy.stack_config import StackConfig


def keep(config: StackConfig, name: str, role: aws.iam.Role) -> tuple[dict[str, Input[str]], list[Resource]]:
    """Return the function's variables for the key, and the resources that it has to wait for."""
    if config.secret_store == ENVIRONMENT:
        return {"ACCESS_TOKEN": config.access_token}, []
    # Encrypted with AWS's own key for Parameter Store, which needs no further permission.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
    token = aws.ssm.Parameter(f"{name}-token", type="SecureString", value=config.access_token)
    may_read = aws.iam.RolePolicy("may-read-token", role=role.id, policy=token.arn.apply(policies.read_parameter))
    # A new key thus publishes a new version of the function: warm instances of the old one would keep the old key.
    return {
        "ACCESS_TOKEN_PARAMETER": token.name,
        "ACCESS_TOKEN_PARAMETER_VERSION": token.version.apply(str),
    }, [may_read]
