"""Output for programs: one JSON object."""

import json
from typing import Any


def as_json(value: Any) -> str:
    """Format a value as indented JSON."""
    # Opsgenie's names may contain lone surrogates: only those are escaped, since UTF-8 cannot encode them.
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
