"""The stack's configuration, checked: Pulumi.yaml declares it, this says which values make sense."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

import pulumi

from service.settings import Settings, SettingsError

# The values that CloudWatch takes; 0, which keeps logs for ever, is left out.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
DAYS = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
EMAIL = r"[^@\s,]+@[^@\s,]+"


@dataclass(frozen=True)
class StackConfig:
    """What can be set for a stack; see Pulumi.yaml."""

    access_token: pulumi.Output[str]
    opsgenie_api_url: str
    protected_users: list[str]
    stage_name: str
    rate_limit: float
    burst_limit: int
    quota_per_day: int
    allowed_cidrs: list[str]
    memory_size: int
    log_retention_days: int
    alias_version: int
    alarm_email: str


def read() -> StackConfig:
    """Read the configuration; raise RunError with a sentence on each setting that makes no sense."""
    source = pulumi.Config()
    config = StackConfig(
        access_token=source.require_secret("accessToken").apply(_token),
        opsgenie_api_url=source.require("opsgenieApiUrl"),
        protected_users=source.require_object("protectedUsers"),
        stage_name=source.require("stageName"),
        rate_limit=source.require_float("rateLimit"),
        burst_limit=source.require_int("burstLimit"),
        quota_per_day=source.require_int("quotaPerDay"),
        allowed_cidrs=source.require_object("allowedCidrs"),
        memory_size=source.require_int("memorySize"),
        log_retention_days=source.require_int("logRetentionDays"),
        alias_version=source.require_int("aliasVersion"),
        alarm_email=source.get("alarmEmail") or "",
    )
    problems = [f"{takes}, not {value!r}" for takes, value, good in _checks(config) if not good]
    problems += _refused("opsgenieApiUrl", {"ACCESS_TOKEN": "-", "OPSGENIE_API_URL": config.opsgenie_api_url})
    if problems:
        raise pulumi.RunError("\n".join(problems))
    return config


def _checks(config: StackConfig) -> Iterator[tuple[str, object, bool]]:
    """Yield what a setting takes, what it is, and whether that will do."""
    name = config.stage_name
    yield "stageName takes 1 to 128 letters, digits, _ and -", name, bool(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name))
    rate, version, address = config.rate_limit, config.alias_version, config.alarm_email
    yield "rateLimit takes requests a second, above 0 and at most 10000", rate, 0 < rate <= 10000
    yield "burstLimit takes a number of requests from 1 to 5000", config.burst_limit, 1 <= config.burst_limit <= 5000
    yield "quotaPerDay takes a number of requests above 0", config.quota_per_day, config.quota_per_day > 0
    yield "memorySize takes MB from 128 to 10240", config.memory_size, 128 <= config.memory_size <= 10240
    days = config.log_retention_days
    yield f"logRetentionDays takes one of {DAYS}", days, str(days) in DAYS.split(", ")
    yield "aliasVersion takes the number of a version, or 0 for the newest", version, version >= 0
    yield "alarmEmail takes an e-mail address or nothing", address, not address or bool(re.fullmatch(EMAIL, address))
    # AWS takes 4 KB of environment; the key, the address and the names of the variables are in there too.
    in_all = f"{len(config.protected_users)} addresses"
    yield "protectedUsers takes at most 3000 characters in all", in_all, len(",".join(config.protected_users)) <= 3000
    for user in config.protected_users:
        yield "protectedUsers takes a list of e-mail addresses", user, bool(re.fullmatch(EMAIL, user))
    # An API that has no policy any more keeps the one it had: the provider takes a missing one for an unknown one.
    yield "allowedCidrs takes one range or more; 0.0.0.0/0 and ::/0 are everyone", [], bool(config.allowed_cidrs)
    for cidr in config.allowed_cidrs:
        yield "allowedCidrs takes address ranges such as 192.0.2.0/24", cidr, _is_network(cidr)


def _is_network(text: str) -> bool:
    try:
        # Python takes masks and zones too, which AWS does not.
        return bool(ip_network(text)) and bool(re.fullmatch(r"[^/%]+(/\d+)?", text))
    except ValueError:
        return False


def _token(token: str) -> str:
    if problems := _refused("accessToken", {"ACCESS_TOKEN": token}):
        raise pulumi.RunError(problems[0])
    return token


def _refused(setting: str, environ: dict[str, str]) -> list[str]:
    """Ask the service itself, so that nothing is deployed that it would not start with."""
    try:
        Settings.from_environ(environ)
    except SettingsError as error:
        return [f"{setting}: {error}"]
    return []
