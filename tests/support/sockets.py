"""What the processes of this machine listen on, from /proc: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html"""

import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

PROC = Path("/proc")
LISTENS = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
"""Where sockets are listed, and the state of a listening one."""


def descendants(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    children: dict[int, set[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # already ended
            # The program's name, in brackets, may contain anything.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, set()).add(int(stat.parent.name))
    found, new = {pid}, {pid}
    while new:
        new = {child for parent in new for child in children.get(parent, set())} - found
        found |= new
    return found


def listeners(pids: set[int]) -> set[tuple[str, int]]:
    """Return the addresses and ports that any of these processes listens on."""
    return {address for pid in pids for inode, address in _listening(pid) if inode in _sockets_of(pid)}


def _listening(pid: int) -> Iterator[tuple[str, tuple[str, int]]]:
    for table, state in LISTENS.items():
        with suppress(OSError):
            for line in (PROC / str(pid) / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == state:
                    yield fields[9], _address(fields[1])


def _address(text: str) -> tuple[str, int]:
    """Read an address as the kernel prints it: in words of four bytes, each in reverse order."""
    host, _, port = text.partition(":")
    words = [bytes.fromhex(host[start : start + 8])[::-1] for start in range(0, len(host), 8)]
    address = IPv4Address(words[0]) if len(words) == 1 else IPv6Address(b"".join(words))
    return str(address), int(port, 16)


def _sockets_of(pid: int) -> set[str]:
    inodes = set()
    with suppress(OSError):
        for descriptor in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):
                if match := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                    inodes.add(match[1])
    return inodes
