"""The package: the same bytes every time, all that Lambda needs, and nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from unittest import mock

import pytest

from deploy import bytecode, dependencies, lambda_runtime, package
from deploy.lock import Pin
from deploy.package import PackageError
from tests.support.made_up_project import SHIPPED


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


def test_unchanged_inputs_install_and_compile_nothing(project, monkeypatch):
    before = package.build(project)
    monkeypatch.setattr(subprocess, "run", None)

    assert package.build(project) == before


def test_changed_code_gives_another_zip_without_reinstalling(project, wheels):
    before = package.build(project)
    shutil.rmtree(wheels)
    (project / "service/handler.py").write_text("handler = repr\n")
    after = package.build(project)

    assert (after.path, after.sha256) != (before.path, before.sha256)


def test_concurrent_builds_do_not_disturb_each_other(project):
    code = f"from deploy import package; import pathlib; print(package.build(pathlib.Path({str(project)!r})).sha256)"
    command = [sys.executable, "-c", code]
    running = [
        subprocess.Popen(command, cwd=package.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    results = [process.communicate() for process in running]

    assert len({out for out, _ in results}) == 1, results
    assert package.build(project).sha256.encode() in results[0][0]


def test_build_uses_the_installation_of_a_faster_build(project, monkeypatch):
    install = dependencies.install

    def overtaken(pins: list[Pin], tree: Path, lock: Path) -> None:
        install(pins, tree, lock)
        for name in stages:
            shutil.copytree(tree, tree.parents[1] / name)

    first = package.build(project)
    stages = [stage.name for stage in (project / "build").glob(".stage-*")]
    shutil.rmtree(project / "build")
    monkeypatch.setattr(dependencies, "install", overtaken)

    assert package.build(project) == first


def test_installation_deleted_during_the_build_is_reported(project, monkeypatch):
    monkeypatch.setattr(bytecode, "compile_tree", lambda tree, _: shutil.rmtree(tree))

    with pytest.raises(PackageError, match=r"/stage: No such file or directory$"):
        package.build(project)


def test_old_zips_are_deleted(project, monkeypatch):
    monkeypatch.setattr(package, "KEPT", {"function-*.zip": 2})
    for number in range(4):
        (project / "service/handler.py").write_text(f"handler = {number}\n")
        newest = package.build(project).path

    assert newest.exists()
    assert len(list((project / "build").glob("*.zip"))) == 2


def test_unwritable_build_folder_is_reported(project):
    (project / "build").write_text("in the way")

    with pytest.raises(PackageError, match=rf"^package: {project}/build: File exists$"):
        package.build(project)


def test_zip_whose_timestamp_cannot_be_updated_is_still_used(project, monkeypatch):
    before = package.build(project)
    monkeypatch.setattr(os, "utime", mock.Mock(side_effect=PermissionError(1, "Operation not permitted")))

    assert package.build(project) == before


def test_builders_lists_every_imported_deploy_module():
    code = "import sys, deploy.package; print(*sorted(name for name in sys.modules if name.startswith('deploy.')))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=package.ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert loaded == sorted(f"deploy.{name}" for name in package.BUILDERS)


def test_python_that_lambda_lacks_is_rejected(monkeypatch):
    monkeypatch.setattr(lambda_runtime, "GLIBC", {"3.9": 26})

    with pytest.raises(PackageError, match=r"no Python 3\.\d+; make \.venv with one of 3\.9"):
        package.runtime()
