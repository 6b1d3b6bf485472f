"""The lock: what it names for Lambda, checked against its .in file, and unreadable files."""

import os
import re
from pathlib import Path

import pytest

from deploy import files, lock, package
from deploy.lock import Pin
from deploy.package import PackageError

IN, TXT = Path("requirements.in"), Path("requirements.txt")


def test_each_line_gives_a_pin_with_its_hashes():
    text = "# by hand\nA_b.C==1.0 \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\n    # via -r in\nd[e]==2.0.post1\n"

    assert lock.pins(text, TXT) == [Pin("a-b-c", "1.0", ("sha256:11", "sha256:22")), Pin("d", "2.0.post1", ())]
    assert str(lock.pins(text, TXT)[0]) == "a-b-c==1.0 --hash=sha256:11 --hash=sha256:22"


def test_markers_are_evaluated_for_lambda():
    text = """
        a==1.0 ; sys_platform == 'win32'
        a==2.0 ; sys_platform != 'win32' \\
            --hash=sha256:11
        b==1.0 ; platform_machine == 'x86_64'
        c==1.0 ; python_full_version < '3.11'
        d==1.0 ; platform_machine == 'aarch64' and platform_system == 'Linux' and os_name == 'posix'
        e==1.0 ; implementation_name != 'cpython' or platform_python_implementation == 'PyPy'
    """

    assert lock.pins(text, TXT) == [Pin("a", "2.0", ("sha256:11",)), Pin("d", "1.0", ())]


@pytest.mark.parametrize("line", ["a>=1.0", "a==1.*", "a", "a==1.0,!=1.1", "a===1.0", "a @ https://example.com/a.whl"])
def test_line_without_an_exact_version_is_rejected(line):
    with pytest.raises(PackageError) as caught:
        lock.pins(f"{line}\n", TXT)

    assert re.sub("`.*` is", "` ` is", str(caught.value)) == (
        "package: requirements.txt: ` ` is not NAME==VERSION; run `make lock`"
    )


@pytest.mark.parametrize("line", ["--index-url https://example.com", "-r other.txt", "<<<<<<< HEAD", "./a.whl"])
def test_line_that_is_not_a_requirement_is_rejected(line):
    message = f"package: requirements.txt: `{line}` is no requirement; write NAME and a range of versions"
    with pytest.raises(PackageError, match=f"^{re.escape(message)}$"):
        lock.pins(f"{line}\n", TXT)


def test_requirement_not_for_lambda_needs_no_pin():
    lock.check("a>=1\nb; sys_platform == 'win32'\n", [Pin("a", "1.5", ())], IN, TXT)


@pytest.mark.parametrize("line", ["a>=2", "b", "a>=1,<1.5"])
def test_lock_out_of_date_with_its_in_file_is_rejected(line):
    message = f"package: requirements.txt is out of date for `{line}`; run `make lock`"
    with pytest.raises(PackageError, match=f"^{re.escape(message)}$"):
        lock.check(f"# what ships\n{line}  # why\n", [Pin("a", "1.5", ())], IN, TXT)


def test_empty_lock_is_rejected():
    with pytest.raises(PackageError, match=r"^package: requirements.txt is out of date for `a`; run `make lock`$"):
        lock.check("a\n", lock.pins("", TXT), IN, TXT)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", ["requirements.in", "requirements.txt"])
@pytest.mark.parametrize(
    ("instead", "message"),
    [
        (lambda _: None, ": No such file or directory"),
        (Path.mkdir, " is a folder, and should be a file; rename it or move it elsewhere"),
        (os.mkfifo, " is a pipe, a socket or a device, and should be a file; rename it or move it elsewhere"),
        (lambda path: path.symlink_to("nowhere"), " is a link to nothing; delete it or let it lead to a file"),
        (lambda path: path.write_bytes(b"a # caf\xe9\n"), " is not in UTF-8 (byte 7); save it as UTF-8"),
    ],
    ids=["missing", "folder", "pipe", "link", "latin-1"],
)
def test_missing_or_unreadable_requirements_file_is_reported(name, instead, message, project):
    path = project / "service" / name
    path.unlink()
    instead(path)

    with pytest.raises(PackageError, match=f"^package: {re.escape(f'{path}{message}')}$"):
        package.build(project)


def test_reads_windows_line_endings_and_byte_order_mark(tmp_path):
    (tmp_path / "lock.txt").write_bytes(b"\xef\xbb\xbfa==1.0 \\\r\n    --hash=sha256:11\r\n    # via\r\n")

    assert lock.pins(files.read_text(tmp_path / "lock.txt"), TXT) == [Pin("a", "1.0", ("sha256:11",))]
