"""The stack's configuration, read and checked; Pulumi.yaml declares it."""

import re
from dataclasses import dataclass, fields
from itertools import chain

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from deploy import setting_checks, variables
from service.near_names import CLOSE, nearest


@dataclass(frozen=True)
class StackConfig:
    """What can be set for a stack; see Pulumi.yaml."""

    product: variables.ProductSettings
    secret_store: str
    protected_users: list[str]
    stage_name: str
    callers: list[str]
    rate_limit: float
    burst_limit: int
    quota_per_day: int
    allowed_cidrs: list[str]
    memory_size: int
    reserved_concurrency: int
    runtime: str
    permissions_boundary: str
    log_retention_days: int
    access_log: bool
    alias_version: int
    alarm_email: str


SETTINGS = [
    *(re.sub("_(.)", lambda match: match[1].upper(), field.name) for field in fields(StackConfig)),
    *(setting for settings in variables.SETTINGS.values() for setting in settings.values()),
]


def read() -> StackConfig:
    """Read the configuration; raise RunError with a message for each invalid setting."""
    source = pulumi.Config()
    # First: a misspelt setting would look missing.
    _stop_for(list(setting_checks.unknown(_given(source.name), SETTINGS)))
    config = StackConfig(
        product=variables.read(source),
        secret_store=source.require("secretStore"),
        protected_users=source.require_object("protectedUsers"),
        stage_name=source.require("stageName"),
        callers=source.require_object("callers"),
        rate_limit=source.require_float("rateLimit"),
        burst_limit=source.require_int("burstLimit"),
        quota_per_day=source.require_int("quotaPerDay"),
        allowed_cidrs=source.require_object("allowedCidrs"),
        memory_size=source.require_int("memorySize"),
        reserved_concurrency=source.require_int("reservedConcurrency"),
        runtime=source.get("runtime") or "",
        permissions_boundary=source.get("permissionsBoundary") or "",
        log_retention_days=source.require_int("logRetentionDays"),
        access_log=source.require_bool("accessLog"),
        alias_version=source.require_int("aliasVersion"),
        alarm_email=source.get("alarmEmail") or "",
    )
    tags = (pulumi.Config("aws").get_object("defaultTags") or {}).get("tags") or {}
    problems = (setting_checks.of_stack(config), variables.problems(source, config), setting_checks.of_tags(tags))
    _stop_for([*chain.from_iterable(problems)])
    return config


def _given(namespace: str) -> list[str]:
    """Return the settings given in a namespace, without its prefix; with it those in one that looks misspelt."""
    keys = [key.rpartition(":") for key in {**get_config_env(), **CONFIG.get()}]
    ours = [name for given, _, name in keys if given == namespace]
    return ours + [
        f"{given}:{name}" for given, _, name in keys if given != namespace and nearest(given, [namespace], CLOSE)
    ]


def _stop_for(problems: list[str]) -> None:
    if problems:
        raise pulumi.RunError("\n".join(problems))
