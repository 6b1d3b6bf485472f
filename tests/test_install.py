"""`make` and `pulumi install` install exactly what the locks name, on any day, with any pip from 23.0.

The packages are empty but have the real names, versions and dependencies. A folder serves as the package index, which
also has a newer release of each than the locks name.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tests.support.local_stack import ROOT

PIPS = Path(sys.prefix) / "pips"
PIN = re.compile(
    r"^(?P<name>[\w.-]+)(?P<extras>\[.*?\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>.*?))? \\$", re.MULTILINE
)
LOCKS = {"requirements.txt": ".run", "requirements-local.txt": ".local", "requirements-dev.txt": ".dev"}

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Index:
    """A folder of wheels, and the locks with the hashes of these wheels."""

    wheels: Path
    locks: dict[str, str]
    pins: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Index with newer releases."""
    folder = tmp_path_factory.mktemp("index")
    locks, pins = {}, {}
    for lock in LOCKS:
        found = list(PIN.finditer((ROOT / lock).read_text()))
        hashes = [write_wheel(folder, pin["name"], pin["version"]) for pin in found]
        locks[lock] = "".join(
            f"{pin[0]}\n    --hash=sha256:{digest}\n" for pin, digest in zip(found, hashes, strict=True)
        )
        pins[lock] = {
            str(canonicalize_name(pin["name"])): pin["version"]
            for pin in found
            if pin["marker"] is None or Marker(pin["marker"]).evaluate()
        }
        for pin in found:
            write_wheel(folder, pin["name"], "9999")
    return Index(folder, locks, pins)


