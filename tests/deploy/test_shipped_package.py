"""The zip that is deployed. `make package` has built it, so it is only read here."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from deploy import installed, lock, package
from deploy.package import Package


@pytest.fixture(scope="module")
def shipped() -> Package:
    """The zip of this project."""
    return package.build()


@pytest.fixture(scope="module")
def unzipped(shipped: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unzipped files."""
    folder = tmp_path_factory.mktemp("var-task")
    with zipfile.ZipFile(shipped.path) as archive:
        archive.extractall(folder)
    return folder


def in_lambda(folder: Path, code: str, **environ: str) -> str:
    """Run code as Lambda would: with the files of the zip and the standard library, and no other package."""
    environ = environ or {"ACCESS_TOKEN": "genie-key"}
    environ["PATH"] = os.defpath
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=environ, text=True, capture_output=True, check=True
    ).stdout


def test_zip_is_smaller_than_4_mb(shipped):
    assert shipped.size < 4_000_000


def test_zip_has_the_service_and_no_other_project_files(shipped):
    with zipfile.ZipFile(shipped.path) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}

    assert {"service", "flask", "requests", "awsgi"} <= top
    assert not top & {"tests", "local", "console", "bench", "bin", "build", "pip", "pulumi", "pulumi_aws"}
    ours = {name for name in names if name.startswith("service/") and "__pycache__" not in name}
    assert ours == {path.relative_to(package.ROOT).as_posix() for path in (package.ROOT / "service").rglob("*.py")}
    unwanted = r"Pulumi|\.env|/tests/|RECORD$|direct_url|INSTALLER|\.pyi$|x86_64|darwin|win32"
    assert [name for name in names if re.search(unwanted, name)] == []


def test_zip_matches_the_lock_and_lambdas_processor(unzipped):
    path = package.ROOT / "service/requirements.txt"
    installed.check(unzipped, lock.pins(path.read_text(), path), path)
    libraries = sorted(unzipped.rglob("*.so"))

    assert libraries
    assert {library.read_bytes()[18:20] for library in libraries} == {b"\xb7\0"}  # aarch64 in an ELF header


def test_zip_has_compiled_modules_and_all_licences(shipped):
    with zipfile.ZipFile(shipped.path) as archive:
        names = archive.namelist()

    assert sum(name.endswith(".pyc") for name in names) == sum(name.endswith(".py") for name in names)
    packages = {name.split("/")[0] for name in names if ".dist-info/" in name}
    assert packages == {name.split("/")[0] for name in names if re.search(r"\.dist-info/.*LICEN[CS]E", name)}


def answer_of(unzipped: Path, **environ: str) -> tuple[int, Any]:
    """Send the handler of the zip an event; return the status and the body."""
    event: dict[str, Any] = {
        "httpMethod": "POST",
        "path": "/",
        "headers": {},
        "queryStringParameters": None,
        "body": "{}",
    }
    event |= {"requestContext": {"requestId": "1"}}
    (handler,) = re.findall(r'handler="([\w.]+)"', (package.ROOT / "__main__.py").read_text())
    module, _, name = handler.rpartition(".")
    code = f"import json; from {module} import {name} as h; print(json.dumps(h({event!r}, None)))"
    answer = json.loads(in_lambda(unzipped, code, **environ).splitlines()[-1])
    return answer["statusCode"], json.loads(answer["body"])


def test_the_handler_answers_from_the_zip_alone(unzipped):
    assert answer_of(unzipped)[0] == 400


def test_parameter_key_without_boto3_answers_500(unzipped):
    status, body = answer_of(unzipped, ACCESS_TOKEN_PARAMETER="/opsgenie/key")

    assert (status, body["message"]) == (
        500,
        "the function is not set up: the parameter /opsgenie/key that ACCESS_TOKEN_PARAMETER names cannot be read: "
        "there is no boto3, which Lambda's own runtime has",
    )


def test_time_zones_are_known_where_the_runtime_has_none(unzipped):
    code = (
        "import zoneinfo; zoneinfo.reset_tzpath(to=());"
        "from service import coverage; print(coverage.is_known('Europe/Stockholm'), coverage.is_known('Asia/Kolkata'))"
    )

    assert in_lambda(unzipped, code) == "True True\n"


def test_cold_start_with_a_plain_key_does_not_import_boto3():
    code = "import sys, service.handler; print(sorted({'boto3', 'botocore'} & sys.modules.keys()))"
    environ = {**os.environ, "ACCESS_TOKEN": "genie-key"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package.ROOT, env=environ, text=True, capture_output=True, check=True
    )

    assert done.stdout == "[]\n"


def test_a_cold_import_costs_little_more_than_its_libraries(unzipped):
    def seconds(imports: str) -> float:
        return float(
            in_lambda(unzipped, f"import time; t = time.process_time(); {imports}; print(time.process_time() - t)")
        )

    # Other load on the machine slows both of a pair, and no one pair decides.
    ratios: list[float] = []
    while len(ratios) < 5 or (len(ratios) < 30 and median(ratios) >= 1.3):
        ratios.append(seconds("import service.handler") / seconds("import flask, requests"))

    assert median(ratios) < 1.3
