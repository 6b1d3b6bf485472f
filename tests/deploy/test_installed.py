"""Installed packages are checked against the lock, their requirements and Lambda's processor."""

from pathlib import Path

import pytest

from deploy import installed, package
from deploy.lock import Pin
from deploy.package import PackageError
from tests.support.made_up_project import elf, metadata, write_project, write_wheel

LOCK = Path("service/requirements.txt")
PINS = [Pin("tiny", "1.0", ()), Pin("other-one", "2.0", ())]
ABOVE = "package: what pip installed is not what service/requirements.txt names for Lambda:"
OURS = f"cpython-{package.runtime()[6:].replace('.', '')}-aarch64-linux-gnu"


def write(stage: Path, name: str, version: str, *needs: str) -> None:
    about = stage / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(metadata(name, version, *needs))


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """The packages that the lock names, with typical requirements and files."""
    stage = tmp_path / "stage"
    write(stage, "tiny", "1.0", "Other.One>=2,<3", "nothing; extra == 'more'", "nothing; sys_platform == 'win32'")
    write(stage, "Other_One", "2.0.0")
    for name in ("fast.abi3.so", "plain.so", f"tiny/fast.{OURS}.so", "tiny.libs/libz-1a2b.so.1.2", "tiny/tool"):
        (stage / name).parent.mkdir(exist_ok=True)
        (stage / name).write_bytes(elf())
    (stage / "tiny/__init__.py").touch()
    (stage / "tiny/data.so.txt").write_text("no library")
    return stage


def problems(stage: Path) -> list[str]:
    """Return what is wrong with a folder."""
    with pytest.raises(PackageError) as caught:
        installed.check(stage, PINS, LOCK)
    first, *lines = str(caught.value).splitlines()
    assert first == ABOVE
    return [line.strip() for line in lines]


def test_packages_matching_the_lock_pass(stage):
    installed.check(stage, PINS, LOCK)


def test_missing_extra_and_other_versions_are_reported(stage):
    (stage / "tiny-1.0.dist-info/METADATA").unlink()
    (stage / "tiny-1.0.dist-info").rmdir()
    write(stage, "tiny", "1.1")
    write(stage, "more", "3.0")
    (stage / "Other_One-2.0.0.dist-info").rename(stage / "elsewhere")

    assert problems(stage) == [
        "tiny is 1.1, not 1.0",
        "other-one 2.0 is missing",
        "more 3.0 is there, and not in the lock",
    ]


def test_absent_folder_reports_every_package_as_missing(tmp_path):
    assert problems(tmp_path / "never") == ["tiny 1.0 is missing", "other-one 2.0 is missing"]


@pytest.mark.parametrize("need", ["more>=1", "other-one>=3", "more; python_version >= '3.11'"])
def test_unmet_requirement_of_a_package_is_reported(need, stage):
    (stage / "tiny-1.0.dist-info/METADATA").write_text(metadata("tiny", "1.0", need))

    assert [line.replace('"', "'") for line in problems(stage)] == [
        f"tiny 1.0 needs {need}, which the lock lacks; run `make lock`"
    ]


@pytest.mark.parametrize("name", ["fast.abi3.so", "tiny.libs/libz-1a2b.so.1.2", "tiny/tool"])
@pytest.mark.parametrize("head", [elf(62), elf(40), b"\x7fELF\x01" + elf()[5:], b"\x7fELF\x02\x02" + elf()[6:]])
def test_library_for_another_processor_is_reported(name, head, stage):
    (stage / name).write_bytes(head)

    assert problems(stage) == [f"{name} is not for aarch64 on Linux"]


@pytest.mark.parametrize("head", [b"", b"\xcf\xfa\xed\xfe" + bytes(40), b"MZ", b"\x7fELF"])
def test_library_not_for_linux_is_reported(head, stage):
    (stage / "plain.so").write_bytes(head)

    assert problems(stage) == ["plain.so is not for aarch64 on Linux"]


@pytest.mark.parametrize(
    "tag", ["cpython-39-aarch64-linux-gnu", "cpython-311-x86_64-linux-gnu", "pypy39-pp73-aarch64-linux-gnu"]
)
def test_module_for_another_python_is_reported(tag, stage):
    (stage / f"tiny/fast.{tag}.so").write_bytes(elf())

    assert problems(stage) == [f"tiny/fast.{tag}.so is not for {OURS}"]


def test_installation_unfit_for_lambda_is_not_kept(tmp_path, wheels):
    sha256 = write_wheel(wheels, needs=("more",), files={"tiny/fast.so": elf(62)})
    project = write_project(tmp_path / "project", sha256)

    with pytest.raises(PackageError) as caught:
        package.build(project)

    assert str(caught.value).splitlines() == [
        ABOVE,
        "  tiny 1.0 needs more, which the lock lacks; run `make lock`",
        "  tiny/fast.so is not for aarch64 on Linux",
    ]
    assert list((project / "build").iterdir()) == []