def write_wheel(folder: Path, name: str, version: str) -> str:
    """Write an empty wheel that needs what the real package needs; return its SHA-256."""
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{path.name.removesuffix('-py3-none-any.whl')}.dist-info"
    try:
        needs = metadata.requires(name) or []
        extras = metadata.metadata(name).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:  # another platform's
        needs, extras = [], []
    fields = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    fields += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {need}" for need in needs]
    files = {
        f"{info}/METADATA": "\n".join(fields) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(zipfile.ZipInfo(file), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh clone whose locks are those of the index."""
    folder = tmp_path / "a fresh clone"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    for lock, text in index.locks.items():
        (folder / lock).write_text(text)
    for name in [name for name in os.environ if name.startswith(("PIP_", "MAKE", "MFLAGS"))]:
        monkeypatch.delenv(name)
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(index.wheels), "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return folder


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in a project."""
    return run(project, "make", *arguments)


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a project; stdout has all its output."""
    return subprocess.run(
        command, cwd=project, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=150
    )


def make_environment(project: Path, pip: str | None) -> Path:
    """Make .venv with one of the pips, or none; return its site-packages."""
    done = run(project, sys.executable, "-m", "venv", "--without-pip", ".venv")
    assert done.returncode == 0, done.stdout
    (packages,) = (project / ".venv").glob("lib/python*/site-packages")
    if pip:
        shutil.copytree(PIPS / pip, packages, ignore=shutil.ignore_patterns("bin"), dirs_exist_ok=True)
    return packages


def installed(project: Path) -> dict[str, str]:
    """Return what .venv has besides pip and setuptools."""
    folders = [str(folder) for folder in (project / ".venv").glob("lib/python*/site-packages")]
    found = {str(canonicalize_name(one.name)): one.version for one in metadata.distributions(path=folders)}
    return {name: version for name, version in found.items() if name not in {"pip", "setuptools"}}


@pytest.mark.parametrize("pip", ["oldest", "newest"])
@pytest.mark.parametrize("lock", LOCKS)
def test_make_installs_what_a_lock_names_and_nothing_else(project: Path, index: Index, lock: str, pip: str) -> None:
    make_environment(project, pip)

    done = make(project, f".venv/{LOCKS[lock]}")

    assert done.returncode == 0, done.stdout
    assert installed(project) == index.pins[lock]


@pytest.mark.parametrize("pip", ["oldest", "newest"])
def test_pulumi_install_installs_what_the_lock_names(project: Path, index: Index, pip: str) -> None:
    """The command is Pulumi's own, which leaves the dependencies to pip.

    https://github.com/pulumi/pulumi/blob/master/sdk/python/toolchain/pip.go
    """
    make_environment(project, pip)

    done = run(project, ".venv/bin/python", "-m", "pip", "install", "-r", "requirements.txt")

    assert done.returncode == 0, done.stdout
    assert installed(project) == index.pins["requirements.txt"]


def test_parallel_make_installs_one_lock_at_a_time(project: Path, index: Index) -> None:
    make_environment(project, "newest")

    done = make(project, "-j4", ".venv/.dev", ".venv/.local", ".venv/.run")

    assert done.returncode == 0, done.stdout
    assert re.findall(r"installing (\S+)", done.stdout) == list(LOCKS)
    assert installed(project) == index.pins["requirements-dev.txt"]


def test_nothing_is_installed_again_until_a_lock_changes(project: Path) -> None:
    make_environment(project, "newest")
    make(project, ".venv/.run")

    assert "installing" not in make(project, ".venv/.run").stdout
    os.utime(project / "requirements.txt")
    assert "installing requirements.txt" in make(project, ".venv/.run").stdout


def test_python_warning_does_not_trigger_a_reinstall(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_environment(project, "newest")
    make(project, ".venv/.run")
    monkeypatch.setenv("PYTHONWARNINGS", "nonsense")  # every Python warns of it at its start

    assert "installing" not in make(project, ".venv/.run").stdout


def test_environment_without_pip_gets_pip(project: Path) -> None:
    """As `uv venv` makes it, and `python3 -m venv` where ensurepip fails."""
    make_environment(project, None)

    done = make(project, ".venv/.whole")

    assert (done.returncode, done.stdout) == (0, "")
    assert run(project, ".venv/bin/python", "-c", "import pip").returncode == 0


def test_environment_whose_python_is_gone_is_rebuilt(project: Path, index: Index) -> None:
    make_environment(project, "newest")
    assert make(project, ".venv/.run").returncode == 0
    for link in (project / ".venv/bin").glob("python*"):
        link.unlink()
        link.symlink_to("/usr/bin/a-python-that-is-gone")

    done = make(project, f"PYTHON={sys.executable}", ".venv/.run")

    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("making the virtual environment .venv\ninstalling requirements.txt")
    assert installed(project) == index.pins["requirements.txt"]


def write_python(path: Path, script: str) -> Path:
    """Write a fake Python that intercepts some arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n{script}\nexec "{sys.executable}" "$@"\n')
    path.chmod(0o755)
    return path


WITHOUT_ENSUREPIP = """
case "$*" in
    *ensurepip*) exit 1 ;;
    *'import pip'*) exit 1 ;;
    '-m venv'*)
        mkdir -p .venv/bin
        cp "$0" .venv/bin/python
        echo 'The environment was not created: no ensurepip'
        exit 1 ;;
esac"""


def test_python_without_ensurepip_is_reported_on_every_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like Debian's python3 without python3-venv, which leaves a broken environment."""
    python = write_python(tmp_path / "python", WITHOUT_ENSUREPIP)
    monkeypatch.setenv("PATH", os.defpath)  # no uv to fall back on

    first, second = (make(project, f"PYTHON={python}", ".venv/.run") for _ in range(2))

    sentence = "make: .venv has no pip, and cannot be given it: "
    assert f"{sentence}The environment was not created: no ensurepip\n" in first.stdout
    assert f"{sentence}on Debian and Ubuntu, apt install python3-venv\n" in second.stdout
    assert {first.returncode, second.returncode} == {2}
    assert "installing" not in first.stdout + second.stdout


OTHER = 'case "$2" in *version_info*) echo 3.12.99; exit 0 ;; esac'


def test_python_other_than_the_environments_is_refused(project: Path, tmp_path: Path) -> None:
    make_environment(project, "newest")
    there = ".".join(map(str, sys.version_info[:3]))
    python = write_python(tmp_path / "python3.12", OTHER)

    done = make(project, f"PYTHON={python}", ".venv/.run")

    assert done.stdout.startswith(
        f"make: .venv has Python {there}, PYTHON={python} is 3.12.99; remove the environment first: make clean\n"
    )
    assert done.returncode == 2


def test_python_of_the_environment_is_accepted(project: Path) -> None:
    make_environment(project, "newest")

    assert make(project, f"PYTHON={sys.executable}", ".venv/.whole").returncode == 0


@pytest.mark.parametrize("made", [False, True], ids=["named", "in .venv"])
def test_too_old_python_is_refused(project: Path, tmp_path: Path, made: bool) -> None:
    path = project / ".venv/bin/python" if made else tmp_path / "python3.10"
    python = write_python(path, 'case "$2" in *version_info*) exit 1 ;; esac')
    arguments = [] if made else [f"PYTHON={python}"]

    done = make(project, *arguments, ".venv/.run")

    sentence = (
        "make: .venv has no Python 3.11 or newer; remove it first: make clean\n"
        if made
        else f"make: {python} is missing or older than Python 3.11; name another one: make PYTHON=python3.12 ...\n"
    )
    assert done.stdout.startswith(sentence)
    assert done.returncode == 2
