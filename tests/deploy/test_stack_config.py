"""A stack's settings: an invalid one stops the preview, with a message that names it."""

import asyncio
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
import pytest

from deploy import stack_config
from deploy.setting_checks import of_tags
from deploy.stack_config import SETTINGS
from local.aws.program import PROJECT, config
from tests.support.mocked_pulumi import Cloud, closing_event_loops, deploy, fake_package

pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

RUNNING = f"python{sys.version_info[0]}.{sys.version_info[1]}"
OTHER = "python3.14" if RUNNING == "python3.13" else "python3.13"
RATE = "rateLimit takes requests a second, above 0 and at most 10000"
QUOTA = "quotaPerDay takes a number of requests from 1 to 2147483647"
AT_ONCE = "reservedConcurrency takes requests at once from 0, which stops the function, to 2147483647, or -1 for none"
MEMORY = "memorySize takes MB from 128 to 10240"
CIDRS = "allowedCidrs takes address ranges such as 192.0.2.0/24"
CALLER = "callers takes names of 1 to 64 letters, digits, _ and -"
BOUNDARY = "permissionsBoundary takes the ARN of an IAM policy or nothing"
TAG = "aws:defaultTags takes letters, digits, spaces and _ . : / = + - @"

REFUSED: list[tuple[str, Any, str]] = [
    ("accessToken", "k" * 501, "accessToken takes at most 500 characters"),
    ("accessToken", "k\u00e9y", "accessToken has characters that no key has"),
    ("secretStore", "vault", "secretStore takes environment or ssm, not 'vault'"),
    ("protectedUsers", ["boss"], "protectedUsers takes a list of e-mail addresses, not 'boss'"),
    (
        "protectedUsers",
        [f"somebody.{n}@example.com" for n in range(130)],
        "protectedUsers takes at most 3000 characters in all, not '130 addresses'",
    ),
    ("stageName", "a b", "stageName takes 1 to 128 letters, digits, _ and -, not 'a b'"),
    ("callers", [], "callers takes one name or more, not []"),
    ("callers", ["night shift"], f"{CALLER}, not 'night shift'"),
    ("callers", ["n" * 65], f"{CALLER}, not '{'n' * 65}'"),
    ("callers", ["nora", "nora"], "callers takes each name once, not 'nora'"),
    ("rateLimit", "0", f"{RATE}, not 0.0"),
    ("rateLimit", "10001", f"{RATE}, not 10001.0"),
    ("burstLimit", 0, "burstLimit takes a number of requests from 1 to 5000, not 0"),
    ("burstLimit", 5001, "burstLimit takes a number of requests from 1 to 5000, not 5001"),
    ("quotaPerDay", 0, f"{QUOTA}, not 0"),
    ("quotaPerDay", 99999999999, f"{QUOTA}, not 99999999999"),
    ("allowedCidrs", ["10.0.0.1/8"], f"{CIDRS}, not '10.0.0.1/8'"),
    ("allowedCidrs", ["192.0.2.0/255.255.255.0"], f"{CIDRS}, not '192.0.2.0/255.255.255.0'"),
    ("allowedCidrs", ["fe80::%eth0/64"], f"{CIDRS}, not 'fe80::%eth0/64'"),
    ("allowedCidrs", [], "allowedCidrs takes one range or more; 0.0.0.0/0 and ::/0 are everyone, not []"),
    (
        "allowedCidrs",
        [f"192.0.2.{n % 256}/32" for n in range(500)],
        "allowedCidrs takes at most 7500 characters in all, not '500 ranges'",
    ),
    ("memorySize", 64, f"{MEMORY}, not 64"),
    ("memorySize", 10241, f"{MEMORY}, not 10241"),
    ("reservedConcurrency", -2, f"{AT_ONCE}, not -2"),
    ("reservedConcurrency", 2**31, f"{AT_ONCE}, not 2147483648"),
    (
        "runtime",
        "nodejs22.x",
        "runtime takes python3.11, python3.12, python3.13, python3.14 or nothing, not 'nodejs22.x'",
    ),
    (
        "runtime",
        OTHER,
        f"runtime takes {RUNNING}, which is the Python that runs, or nothing; make .venv with another Python, "
        f"not '{OTHER}'",
    ),
    ("permissionsBoundary", "edge", f"{BOUNDARY}, not 'edge'"),
    ("permissionsBoundary", "arn:aws:iam::12:policy/edge", f"{BOUNDARY}, not 'arn:aws:iam::12:policy/edge'"),
    ("aliasVersion", -1, "aliasVersion takes the number of a version, or 0 for the newest, not -1"),
    ("alarmEmail", "ops", "alarmEmail takes an e-mail address or nothing, not 'ops'"),
    ("aws:defaultTags", {"tags": {"who?": "ops"}}, f"{TAG}, unlike 'who?': 'ops'"),
]


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def refusal(**settings: Any) -> str:
    """Return the error for a configuration."""
    with closing_event_loops(), pytest.raises(pulumi.RunError) as refused:
        asyncio.run(read_all(settings))
    return str(refused.value)


async def read_all(settings: dict[str, Any]) -> None:
    """Read the configuration without the rest of the program, which is slow."""
    pulumi.runtime.set_mocks(Cloud({}), project=PROJECT["name"])
    pulumi.runtime.set_all_config(*config({"accessToken": "genie-key", **settings}))
    stack_config.read()


