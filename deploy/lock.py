"""Read service/requirements.txt for Lambda; check it against service/requirements.in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from deploy import lambda_runtime
from deploy.errors import PackageError


@dataclass(frozen=True)
class Pin:
    """One package of a lock: its normalized name, its version, its files' hashes."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as pip reads it."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash={digest}" for digest in self.hashes)])


def pins(text: str, path: Path) -> list[Pin]:
    """Parse a lock's pins for Lambda; raise PackageError for any line that is not NAME==VERSION."""
    return [pin for line in _lines(text.replace("\\\n", " ")) if (pin := _pin(line, path))]


def check(wanted: str, locked: Iterable[Pin], in_file: Path, path: Path) -> None:
    """Check each line of a .in file against the locked version; raise PackageError."""
    versions = {pin.name: pin.version for pin in locked}
    for line in _lines(wanted):
        requirement = _requirement(line, in_file)
        version = versions.get(canonicalize_name(requirement.name), "")
        fits = version and requirement.specifier.contains(version, prereleases=True)
        if _for_lambda(requirement) and not fits:
            raise PackageError(f"package: {path} is out of date for `{line}`; run `make lock`")


def _lines(text: str) -> list[str]:
    """Return the lines of a requirements file without comments."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def _pin(line: str, path: Path) -> Pin | None:
    words, *hashes = re.split(r"\s+--hash=", line)
    requirement = _requirement(words, path)
    exact = re.fullmatch(r"==([^=*,]+)", str(requirement.specifier))
    if exact is None:
        raise PackageError(f"package: {path}: `{words}` is not NAME==VERSION; run `make lock`")
    if not _for_lambda(requirement):
        return None
    return Pin(canonicalize_name(requirement.name), exact[1], tuple(digest.strip() for digest in hashes))


def _requirement(line: str, path: Path) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement as error:
        raise PackageError(
            f"package: {path}: `{line}` is no requirement; write NAME and a range of versions"
        ) from error


def _for_lambda(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(lambda_runtime.markers())
