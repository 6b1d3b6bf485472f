"""What a resource is created from, and what comes of it."""

from typing import Any

Created = tuple[str, dict[str, Any]]


class Inputs(dict[str, Any]):
    """A resource's inputs; numbers reach a mock as floats, where AWS wants whole ones."""

    def whole(self, name: str) -> int:
        """Return a number that is a whole one."""
        return int(self[name])
