"""The package: the same bytes every time, all that Lambda needs, and nothing else.

Most tests pack a made-up service that needs a made-up wheel, so that none needs a network.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy import package
from deploy.package import PackageError

WHEEL = {
    "tiny/__init__.py": "SIZE = 1\n",
    "tiny/py.typed": "",
    "tiny/tests/test_tiny.py": "",
    "tiny-1.0.data/scripts/tiny": "#!python\n",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/licenses/LICENSE": "Do as you like.\n",
}
SHIPPED = {
    "service/__init__.py",
    "service/handler.py",
    "tiny/__init__.py",
    "tiny-1.0.dist-info/METADATA",
    "tiny-1.0.dist-info/WHEEL",
    "tiny-1.0.dist-info/licenses/LICENSE",
}


@pytest.fixture(autouse=True)
def wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of wheels that stands for the package index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return folder


def write_wheel(folder: Path, tag: str = "py3-none-any") -> str:
    """Write tiny 1.0 and return its SHA-256."""
    path = folder / f"tiny-1.0-{tag}.whl"
    files = WHEEL | {"tiny-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"}
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(zipfile.ZipInfo(name), text)
        wheel.writestr("tiny-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in files))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_project(root: Path, sha256: str, wanted: str = "tiny>=1") -> Path:
    """Write a service that needs tiny, among files that must not ship."""
    for name in ("Pulumi.dev.yaml", ".env", "tests/test_it.py", "local/aws.py", "service/.env", "service/notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("not for Lambda\n")
    (root / "service/__pycache__").mkdir()
    (root / "service/__pycache__/old.cpython-311.pyc").write_bytes(b"stale")
    (root / "service/__init__.py").touch()
    (root / "service/handler.py").write_text("import tiny\n\nhandler = print\n")
    (root / "service/requirements.in").write_text(f"# what ships\n{wanted}  # as an example\n")
    (root / "service/requirements.txt").write_text(f"tiny==1.0 \\\n    --hash=sha256:{sha256}\n    # via -r\n")
    return root


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Path:
    """A project that can be packed."""
    return write_project(tmp_path / "project", write_wheel(wheels))


def test_same_inputs_give_the_same_bytes_anywhere(project, tmp_path):
    other = tmp_path / "another folder" / "deeper"
    shutil.copytree(project, other)
    for file in other.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    first = package.build(project)

    previous = os.umask(0o077)
    try:
        second = package.build(other)
    finally:
        os.umask(previous)

    assert (first.path.name, first.sha256) == (second.path.name, second.sha256)
    assert first.size == first.path.stat().st_size


def test_only_the_service_and_its_dependencies_ship(project):
    with zipfile.ZipFile(package.build(project).path) as archive:
        names = set(archive.namelist())
        modes = {info.external_attr >> 16 for info in archive.infolist()}

    compiled = {name for name in names if name.endswith(".pyc")}
    assert names - compiled == SHIPPED
    assert len(compiled) == 3
    assert modes == {0o100644}


def test_no_change_installs_and_compiles_nothing(project, monkeypatch):
    before = package.build(project)
    monkeypatch.setattr(subprocess, "run", None)

    assert package.build(project) == before


def test_changed_code_is_another_zip_and_no_other_installation(project, wheels):
    before = package.build(project)
    shutil.rmtree(wheels)
    (project / "service/handler.py").write_text("handler = repr\n")
    after = package.build(project)

    assert (after.path, after.sha256) != (before.path, before.sha256)


def test_builds_at_the_same_time_do_not_disturb_each_other(project):
    code = f"from deploy import package; import pathlib; print(package.build(pathlib.Path({str(project)!r})).sha256)"
    command = [sys.executable, "-c", code]
    running = [
        subprocess.Popen(command, cwd=package.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    results = [process.communicate() for process in running]

    assert len({out for out, _ in results}) == 1, results
    assert package.build(project).sha256.encode() in results[0][0]


def test_the_installation_of_a_faster_build_is_taken(project, monkeypatch):
    compile_tree = package._compile

    def overtaken(tree: Path) -> None:
        compile_tree(tree)
        for stage in [tree.parents[1] / f".stage-{name}" for name in stages] if tree.name == "stage" else []:
            shutil.copytree(tree, stage)

    first = package.build(project)
    stages = [stage.name.removeprefix(".stage-") for stage in (project / "build").glob(".stage-*")]
    shutil.rmtree(project / "build")
    monkeypatch.setattr(package, "_compile", overtaken)

    assert package.build(project) == first


def test_an_installation_that_goes_while_it_is_made_is_named(project, monkeypatch):
    monkeypatch.setattr(package, "_compile", shutil.rmtree)

    with pytest.raises(PackageError, match=r"/stage: No such file or directory$"):
        package.build(project)


def test_old_zips_do_not_fill_the_disk(project, monkeypatch):
    monkeypatch.setattr(package, "KEPT", {"function-*.zip": 2})
    for number in range(4):
        (project / "service/handler.py").write_text(f"handler = {number}\n")
        newest = package.build(project).path

    assert newest.exists()
    assert len(list((project / "build").glob("*.zip"))) == 2


@pytest.mark.parametrize("wanted", ["tiny>=2", "another"])
def test_stale_lock_is_named(wanted, tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels), wanted)

    with pytest.raises(PackageError, match=f"out of date.*`{wanted}`; run `make lock`"):
        package.build(project)


@pytest.mark.parametrize("name", ["requirements.in", "requirements.txt"])
def test_missing_requirements_are_named(project, name):
    (project / "service" / name).unlink()

    with pytest.raises(PackageError, match=rf"/service/{re.escape(name)}: No such file or directory$"):
        package.build(project)


def test_dependency_without_a_wheel_for_lambda_is_named(tmp_path, wheels):
    project = write_project(tmp_path / "project", write_wheel(wheels, tag="cp39-cp39-win32"))

    with pytest.raises(PackageError, match=r"(?s)no wheel for Lambda's platform.*tiny"):
        package.build(project)


def test_another_file_than_the_locked_one_is_refused(tmp_path, wheels):
    write_wheel(wheels)
    project = write_project(tmp_path / "project", "0" * 64)

    with pytest.raises(PackageError, match=r"not the one that service/requirements.txt was made from"):
        package.build(project)


def test_no_network_is_named(project, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")

    with pytest.raises(PackageError, match="index cannot be reached"):
        package.build(project)


def test_folder_that_cannot_be_written_is_named(project):
    (project / "build").write_text("in the way")

    with pytest.raises(PackageError, match=r"/build: "):
        package.build(project)


def test_python_that_lambda_lacks_is_named(monkeypatch):
    monkeypatch.setattr(package, "GLIBC", {"3.9": 26})

    with pytest.raises(PackageError, match=r"no Python 3\.\d+; make \.venv with one of 3\.9"):
        package.runtime()


def test_python_without_pip_is_named(project, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(PackageError, match=r"no pip; run .* -m ensurepip"):
        package.build(project)
