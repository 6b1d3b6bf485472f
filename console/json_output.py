"""What a program reads: one JSON object."""

import json
from typing import Any


def as_json(value: Any) -> str:
    """Return JSON that a person can read too."""
    # Opsgenie's names may have halves of characters: those alone are escaped, since nothing can print them.
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