def stop(last_outputs: dict[str, Any] | None = None, **settings: Any) -> str:
    """Return the program's error."""
    with pytest.raises(pulumi.RunError) as stopped:
        deploy(last_outputs=last_outputs, **settings)
    return str(stopped.value)


@pytest.mark.parametrize(("setting", "value", "sentence"), REFUSED)
def test_invalid_setting_is_rejected_with_a_message(setting, value, sentence):
    assert refusal(**{setting: value}) == sentence


@pytest.mark.parametrize(
    ("setting", "value"),
    [("accessToken", " "), ("opsgenieApiUrl", "http://api.opsgenie.com"), ("rateLimit", "fast")],
)
def test_setting_refused_by_the_service_or_pulumi_is_named(setting, value):
    assert setting in refusal(**{setting: value})


def test_unsupported_log_retention_days_are_rejected():
    assert refusal(logRetentionDays=8).startswith("logRetentionDays takes one of 1, 3, 5, ")


def test_all_invalid_settings_are_reported_at_once():
    assert [line.split()[0] for line in stop(stageName="", memorySize=1).splitlines()] == ["stageName", "memorySize"]


def test_settings_at_their_limits_are_accepted():
    deploy(
        rateLimit="10000",
        burstLimit=5000,
        quotaPerDay=2**31 - 1,
        memorySize=10240,
        reservedConcurrency=0,
        runtime=RUNNING,
        permissionsBoundary="arn:aws-us-gov:iam::aws:policy/team/edge",
        callers=["n" * 64],
    )


def test_settings_match_those_declared_in_pulumi_yaml():
    assert sorted(SETTINGS) == sorted(PROJECT["config"])
    assert all(declared["description"] for declared in PROJECT["config"].values())


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("protectedUser", "did you mean protectedUsers?"),
        ("allowedCidr", "did you mean allowedCidrs?"),
        ("accesToken", "did you mean accessToken?"),
        ("PROTECTED_USERS", "did you mean protectedUsers?"),
        ("protected-users", "did you mean protectedUsers?"),
        ("opsgenie-ofboarding:protectedUsers", "did you mean protectedUsers?"),
        ("opsgenie_offboarding:rateLimits", "did you mean rateLimit?"),
        ("x", "README.md lists the settings."),
    ],
)
def test_unknown_setting_is_rejected_with_a_suggestion(name, instead):
    sentence = f"there is no setting {name}: {instead} `pulumi config rm {name}` takes it out"

    settings: Any = {name: "a"}
    assert refusal(**settings) == sentence


def test_settings_of_other_namespaces_are_accepted():
    settings: Any = {"aws:maxRetries": "3", "another-project:protectedUser": "a"}

    deploy(**settings)


@pytest.mark.parametrize(
    ("tags", "sentences"),
    [
        ({f"tag{n}": "" for n in range(49)}, []),
        ({f"tag{n}": "" for n in range(50)}, ["aws:defaultTags takes at most 49 tags, not 50"]),
        (
            {"Team": "a", "team": "b"},
            ["aws:defaultTags takes 'team' once: IAM sees no difference between capitals and small letters"],
        ),
        (
            {"n" * 129: ""},
            [f"aws:defaultTags takes names of 1 to 128 and values of at most 256 characters, unlike {'n' * 129!r}"],
        ),
        (
            {"team": "v" * 257},
            ["aws:defaultTags takes names of 1 to 128 and values of at most 256 characters, unlike 'team'"],
        ),
        ({"AWS:team": ""}, ["aws:defaultTags takes names that do not begin with aws:, unlike 'AWS:team'"]),
        ({"team": "a&b"}, [f"{TAG}, unlike 'team': 'a&b'"]),
        ({"Kostenstelle Süd": "a_b.c:d/e=f+g-h@i 1"}, []),
    ],
)
def test_invalid_default_tags_are_rejected(tags, sentences):
    assert list(of_tags(tags)) == sentences


def test_changing_the_region_of_a_stack_is_refused():
    assert stop(last_outputs={"region": "eu-west-1", "version": "2"}) == (
        "aws:region: this stack is in eu-west-1, and cannot move to eu-north-1: go back with "
        "`pulumi config set aws:region eu-west-1`, and make another stack for eu-north-1"
    )


@pytest.mark.parametrize(("last_outputs", "published"), [({"version": "2"}, "at most 2"), ({}, "and none is yet")])
def test_a_version_that_was_never_published_is_refused(last_outputs, published):
    assert stop(last_outputs, aliasVersion=99) == (
        f"aliasVersion takes 0 for the newest version, or the number of one that is published, {published}, not 99"
    )


@pytest.mark.parametrize("store", ["environment", "ssm"])
def test_pinned_alias_version_logs_a_warning(store):
    with mock.patch.object(pulumi.log, "warn") as warn:
        deploy(last_outputs={"version": "2"}, aliasVersion=1, secretStore=store)
        deploy(last_outputs={"version": "2"}, secretStore=store)

    sentence = "aliasVersion: version 1 answers, with the settings and secrets that it was made with; "
    assert warn.mock_calls == [mock.call(f"{sentence}`pulumi config rm aliasVersion` goes on with the newest")]
