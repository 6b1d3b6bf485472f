"""The log of exchanges: each request with its answer, as JSON lines that a schema can be laid over."""

import json
import threading
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from local.simulator.store import Item


def plain(data: bytes) -> Any:
    """Read a body: its JSON, its text where it is something else, None where it is empty."""
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return data.decode(errors="replace")


class ExchangeLog:
    """Append a line for each exchange to a file: method, path, query, status, request and response."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def write(self, request: Item, answer: Response) -> None:
        """Log one exchange; a body that is made while it is sent is logged as null."""
        body = None if answer.is_streamed else plain(answer.get_data())
        line = json.dumps({**request, "status": answer.status_code, "response": body}, ensure_ascii=False)
        with self._lock, self._file.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
