"""A made-up service that needs a made-up wheel, so that no test of the package needs a network."""

import hashlib
import zipfile
from pathlib import Path

from packaging.utils import canonicalize_name

FILES = {
    "tiny/__init__.py": "SIZE = 1\n",
    "tiny/py.typed": "",
    "tiny/tests/test_tiny.py": "",
    "tiny-1.0.data/scripts/tiny": "#!python\n",
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


def metadata(name: str, version: str, *needs: str) -> str:
    """Return the METADATA of a package."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {need}" for need in needs),
    ]
    return "".join(f"{line}\n" for line in lines)


def write_wheel(
    folder: Path,
    name: str = "tiny",
    version: str = "1.0",
    *,
    tag: str = "py3-none-any",
    needs: tuple[str, ...] = (),
    files: dict[str, str | bytes] | None = None,
) -> str:
    """Write a wheel and return its SHA-256."""
    path, about = folder / f"{name}-{version}-{tag}.whl", f"{name}-{version}.dist-info"
    members: dict[str, str | bytes] = {
        f"{about}/METADATA": metadata(name, version, *needs),
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    members |= FILES if files is None else files
    members[f"{about}/RECORD"] = "".join(f"{member},,\n" for member in members)
    with zipfile.ZipFile(path, "w") as wheel:
        for member, data in members.items():
            wheel.writestr(zipfile.ZipInfo(member), data)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def locked(name: str, sha256: str, version: str = "1.0") -> str:
    """Return the lines of a lock."""
    return f"{canonicalize_name(name)}=={version} \\\n    --hash=sha256:{sha256}\n    # via -r\n"


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
    (root / "service/requirements.txt").write_text(locked("tiny", sha256))
    return root


def elf(machine: int = 183) -> bytes:
    """Return the head of a 64-bit ELF file for a processor; 183 is aarch64, 62 is x86-64."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + (3).to_bytes(2, "little") + machine.to_bytes(2, "little") + bytes(44)
