"""A requests adapter that hands each request to a WSGI app in this process: no socket, the same bytes."""

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from local.opsgenie import ConnectionDropped


class WsgiAdapter(BaseAdapter):
    """Serve the session's requests from `app`."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        raw_uri = request.path_url
        builder = EnvironBuilder(
            path=urlsplit(raw_uri).path,
            query_string=urlsplit(raw_uri).query,
            base_url="http://opsgenie.test/",
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=request.body or b"",
        )
        environ = builder.get_environ()
        environ["REQUEST_URI"] = environ["RAW_URI"] = raw_uri
        try:
            body, status, headers = run_wsgi_app(self._app, environ, buffered=True)
            content = b"".join(body)
        except ConnectionDropped as error:
            raise requests.ConnectionError(error) from error
        raw = HTTPResponse(
            io.BytesIO(content), headers=dict(headers), status=int(status.split()[0]), preload_content=False
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""
