"""What is kept of the environment of the caller: the names below, and nothing else.

Settings of the service, of Flask, Python, AWS, Pulumi or ministack that happen to be set belong to something else, and
there are too many to list those to drop.
"""

import os
from fnmatch import fnmatchcase

MACHINE = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What any program needs to run on this machine."""

LOCALE = ("LANG", "LANGUAGE", "LC_*")

PIP = (
    *("PIP_*", "XDG_*", "NETRC", "DBUS_SESSION_BUS_ADDRESS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Where pip finds its settings, passwords and keyring, proxies, and CA certificates.

https://pip.pypa.io/en/stable/topics/configuration/
"""

NO_ACCOUNT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Settings that keep AWS's SDKs away from this user's or machine's account.

https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""


def for_children() -> dict[str, str]:
    """Return the environment of a process that serves on this machine, without any proxy."""
    return {**_chosen(*MACHINE), **NO_ACCOUNT, "PYTHONUTF8": "1"}


def keep_only(*more: str) -> None:
    """Keep in this process's environment only what it needs, and what the patterns in `more` match in either case."""
    kept = {**_chosen(*MACHINE, *LOCALE, *more), **NO_ACCOUNT}
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ.update(kept)


def _chosen(*patterns: str) -> dict[str, str]:
    # Proxy variables come in either case.
    return {
        name: value
        for name, value in os.environ.items()
        if any(fnmatchcase(name.upper(), pattern) for pattern in patterns)
    }
