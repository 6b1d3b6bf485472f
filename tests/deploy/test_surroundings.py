"""Neither what a person has set for pip and Python nor where it runs changes the zip or breaks the build."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy import package
from deploy.package import PackageError
from tests.deploy.made_up import SHIPPED, locked, write_project, write_wheel

# Each one alone changes the zip or stops the build, unless it is kept from pip.
HOSTILE = {
    "user": "yes",
    "prefix": "/no/such/folder",
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
    "report": "report.json",
    "log": "/no/such/folder/log",
    "quiet": "3",
    "python": "/no/such/python",
    "src": "elsewhere",
    "use-deprecated": "legacy-resolver",
    "require-virtualenv": "yes",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without settings, in a folder of their own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(home: Path, section: str, settings: dict[str, str]) -> None:
    """Write a person's file of pip's settings."""
    folder = home / ".config/pip"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (folder / "pip.conf").write_text("\n".join([f"[{section}]", *lines, ""]))


def test_settings_of_pip_in_the_environment_do_not_change_the_zip(project, home, monkeypatch):
    before = package.build(project)
    before.path.rename(home / "before.zip")
    for stage in (project / "build").glob(".stage-*"):
        stage.rename(home / "before")
    for name, value in HOSTILE.items():
        monkeypatch.setenv(f"PIP_{name.upper().replace('-', '_')}", value)

    assert package.build(project) == before
    assert not (home / "elsewhere").exists()


@pytest.mark.parametrize("section", ["global", "install"])
def test_settings_of_pip_in_a_file_do_not_change_the_zip(section, project, home, monkeypatch, wheels):
    for name in ("PIP_CONFIG_FILE", "PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name)
    configure(home, section, HOSTILE | {"no-index": "yes", "find-links": f"\n  {wheels}"})

    with zipfile.ZipFile(package.build(project).path) as archive:
        assert {name for name in archive.namelist() if not name.endswith(".pyc")} == SHIPPED


def test_what_the_lock_does_not_name_for_lambda_is_not_installed(tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels))
    with (project / "service/requirements.txt").open("a") as text:
        for name, marker in (("here", f"sys_platform == '{sys.platform}'"), ("there", "platform_machine == 'aarch64'")):
            line = locked(name, write_wheel(wheels, name, files={f"{name}.py": ""}))
            text.write(line.replace(" \\", f" ; {marker} and platform_machine == 'aarch64' \\", 1))

    with zipfile.ZipFile(package.build(project).path) as archive:
        assert {"here.py", "there.py"} <= set(archive.namelist())


def test_dependency_without_a_wheel_for_lambda_is_named(tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels, tag="cp39-cp39-win32"))

    with pytest.raises(PackageError) as caught:
        package.build(project)

    assert str(caught.value).splitlines()[0] == (
        "package: the package index has no tiny==1.0 for Lambda's platform; "
        "another version or another index may have it:"
    )


def test_another_file_than_the_locked_one_is_refused(tmp_path, wheels):
    write_wheel(wheels)
    project = write_project(tmp_path / "project", "0" * 64)

    with pytest.raises(PackageError) as caught:
        package.build(project)

    assert str(caught.value).splitlines()[0] == (
        "package: a file is not the one that service/requirements.txt was made from:"
    )


def test_python_without_pip_is_named(project, tmp_path, monkeypatch):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv/bin/python")
    monkeypatch.setattr(sys, "executable", python)

    with pytest.raises(PackageError) as caught:
        package.build(project)

    assert str(caught.value) == (
        f"package: {python} has no pip; run `{python} -m ensurepip`:\n  {python}: No module named pip"
    )


def test_variables_of_python_and_the_locale_do_not_change_the_zip(tmp_path, wheels):
    sha256 = write_wheel(wheels)
    here, there = (write_project(tmp_path / name, sha256) for name in ("here", "größe there"))
    for project in (here, there):
        (project / "service/größe.py").write_text('NAME = "größe"\nassert {1, 2} != {"a", "b"}\n', encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/zipfile.py").write_text("raise SystemExit('not this one')\n")
    (tmp_path / "elsewhere/pip.py").write_text("raise SystemExit('not this one')\n")
    environ = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPYCACHEPREFIX": str(tmp_path / "pycache"),
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
        "TMPDIR": str(tmp_path / "elsewhere"),
        "FORCE_COLOR": "1",
        "COLUMNS": "20",
    }
    code = "import pathlib, sys; from deploy import package; print(package.build(pathlib.Path(sys.argv[1])).sha256)"

    done = subprocess.run(
        [sys.executable, "-c", code, str(there)],
        cwd=package.ROOT,
        env={**os.environ, **environ},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == package.build(here).sha256
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["pip.py", "zipfile.py"]


def test_modules_that_lie_around_are_not_taken_for_those_of_pip(project, tmp_path, monkeypatch):
    (tmp_path / "around").mkdir()
    for name in ("pip", "compileall", "zipfile"):
        (tmp_path / f"around/{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "around"))
    monkeypatch.chdir(tmp_path / "around")

    package.build(project)
