"""The function's variables: the settings of the chosen product, checked by the service, and those of every product."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime.config import is_config_secret

from deploy.setting_checks import SSM
from service.settings import JSM, OPSGENIE, SECRETS, Settings, chosen

if TYPE_CHECKING:
    from deploy.stack_config import StackConfig

SETTINGS = {
    OPSGENIE: {"ACCESS_TOKEN": "accessToken", "OPSGENIE_API_URL": "opsgenieApiUrl"},
    JSM: {
        "JSM_SITE": "jsmSite",
        "JSM_EMAIL": "jsmEmail",
        "JSM_API_TOKEN": "jsmToken",
        "JSM_ORG_KEY": "jsmOrgKey",
        "JSM_END": "jsmEnd",
        "JSM_CLOUD_ID": "jsmCloudId",
        "JSM_ORG_ID": "jsmOrgId",
        "JSM_API_URL": "jsmApiUrl",
        "JSM_TRUST_TOKEN": "jsmTrustToken",
    },
}
"""The setting of the stack behind each variable, by product."""

SECRET = {name for names in SECRETS.values() for name in names}
SECRET_SETTINGS = {setting for settings in SETTINGS.values() for name, setting in settings.items() if name in SECRET}
LONGEST_SECRET = 500
STORED = 110
"""Characters of a parameter's name and version, with the names of their variables."""

MOST_BYTES = 4096
"""What Lambda takes of variables, as JSON.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


@dataclass(frozen=True)
class ProductSettings:
    """The variables for the product; those that are secrets and set are apart."""

    plain: dict[str, str]
    secrets: dict[str, pulumi.Output[str]]


def read(source: pulumi.Config) -> ProductSettings:
    """Read the settings that the product needs."""
    product = source.require("product")
    given = {name: source.get(setting) or "" for name, setting in _settings_of(product).items()}
    return ProductSettings(
        {"PRODUCT": product, **{name: value for name, value in given.items() if name not in SECRET}},
        {
            name: source.require_secret(setting)
            for name, setting in _settings_of(product).items()
            if name in SECRET and given[name]
        },
    )


def of_every_product(config: "StackConfig") -> dict[str, str]:
    """Return the variables that do not depend on the product."""
    return {
        "PROTECTED_USERS": ",".join(config.protected_users),
        # A silent name server must not outlast the request: our time-outs do not cover look-ups.
        "RES_OPTIONS": "timeout:1 attempts:2",
    }


def problems(source: pulumi.Config, config: "StackConfig") -> Iterator[str]:
    """Yield a message for each setting that the service or Lambda would refuse, without quoting a secret."""
    settings = {"PRODUCT": "product", **_settings_of(config.product.plain["PRODUCT"])}
    secrets = {name: source.get(settings[name]) or "" for name in config.product.secrets}
    yield from _refused_by_service({**config.product.plain, **secrets}, settings)
    yield from _unfit({settings[name]: secret for name, secret in secrets.items()}, source)
    if config.secret_store == SSM:
        secrets = {f"{name}_PARAMETER": "-" * STORED for name in secrets}
    size = len(json.dumps({**config.product.plain, **secrets, **of_every_product(config)}, separators=(",", ":")))
    if size > MOST_BYTES:
        yield (
            f"the variables of the function take {size} bytes of the {MOST_BYTES} that Lambda has for them: shorten "
            f"protectedUsers{'' if config.secret_store == SSM else ', or set secretStore to ssm'}"
        )


def _unfit(secrets: Mapping[str, str], source: pulumi.Config) -> Iterator[str]:
    for setting, secret in secrets.items():
        if len(secret) > LONGEST_SECRET:
            yield f"{setting} takes at most {LONGEST_SECRET} characters"
        if not is_config_secret(source.full_key(setting)):
            yield f"{setting} is not encrypted: `pulumi config set --secret {setting}` asks for it and encrypts it"


def _refused_by_service(variables: Mapping[str, str], settings: Mapping[str, str]) -> Iterator[str]:
    """Let the service check them, so that nothing is deployed that it would refuse; name the stack's settings."""
    found: list[str] = []
    Settings.read(variables, found)
    for problem in found:
        sentence = re.sub("[A-Z_]+", lambda word: settings.get(word[0], word[0]), problem)
        name, _, how = problem.partition(" is not set: ")
        secret = " --secret" if name in SECRET else ""
        yield f"{sentence}; `pulumi config set{secret} {settings[name]}` asks for it" if how else sentence


def settings_from(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the stack whose function gets these variables of a product."""
    settings = {"PRODUCT": "product", **_settings_of(variables["PRODUCT"])}
    return {settings[name]: value for name, value in variables.items()}


def _settings_of(product: str) -> dict[str, str]:
    return {
        variable: setting for each in chosen({"PRODUCT": product}, []) for variable, setting in SETTINGS[each].items()
    }
