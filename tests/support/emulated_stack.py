"""A stack of this project on an AWS emulator, with the real `pulumi` command and nothing that outlives the test."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import yaml

from deploy import package
from local.processes import free_port
from local.stack import ministack_settings

TOKEN = "genie-key-of-the-test"
SERVICES = ("apigateway", "cloudwatch", "iam", "lambda", "logs", "s3", "sns", "ssm", "sts")


@contextlib.contextmanager
def started(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command, and kill its process group at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a command and its whole session: the plugins that it has started are in groups of their own.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            _state, _parent, _group, session, *_ = stat.read_text().rpartition(")")[2].split()
            if int(session) == process.pid:
                os.kill(int(stat.parent.name), signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def emulator(folder: Path) -> Iterator[int]:
    """Start the program that AWS_EMULATOR names, or ministack; yield its port on 127.0.0.1."""
    folder.mkdir()
    port = free_port()
    named = os.environ.get("AWS_EMULATOR")
    command = [sys.executable, *([named, "--port", str(port)] if named else ["-m", "tests.support.usable_ministack"])]
    environ = os.environ | ministack_settings(port, folder) | {"PYTHONPATH": str(package.ROOT)}
    with started(command, folder / "log", cwd=folder, env=environ) as process:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the emulator does not answer"
            time.sleep(0.2)
        yield port


def answers(port: int) -> bool:
    """Say whether the emulator is up."""
    try:
        return request(port, "GET", "/_ministack/health")[0] == 200
    except OSError:
        return False


def request(port: int, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    """Send one request to the emulator; return status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class EmulatedStack:
    """A copy of the project in a folder, deployed with `pulumi`."""

    def __init__(self, folder: Path, port: int, name: str) -> None:
        self.folder, self.port, self.name = folder / "project", port, name
        package.build()  # so that the copy need not install anything
        self.folder.mkdir()
        for part in ("service", "deploy", "build"):
            shutil.copytree(package.ROOT / part, self.folder / part)
        for file in [*package.ROOT.glob("*.py"), package.ROOT / "Pulumi.yaml"]:
            shutil.copy(file, self.folder)
        self._take_out("code_sha256")
        (self.folder / ".venv").symlink_to(sys.prefix)
        (folder / "state").mkdir()
        self.environ = os.environ | {
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "correct horse",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "NO_COLOR": "1",
        }
        self._configure()

    def _take_out(self, argument: str) -> None:
        """Remove an argument that the tests' provider, 5.100, does not know yet from the program."""
        program = self.folder / "__main__.py"
        text, count = re.subn(rf"^ +{argument}=.*\n", "", program.read_text(), flags=re.MULTILINE)
        assert count == 1
        program.write_text(text)

    def _configure(self) -> None:
        """Take the dev stack's values, more tags than an object can have, and AWS on this machine."""
        url = f"http://127.0.0.1:{self.port}"
        config = yaml.safe_load((package.ROOT / "Pulumi.dev.yaml").read_text())["config"]
        config |= {"aws:accessKey": "test", "aws:secretKey": "test", "aws:endpoints": [dict.fromkeys(SERVICES, url)]}
        config |= {
            f"aws:{name}": "true" for name in ("s3UsePathStyle", "skipCredentialsValidation", "skipMetadataApiCheck")
        }
        config["aws:defaultTags"] = {"tags": {f"tag{number}": "of the test" for number in range(12)}}
        self.region = config["aws:region"]
        self.config = config
        self.init(self.name)

    def init(self, name: str, **settings: Any) -> None:
        """Create another stack and select it."""
        self.name = name
        config = {**self.config, **{f"opsgenie-offboarding:{setting}": value for setting, value in settings.items()}}
        (self.folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
        self.pulumi("stack", "init", name)
        self.set("--secret", "accessToken", TOKEN)

    def set(self, *words: str) -> None:
        """Set a value of the configuration."""
        self.pulumi("config", "set", *words)

    def rename(self, name: str) -> None:
        """Give the stack another name."""
        self.pulumi("stack", "rename", name)
        self.name = name

    def pulumi(self, *arguments: str, fails: bool = False) -> str:
        """Run a pulumi command that must succeed, or fail; return its output."""
        log = self.folder.parent / "pulumi.log"
        command = ["pulumi", "--non-interactive", *arguments]
        with started(command, log, cwd=self.folder, env=self.environ) as process:
            process.wait(300)
        assert (process.returncode != 0) == fails, f"pulumi {arguments[0]}:\n{log.read_text()}"
        return log.read_text()

    def up(self, *arguments: str) -> dict[str, Any]:
        """Deploy; return the outputs, secrets included."""
        self.pulumi("up", "--yes", "--skip-preview", *arguments)
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        return outputs

    def select(self, name: str) -> None:
        """Select another stack."""
        self.pulumi("stack", "select", name)
        self.name = name

    def killed_up(self) -> None:
        """Deploy until a function exists that the state does not know yet, then kill everything."""
        log = self.folder.parent / "killed.log"
        command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview"]
        with started(command, log, cwd=self.folder, env=self.environ) as process:
            deadline = time.monotonic() + 120
            while not self.aws("lambda").list_functions()["Functions"]:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            kill(process)

    def move(self, name: str) -> None:
        """Move to another folder, as a colleague would."""
        self.folder = self.folder.rename(self.folder.with_name(name))
        self.pulumi("stack", "select", self.name)

    def aws(self, service: str) -> Any:
        """Return a client of the emulator."""
        url = f"http://127.0.0.1:{self.port}"
        return boto3.client(
            service, self.region, endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def post(self, outputs: dict[str, Any], body: str = "{}", **headers: str) -> tuple[int, str]:
        """Send the service an object, by default an empty one, as curl would."""
        host, stage = outputs["url"].removeprefix("https://").rstrip("/").split("/")
        local = f"{host.split('.')[0]}.execute-api.localhost:{self.port}"
        return request(self.port, "POST", f"/{stage}/", body, Host=local, **headers)
