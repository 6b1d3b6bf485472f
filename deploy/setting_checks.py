"""Check the settings: what AWS would refuse half-way stops the preview."""

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from deploy.lambda_runtime import GLIBC
from service.near_names import nearest

if TYPE_CHECKING:
    from deploy.stack_config import StackConfig

# The values that CloudWatch takes; 0, which keeps logs for ever, is left out.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
DAYS = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
EMAIL = r"[^@\s,]+@[^@\s,]+"
BOUNDARY = r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]+"
INT32 = 2**31 - 1  # quotas and concurrency are 32-bit numbers in AWS's APIs
MAX_TAGS = 49  # AWS takes 50, and `__main__.py` adds one

STORES = ENVIRONMENT, SSM = "environment", "ssm"

Check = tuple[str, object, bool]
"""What a setting takes, its value, and whether it is valid."""


def unknown(given: Iterable[str], known: list[str]) -> Iterator[str]:
    """Yield a message for each unknown setting."""
    for name in given:
        if name not in known:
            near = nearest(name.rpartition(":")[2], known)
            instead = f"did you mean {near}?" if near else "README.md lists the settings."
            yield f"there is no setting {name}: {instead} `pulumi config rm {name}` takes it out"


def of_stack(config: "StackConfig") -> Iterator[str]:
    """Yield a message for each invalid setting."""
    for checks in (_names(config), _numbers(config), _lists(config)):
        yield from (f"{takes}, not {value!r}" for takes, value, good in checks if not good)


def of_tags(tags: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each default tag that a resource cannot have.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if len(tags) > MAX_TAGS:
        yield f"aws:defaultTags takes at most {MAX_TAGS} tags, not {len(tags)}"
    for name, count in Counter(tag.lower() for tag in tags).items():
        if count > 1:
            yield f"aws:defaultTags takes {name!r} once: IAM sees no difference between capitals and small letters"
    for name, value in tags.items():
        if not 1 <= len(name) <= 128 or len(str(value)) > 256:
            yield f"aws:defaultTags takes names of 1 to 128 and values of at most 256 characters, unlike {name!r}"
        if name.lower().startswith("aws:"):
            yield f"aws:defaultTags takes names that do not begin with aws:, unlike {name!r}"
        if not all(unicodedata.category(sign)[0] in "LNZ" or sign in "_.:/=+-@" for sign in f"{name}{value}"):
            yield f"aws:defaultTags takes letters, digits, spaces and _ . : / = + - @, unlike {name!r}: {value!r}"


def _names(config: "StackConfig") -> Iterator[Check]:
    name, boundary, address = config.stage_name, config.permissions_boundary, config.alarm_email
    running = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    yield "stageName takes 1 to 128 letters, digits, _ and -", name, bool(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name))
    yield f"secretStore takes {' or '.join(STORES)}", config.secret_store, config.secret_store in STORES
    arn = "permissionsBoundary takes the ARN of an IAM policy or nothing"
    yield arn, boundary, not boundary or bool(re.fullmatch(BOUNDARY, boundary))
    yield "alarmEmail takes an e-mail address or nothing", address, not address or bool(re.fullmatch(EMAIL, address))
    # What is tested is what ships.
    pin = config.runtime
    if pin.removeprefix("python") in GLIBC:
        other = f"runtime takes {running}, which is the Python that runs, or nothing; make .venv with another Python"
        yield other, pin, pin == running
    else:
        yield f"runtime takes {', '.join(f'python{version}' for version in GLIBC)} or nothing", pin, not pin


def _numbers(config: "StackConfig") -> Iterator[Check]:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    rate, days = config.rate_limit, config.log_retention_days
    yield "rateLimit takes requests a second, above 0 and at most 10000", rate, 0 < rate <= 10000
    yield "burstLimit takes a number of requests from 1 to 5000", config.burst_limit, 1 <= config.burst_limit <= 5000
    quota, at_once = config.quota_per_day, config.reserved_concurrency
    yield f"quotaPerDay takes a number of requests from 1 to {INT32}", quota, 1 <= quota <= INT32
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    yield "memorySize takes MB from 128 to 10240", config.memory_size, 128 <= config.memory_size <= 10240
    takes = f"reservedConcurrency takes requests at once from 0, which stops the function, to {INT32}, or -1 for none"
    yield takes, at_once, -1 <= at_once <= INT32
    yield f"logRetentionDays takes one of {DAYS}", days, str(days) in DAYS.split(", ")
    version = config.alias_version
    yield "aliasVersion takes the number of a version, or 0 for the newest", version, version >= 0


def _lists(config: "StackConfig") -> Iterator[Check]:
    # The function's environment has secrets and names of variables too, in 4 KB.
    in_all = f"{len(config.protected_users)} addresses"
    yield "protectedUsers takes at most 3000 characters in all", in_all, len(",".join(config.protected_users)) <= 3000
    for user in config.protected_users:
        yield "protectedUsers takes a list of e-mail addresses", user, bool(re.fullmatch(EMAIL, user))
    yield "callers takes one name or more", config.callers, bool(config.callers)
    for caller, count in Counter(config.callers).items():
        yield (
            "callers takes names of 1 to 64 letters, digits, _ and -",
            caller,
            bool(re.fullmatch(r"[\w-]{1,64}", caller, re.ASCII)),
        )
        yield "callers takes each name once", caller, count == 1
    # An API whose policy is removed keeps the old one: the provider treats a missing policy as unknown.
    cidrs = config.allowed_cidrs
    yield "allowedCidrs takes one range or more; 0.0.0.0/0 and ::/0 are everyone", cidrs, bool(cidrs)
    # API Gateway takes 8192 characters of policy.
    yield "allowedCidrs takes at most 7500 characters in all", f"{len(cidrs)} ranges", len(json.dumps(cidrs)) <= 7500
    for cidr in cidrs:
        yield "allowedCidrs takes address ranges such as 192.0.2.0/24", cidr, _is_network(cidr)


def _is_network(text: str) -> bool:
    try:
        # Python takes masks and zones too, which AWS does not.
        return bool(ip_network(text)) and bool(re.fullmatch(r"[^/%]+(/\d+)?", text))
    except ValueError:
        return False
