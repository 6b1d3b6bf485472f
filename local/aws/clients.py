"""The clients of the local AWS, and the types for creating its resources."""

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from local.processes import HOST
from local.samples import REGION

Inputs = dict[str, Any]
Created = tuple[str, dict[str, Any]]
"""The id of a resource, and its outputs beside its inputs."""


class LocalAws:
    """The clients of one ministack."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://{HOST}:{port}"
        self.region = REGION
        self._session = boto3.Session(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.account = self.client("sts").get_caller_identity()["Account"]

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, which ignores proxy variables."""
        # Resources are created concurrently, and a session is not thread-safe.
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service, endpoint_url=self.endpoint, config=Config(proxies={})
                )
            return self._clients[service]


Create = Callable[[LocalAws, str, Inputs], Created]
"""Creates a resource from the AWS, its name in the program and its inputs."""
