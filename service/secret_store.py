"""The product's secrets from AWS Systems Manager, where the environment names parameters that hold them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from service.parallel import Parallel
from service.settings import SECRETS, SettingsError, chosen, token_problem

CONNECT_TIMEOUT = 1.0
READ_TIMEOUT = 2.0
ATTEMPTS = 2
"""Seconds and tries of a read: with the import of boto3 they fit into the 10 seconds that Lambda gives a cold start.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

_RIGHTS = "the function's role needs ssm:GetParameter for it, and kms:Decrypt for its key"
_REFUSALS = {
    "ParameterNotFound": "is not there",
    "ParameterVersionNotFound": "is not there in this version",
    "AccessDeniedException": f"may not be read: {_RIGHTS}",
}


def with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment that has each secret such as ACCESS_TOKEN that ACCESS_TOKEN_PARAMETER names instead.

    Without such names it is the same environment. Raises SettingsError, which never has a secret.
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    secrets = [secret for product in chosen(environ, []) for secret in SECRETS[product]]
    names = {secret: name for secret in secrets if (name := environ.get(f"{secret}_PARAMETER", "").strip())}
    if not names:
        return environ
    _stop_for(
        [
            f"{each} and {each}_PARAMETER are both set: keep one of them"
            for each in names
            if environ.get(each, "").strip()
        ]
    )
    parameters = [f"the parameter {name[:100]} that {secret}_PARAMETER names" for secret, name in names.items()]
    store = _connect(" and ".join(parameters))
    with Parallel() as parallel:
        read = parallel.run([partial(_read, store, name) for name in names.values()])
    _stop_for([f"{parameter} {problem}" for parameter, (_, problem) in zip(parameters, read, strict=True) if problem])
    return {**environ, **{secret: value for secret, (value, _) in zip(names, read, strict=True)}}


def _connect(parameters: str) -> Any:
    try:
        # Part of Lambda's runtime. It doubles the time of a cold start, so it is imported only if needed.
        import boto3
        from botocore.config import Config
    except ImportError:
        raise SettingsError(f"{parameters} cannot be read: there is no boto3, which Lambda's own runtime has") from None
    retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    config = Config(connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries=retries)
    try:
        return boto3.client("ssm", config=config)
    except Exception as error:  # such as no region: a crashed start answers nobody
        raise SettingsError(f"{parameters} {_reason(error)}") from None


def _read(store: Any, name: str) -> tuple[str, str]:
    """Return the value of a parameter, and what is wrong with it as the end of a sentence."""
    try:
        value: str = store.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"].strip()
    except Exception as error:  # boto3 may raise anything for an odd answer
        return "", _reason(error)
    return value, token_problem(value)


def _reason(error: Exception) -> str:
    # Only botocore's ClientError has an answer, and boto3 is imported late.
    if answer := getattr(error, "response", None):
        code = str(answer.get("Error", {}).get("Code"))
        return _REFUSALS.get(code, f"cannot be read ({code})")
    return f"cannot be read: no usable answer from AWS Systems Manager ({type(error).__name__})"


def _stop_for(problems: list[str]) -> None:
    if problems:
        raise SettingsError("; ".join(problems))
