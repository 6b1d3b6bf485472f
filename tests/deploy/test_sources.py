"""Files in service/: Python ships, and what cannot ship is an error, not left out or waited for."""

import os
from pathlib import Path

import pytest

from deploy import bytecode, package, sources
from deploy.package import PackageError


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A folder with one module."""
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "app.py").write_bytes(b"APP = 1\n")
    return folder


def refusal(service: Path) -> str:
    """Return why a folder cannot ship."""
    with pytest.raises(PackageError) as caught:
        sources.read(service)
    return str(caught.value)


def test_modules_in_folders_ship_and_other_files_do_not(service):
    (service / "inner").mkdir()
    (service / "inner/__init__.py").touch()
    (service / "notes.txt").touch()
    (service / "__pycache__").mkdir()
    (service / "__pycache__/old.py").touch()

    (service / "zip.py").touch()

    assert list(sources.read(service).items()) == [
        ("service/app.py", b"APP = 1\n"),
        ("service/inner/__init__.py", b""),
        ("service/zip.py", b""),
    ]


def test_dotfiles_do_not_ship(service):
    (service / ".#app.py").symlink_to("somebody@example.com.123")  # an editor's, while it has changes
    (service / "._app.py").write_bytes(b"\0\0")  # a Mac's, on another system's disk
    (service / ".ipynb_checkpoints").mkdir()
    (service / ".ipynb_checkpoints/app.py").touch()

    assert list(sources.read(service)) == ["service/app.py"]


def test_symlinked_modules_and_folders_ship(service, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/rules.py").write_bytes(b"RULES = 2\n")
    (service / "shared").symlink_to(tmp_path / "shared")
    (service / "rules.py").symlink_to(tmp_path / "shared/rules.py")
    (service / "nothing").symlink_to("nowhere")

    assert sources.read(service) == {
        "service/app.py": b"APP = 1\n",
        "service/rules.py": b"RULES = 2\n",
        "service/shared/rules.py": b"RULES = 2\n",
    }


def test_dangling_symlink_is_rejected(service):
    (service / "gone.py").symlink_to("nowhere.py")

    assert refusal(service) == f"package: {service}/gone.py is a link to nothing; delete it or let it lead to a file"


def test_circular_symlinks_are_rejected(service):
    (service / "a.py").symlink_to("b.py")
    (service / "b.py").symlink_to("a.py")

    assert refusal(service) == f"package: {service}/a.py is a link to nothing; delete it or let it lead to a file"


def test_symlink_to_a_parent_folder_is_rejected(service):
    (service / "inner").mkdir()
    (service / "inner/again").symlink_to(service)

    assert refusal(service) == f"package: {service}/inner/again is a link to a folder that it is in; delete it"


@pytest.mark.timeout(10)
def test_named_pipe_is_rejected(service):
    os.mkfifo(service / "pipe.py")

    assert refusal(service) == (
        f"package: {service}/pipe.py is a pipe, a socket or a device, and should be a file; "
        "rename it or move it elsewhere"
    )


def test_folder_named_like_a_module_is_rejected(service):
    (service / "folder.py").mkdir()

    assert refusal(service) == (
        f"package: {service}/folder.py is a folder, and should be a file; rename it or move it elsewhere"
    )


def test_file_name_not_in_utf_8_is_rejected(service):
    name = os.fsdecode(b"caf\xe9.py")
    (service / name).touch()

    assert refusal(service) == f"package: the name of '{service}/caf\\udce9.py' is not in UTF-8; rename it"


def test_folder_without_python_files_is_rejected(service):
    (service / "app.py").unlink()

    assert refusal(service) == f"package: {service} has no Python file"


def test_syntax_error_is_reported_with_its_location(service, tmp_path):
    (service / "app.py").write_text("def app(:\n")

    with pytest.raises(PackageError) as caught:
        bytecode.compile_tree(tmp_path, "what is in service/")

    first, *lines = str(caught.value).splitlines()
    assert first == "package: what is in service/ cannot be compiled:"
    assert [line.strip() for line in lines] == [
        'File "/var/task/service/app.py", line 1',
        "def app(:",
        "^",
        "SyntaxError: invalid syntax",
    ]


def test_missing_service_folder_is_reported(tmp_path):
    with pytest.raises(PackageError, match=rf"^package: {tmp_path}/service: No such file or directory$"):
        package.build(tmp_path)


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")])
def test_unreadable_file_is_reported(error, project, monkeypatch):
    read_bytes = Path.read_bytes

    def unreadable(path: Path) -> bytes:
        if path.name == "handler.py":
            error.filename = str(path)
            raise error
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", unreadable)

    with pytest.raises(PackageError, match=rf"^package: {project}/service/handler.py: {error.strerror}$"):
        package.build(project)


def test_unreadable_folder_is_reported(project, monkeypatch):
    iterdir = Path.iterdir
    (project / "service/inner").mkdir()

    def unreadable(path: Path) -> object:
        if path.name == "inner":
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", unreadable)

    with pytest.raises(PackageError, match=rf"^package: {project}/service/inner: Permission denied$"):
        package.build(project)
