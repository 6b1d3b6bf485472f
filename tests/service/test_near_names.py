"""A misspelt variable stops the program where it protects somebody, and is told of elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service import near_names
from service.app import create_app
from service.settings import Settings, SettingsError
from tests.support.captured_log import capture_log
from tests.support.handlers import NORA, imported, plain
from tests.support.hostile_environment import HOSTILE
from tests.support.proxy_events import REQUEST_ID, Context, api_gateway_event
from tests.support.service_env import OPSGENIE

LAMBDA = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
    "TZ",
    "LANG",
    "PATH",
    "LD_LIBRARY_PATH",
    "NODE_PATH",
    "PYTHONPATH",
]
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""

OTHER_TOOLS = [
    "PULUMI_ACCESS_TOKEN",
    "GITHUB_ACCESS_TOKEN",
    "GITHUB_TOKEN",
    "GITLAB_ACCESS_TOKEN",
    "ACCESS_TOKEN_SECRET",
    "TIME_STYLE",
    "PROTECTED_BRANCHES",
    "PROTECTED",
    "USERS",
    "USER",
    "API_KEY",
    "API_URL",
    "PRODUCT_NAME",
    "TIMEOUT",
    "TIMEFORMAT",
]


@pytest.mark.parametrize(
    "name",
    [
        "PROTECTED_USER",
        "PROTECTED_USERS_",
        "PROTECTEDUSERS",
        "PROTECED_USERS",
        "PROTECT_USERS",
        "protected_users",
        "Protected-Users",
    ],
)
def test_name_close_to_the_protected_users_stops_the_program(name: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.from_environ({"ACCESS_TOKEN": "k", name: "ceo@example.com", "TIME_BUDGET": "0"})

    assert stopped.value.message == (
        f"{name} protects nobody: the setting is called PROTECTED_USERS; "
        "TIME_BUDGET takes seconds from 1 to 900, not '0'"
    )


def test_name_close_to_the_protected_users_stops_the_program_beside_them_too() -> None:
    with pytest.raises(SettingsError, match=r"^PROTECTED_USER protects nobody: "):
        Settings.from_environ(
            {"ACCESS_TOKEN": "k", "PROTECTED_USERS": "a@example.com", "PROTECTED_USER": "b@example.com"}
        )


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("ACCESS_TOKENS", "ACCESS_TOKEN"),
        ("access-token", "ACCESS_TOKEN"),
        ("ACCESS_TOKEN_PARAMETERS", "ACCESS_TOKEN_PARAMETER"),
        ("OPSGENIE_API_KEY", "ACCESS_TOKEN"),
        ("OPSGENIE_APIKEY", "ACCESS_TOKEN"),
        ("OPSGENIE_URL", "OPSGENIE_API_URL"),
        ("OPSGENIE_API_URLS", "OPSGENIE_API_URL"),
        ("OPSGENIE_REGION", "OPSGENIE_API_URL"),
        ("TIMEBUDGET", "TIME_BUDGET"),
    ],
)
def test_name_close_to_another_setting_is_told_where_that_is_not_set(name: str, setting: str) -> None:
    assert list(near_names.notes({name: "a"})) == [f"{name} is not read: the setting is called {setting}"]
    assert list(near_names.notes({name: "a", setting: " "})) == list(near_names.notes({name: "a"}))
    assert list(near_names.notes({name: "a", setting: "b"})) == []
    assert list(near_names.notes({name: " "})) == []
    assert list(near_names.problems({name: "a"})) == []


@pytest.mark.parametrize("name", sorted({*LAMBDA, *OTHER_TOOLS, *HOSTILE}))
def test_names_of_others_are_left_alone(name: str) -> None:
    assert [*near_names.problems({name: "a"}), *near_names.notes({name: "a"})] == []


def test_long_name_is_compared_and_shown_by_its_beginning() -> None:
    name = "PROTECTED_USERS" + "_" * 100_000

    assert list(near_names.problems({name: "a"})) == [
        f"{name[:100]} protects nobody: the setting is called PROTECTED_USERS"
    ]


def test_every_setting_that_is_read_is_known_to_the_names() -> None:
    class Asked(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            read.add(name)
            return super().get(name, default)

    read: set[str] = set()
    Settings.from_environ(Asked(ACCESS_TOKEN="k"))

    assert read
    assert read <= {*near_names.PROTECTING, *near_names.OTHERS}


def test_function_answers_500_where_a_misspelt_name_protects_nobody() -> None:
    environ = {"ACCESS_TOKEN": "local-key", "PROTECTED_USER": "nora@example.com"}

    with imported(environ) as (module, _):
        answered = module.handler(api_gateway_event(body=NORA), Context())

    told = "PROTECTED_USER protects nobody: the setting is called PROTECTED_USERS"
    assert answered == plain(500, f"the function is not set up: {told}", REQUEST_ID)


def told_in(lines: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for line in lines:
        yield line["level"], line["event"], line["message"]


def test_function_logs_a_name_that_is_not_read_once() -> None:
    with imported({"ACCESS_TOKEN": "local-key", "OPSGENIE_URL": OPSGENIE}) as (_, log):
        pass

    sentence = "OPSGENIE_URL is not read: the setting is called OPSGENIE_API_URL"
    assert list(told_in(log.lines)) == [("WARNING", "setting", sentence)]


def test_flask_run_logs_a_name_that_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS_TOKEN", "k")
    monkeypatch.setenv("TIME_BUDGETS", "60")

    with capture_log(create_app) as log:
        pass

    assert list(told_in(log.lines)) == [
        ("WARNING", "setting", "TIME_BUDGETS is not read: the setting is called TIME_BUDGET")
    ]
    assert "60" not in json.dumps([line["message"] for line in log.lines])
