"""The vendor's key in AWS Systems Manager, for a deployment that keeps it out of the function's environment."""

from collections.abc import Mapping
from typing import Any

from service.settings import SettingsError

NAME = "ACCESS_TOKEN_PARAMETER"
TIMEOUTS = {"connect_timeout": 2, "read_timeout": 3, "retries": {"total_max_attempts": 2}}
"""Seconds, so that both attempts fit into the ten that Lambda gives a cold start.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""


def with_token(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment, with ACCESS_TOKEN from the parameter that ACCESS_TOKEN_PARAMETER names, if it names one.

    Raises SettingsError where the parameter cannot be read; never with its value.
    """
    name = environ.get(NAME, "").strip()
    if not name:
        return environ
    if environ.get("ACCESS_TOKEN", "").strip():
        raise SettingsError(f"ACCESS_TOKEN and {NAME} are both set; set one of them")
    return {**environ, "ACCESS_TOKEN": _read(name)}


def _read(name: str) -> str:
    """Read a parameter.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    # Lambda's Python has them; imported only here, since they take longer than all the rest of a cold start.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client: Any = boto3.client("ssm", config=Config(**TIMEOUTS))
        value = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an unknown error")
        raise SettingsError(f"the parameter {name} that {NAME} names cannot be read ({code})") from error
    except BotoCoreError as error:
        why = type(error).__name__
        raise SettingsError(f"the parameter {name} that {NAME} names cannot be read ({why})") from error
    return str(value)
