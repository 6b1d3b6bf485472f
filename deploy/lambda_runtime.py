"""Lambda's runtime: the Python, the processor, the C library, and their names for pip."""

import platform
import sys

from deploy.errors import PackageError

ARCHITECTURE, MACHINE = "arm64", "aarch64"  # Lambda's word and the wheels' for the same thing
# Python that Lambda offers -> minor number of its glibc: Amazon Linux 2 has 2.26, Amazon Linux 2023 has 2.34.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}


def runtime() -> str:
    """Name Lambda's runtime for the running Python, so that what is tested is what ships."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version not in GLIBC:
        raise PackageError(f"package: Lambda has no Python {version}; make .venv with one of {', '.join(GLIBC)}")
    return f"python{version}"


def python_version() -> str:
    """Return the runtime's version of Python, such as 3.11."""
    return runtime().removeprefix("python")


def pip_options() -> list[str]:
    """Return the options that make pip install for Lambda, on any machine."""
    version = python_version()
    # pip takes each platform literally: a newer one does not include the older ones.
    tags = [f"manylinux_2_{minor}_{MACHINE}" for minor in range(GLIBC[version], 16, -1)] + [f"manylinux2014_{MACHINE}"]
    options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={version}"]
    return options + [f"--platform={tag}" for tag in tags]


def markers() -> dict[str, str]:
    """Return the values of requirement markers on Lambda; pip would use those of this machine.

    https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
    """
    return {
        "implementation_name": "cpython",
        "implementation_version": platform.python_version(),
        "os_name": "posix",
        "platform_machine": MACHINE,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": platform.python_version(),
        "python_version": python_version(),
        "sys_platform": "linux",
        "extra": "",
    }


def extension_tag() -> str:
    """Return the tag in a compiled module's file name, between name and `.so`."""
    return f"cpython-{python_version().replace('.', '')}-{MACHINE}-linux-gnu"
