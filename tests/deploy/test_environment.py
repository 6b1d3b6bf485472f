"""Neither settings of pip and Python nor the place it runs in change the zip or break the build."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy import package
from deploy.package import PackageError
from tests.support.made_up_project import locked, write_project, write_wheel

CPYTHON = "cp3{0}-cp3{0}".format(sys.version_info[1])
# Other settings of pip: it would install something else or elsewhere, or nothing.
SETTINGS = {
    "user": "yes",
    "prefix": "elsewhere",
    "root": "elsewhere",
    "target": "elsewhere",
    "constraint": "none.txt",
    "requirement": "none.txt",
    "editable": "none",
    "platform": "win32",
    "python-version": "2.7",
    "implementation": "pp",
    "abi": "none",
    "dry-run": "yes",
    "no-deps": "no",
    "require-hashes": "no",
    "no-binary": ":all:",
    "only-binary": "tiny",
    "pre": "yes",
    "upgrade": "yes",
    "ignore-installed": "yes",
    "report": "report.json",
    "log": "/dev/null/no/log",
    "quiet": "3",
    "python": "/no/such/python",
    "src": "elsewhere",
    "use-deprecated": "legacy-resolver",
    "require-virtualenv": "yes",
}
# Other settings of Python, locale and terminal.
ENVIRON = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPYCACHEPREFIX": "pycache",
    "PYTHONOPTIMIZE": "2",
    "PYTHONNODEBUGRANGES": "1",
    "PYTHONHASHSEED": "1",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONWARNINGS": "error",
    "LC_ALL": "C",
    "LANGUAGE": "de",
    "TZ": "Asia/Kathmandu",
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_COLOR": "1",
    "COLUMNS": "20",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings, also the current folder."""
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, sha256: str) -> Path:
    """Write a project with a non-ASCII module name."""
    write_project(root, sha256)
    (root / "service/größe.py").write_text('NAME = "größe"\nassert {1, 2} != {"a", "b"}\n', encoding="utf-8")
    return root


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Path:
    """A project that can be packed, in a non-ASCII folder."""
    return write(tmp_path / "die größte", write_wheel(wheels))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The SHA-256 of the same project's zip without settings."""
    folder = tmp_path_factory.mktemp("plain")
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in settings.items():
            patched.setenv(name, value)
        return package.build(write(folder / "project", write_wheel(folder))).sha256


def configure(home: Path, section: str, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the user's pip.conf, and let pip read it."""
    for name in ("PIP_CONFIG_FILE", "PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name)
    (home / ".config/pip").mkdir(parents=True)
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (home / ".config/pip/pip.conf").write_text("\n".join([f"[{section}]", *lines, ""]), encoding="utf-8")


def test_pip_environment_variables_do_not_change_the_zip(plain, project, home, monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PIP_{name.upper().replace('-', '_')}", value)

    assert package.build(project).sha256 == plain
    assert not (home / "elsewhere").exists()


@pytest.mark.parametrize("section", ["global", "install"])
def test_pip_configuration_file_does_not_change_the_zip(section, plain, project, home, monkeypatch, wheels):
    configure(home, section, SETTINGS | {"no-index": "yes", "find-links": f"\n  {wheels}"}, monkeypatch)

    assert package.build(project).sha256 == plain
    assert not (home / "elsewhere").exists()


def test_python_and_locale_variables_do_not_change_the_zip(plain, project, home, monkeypatch, wheels):
    wheels.rename(home / "räder")
    configure(home, "global", {"no-index": "yes", "find-links": f"{home}/räder"}, monkeypatch)
    (home / "temporary").mkdir()
    code = "import pathlib, sys; from deploy import package; print(package.build(pathlib.Path(sys.argv[1])).sha256)"

    done = subprocess.run(
        [sys.executable, "-c", code, str(project)],
        cwd=package.ROOT,
        env={**os.environ, **ENVIRON, "TMPDIR": str(home / "temporary")},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{plain}\n", "")
    assert list((home / "temporary").iterdir()) == []


def test_shadowing_modules_do_not_change_the_zip(plain, project, home, monkeypatch):
    for name in ("pip", "compileall", "zipfile"):
        (home / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.setenv("PYTHONPATH", str(home))

    assert package.build(project).sha256 == plain


def test_lock_markers_are_evaluated_for_lambda(tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels))
    with (project / "service/requirements.txt").open("a") as text:
        for name, machine in (("lambda", "aarch64"), ("another", "riscv64")):
            tag = f"{CPYTHON}-manylinux2014_{machine}"
            line = locked(name, write_wheel(wheels, name, tag=tag, files={f"{name}.py": ""}))
            text.write(line.replace(" \\", f" ; platform_machine == '{machine}' \\", 1))

    with zipfile.ZipFile(package.build(project).path) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    assert names == {"service", "tiny", "tiny-1.0.dist-info", "lambda.py", "lambda-1.0.dist-info", "__pycache__"}


@pytest.mark.parametrize("tag", ["cp39-cp39-manylinux2014_aarch64", f"{CPYTHON}-manylinux2014_x86_64"])
def test_dependency_without_a_wheel_for_lambda_is_reported(tag, tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels, tag=tag))

    assert refusal(project)[0] == (
        "package: the package index has no tiny==1.0 for Lambda's platform; "
        "another version or another index may have it:"
    )


def test_file_with_a_different_hash_is_refused(tmp_path, wheels):
    write_wheel(wheels)
    project = write_project(tmp_path / "project", "0" * 64)

    assert refusal(project)[0] == "package: a file is not the one that service/requirements.txt was made from:"


def test_a_lock_without_hashes_is_refused(project):
    (project / "service/requirements.txt").write_text("tiny==1.0\n")

    assert refusal(project)[0] == "package: service/requirements.txt is out of date; run `make lock`:"


def test_python_without_pip_is_reported(project, tmp_path, monkeypatch):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv/bin/python")
    monkeypatch.setattr(sys, "executable", python)

    assert refusal(project) == [
        f"package: {python} has no pip; run `{python} -m ensurepip`:",
        f"  {python}: No module named pip",
    ]


def refusal(project: Path) -> list[str]:
    """Return the lines that say why a project cannot be packed."""
    with pytest.raises(PackageError) as caught:
        package.build(project)
    return str(caught.value).splitlines()
