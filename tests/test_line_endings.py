"""Every checkout has LF line ends: bash and make need them, and the zip ships the files unchanged."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.package import ROOT


@pytest.fixture
def git(tmp_path: Path) -> dict[str, str]:
    """An environment whose git writes CRLF, which is how Git for Windows is set up."""
    (tmp_path / "gitconfig").write_text("[core]\n\tautocrlf = true\n\teol = crlf\n[safe]\n\tdirectory = *\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return environ | {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.mark.skipif(not ((ROOT / ".git").exists() and shutil.which("git")), reason="not a checkout, or no git")
def test_checkout_with_autocrlf_keeps_lf(git, tmp_path):
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", "--no-hardlinks", ROOT.as_uri(), str(clone)]
    subprocess.run(command, env=git, check=True)
    files = {file.relative_to(clone).as_posix(): file for file in clone.rglob("*") if file.is_file()}
    ours = {name: file.read_bytes() for name, file in files.items() if not name.startswith(".git/")}

    assert {"Makefile", ".ci/run", "service/handler.py", "service/requirements.txt"} <= ours.keys()
    assert sorted(name for name, data in ours.items() if b"\r\n" in data) == []
