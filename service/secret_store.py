"""The key of Opsgenie from AWS Systems Manager, where the environment names a parameter that holds it."""

from collections.abc import Mapping

from service.settings import SettingsError, token_problem

CONNECT_TIMEOUT = 1.0
READ_TIMEOUT = 2.0
ATTEMPTS = 2
"""Seconds and tries: with the import of boto3 they fit into the 10 seconds that Lambda gives a cold start.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

_RIGHTS = "the function's role needs ssm:GetParameter for it, and kms:Decrypt for its key"
_REFUSALS = {
    "ParameterNotFound": "is not there",
    "ParameterVersionNotFound": "is not there in this version",
    "AccessDeniedException": f"may not be read: {_RIGHTS}",
}


def with_access_token(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment that has ACCESS_TOKEN, read from the parameter that ACCESS_TOKEN_PARAMETER names.

    Without a name it is the same environment. Raises SettingsError, which never has the key.
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    name = environ.get("ACCESS_TOKEN_PARAMETER", "").strip()
    if not name:
        return environ
    if environ.get("ACCESS_TOKEN", "").strip():
        raise SettingsError("ACCESS_TOKEN and ACCESS_TOKEN_PARAMETER are both set: keep one of them")
    return {**environ, "ACCESS_TOKEN": _read(name, f"the parameter {name[:100]} that ACCESS_TOKEN_PARAMETER names")}


def _read(name: str, parameter: str) -> str:
    try:
        # Part of Lambda's runtime. It doubles the time of a cold start, so it is imported only if needed.
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError
    except ImportError:
        raise SettingsError(f"{parameter} cannot be read: there is no boto3, which Lambda's own runtime has") from None
    retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    config = Config(connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries=retries)
    try:
        answer = boto3.client("ssm", config=config).get_parameter(Name=name, WithDecryption=True)
        token: str = answer["Parameter"]["Value"].strip()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        raise SettingsError(f"{parameter} {_REFUSALS.get(code, f'cannot be read ({code})')}") from None
    except Exception as error:  # boto3 may raise anything for an odd answer: a crashed start answers nobody
        why = f"no usable answer from AWS Systems Manager ({type(error).__name__})"
        raise SettingsError(f"{parameter} cannot be read: {why}") from None
    if problem := token_problem(token):
        raise SettingsError(f"{parameter} {problem}")
    return token
