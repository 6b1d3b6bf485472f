"""Check what pip installed before keeping it: only the lock's packages, for Lambda's platform."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from deploy import lambda_runtime
from deploy.errors import PackageError
from deploy.lock import Pin

# The first 20 bytes of a 64-bit little-endian ELF file, and the number of the processor at their end.
# https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
ELF64, MACHINE_AT, AARCH64 = b"\x7fELF\x02\x01", slice(18, 20), 183


def check(stage: Path, pins: list[Pin], lock: Path) -> None:
    """Raise PackageError if a folder lacks a lock's packages, holds others, or is for another platform."""
    there = {str(canonicalize_name(found.metadata["Name"])): found for found in distributions(path=[str(stage)])}
    problems = [*_other_versions(pins, there), *_unmet_needs(there), *_other_platforms(stage)]
    if problems:
        lines = "\n  ".join(problems)
        raise PackageError(f"package: what pip installed is not what {lock} names for Lambda:\n  {lines}")


def _other_versions(pins: list[Pin], there: dict[str, Distribution]) -> Iterator[str]:
    for pin in pins:
        found = there.get(pin.name)
        if found is None:
            yield f"{pin.name} {pin.version} is missing"
        elif Version(found.version) != Version(pin.version):
            yield f"{pin.name} is {found.version}, not {pin.version}"
    for name in sorted(there.keys() - {pin.name for pin in pins}):
        yield f"{name} {there[name].version} is there, and not in the lock"


def _unmet_needs(there: dict[str, Distribution]) -> Iterator[str]:
    """Yield unmet requirements, which `pip install --no-deps` ignores."""
    for found in there.values():
        for need in map(Requirement, found.requires or []):
            if need.marker is not None and not need.marker.evaluate(lambda_runtime.markers()):
                continue
            met = there.get(canonicalize_name(need.name))
            if met is None or not need.specifier.contains(met.version, prereleases=True):
                yield f"{found.metadata['Name']} {found.version} needs {need}, which the lock lacks; run `make lock`"


def _other_platforms(stage: Path) -> Iterator[str]:
    for file in sorted(path for path in stage.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            head = stream.read(20)
        library = re.search(r"\.so(\.\d+)*$", file.name)
        if not library and not head.startswith(b"\x7fELF"):
            continue
        name, machine = file.relative_to(stage).as_posix(), int.from_bytes(head[MACHINE_AT], "little")
        tag = re.search(r"\.((?:cpython|pypy|graalpy)[\w-]*)\.so$", file.name)
        if not head.startswith(ELF64) or machine != AARCH64:
            yield f"{name} is not for {lambda_runtime.MACHINE} on Linux"
        elif tag and tag[1] != lambda_runtime.extension_tag():
            yield f"{name} is not for {lambda_runtime.extension_tag()}"
