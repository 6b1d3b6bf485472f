"""Output for programs: one JSON object."""

import json
from typing import Any

from console import streams


def as_json(value: Any) -> str:
    """Format a value as indented JSON that standard output can show whole."""
    # Names may contain lone surrogates: only those are escaped, since UTF-8 cannot encode them.
    text = json.dumps(value, indent=2, ensure_ascii=not streams.shows_unicode())
    return text.encode("utf-8", "backslashreplace").decode()
