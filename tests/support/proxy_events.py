"""Events as API Gateway's REST API sends them to Lambda, and the context that Lambda adds."""

from dataclasses import dataclass
from typing import Any

REQUEST_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
API_KEY_ID = "k1e2y3i4d5"
SOURCE_IP = "203.0.113.7"


def api_gateway_event(
    *,
    method: str = "POST",
    path: str = "/",
    body: str | None = None,
    encoded: bool = False,
    request_id: str = REQUEST_ID,
    content_type: str = "application/x-www-form-urlencoded",
) -> dict[str, Any]:
    """Make the event of a call that curl sends through the API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    headers = {
        "Accept": "*/*",
        "Content-Type": content_type,
        "Host": "abc123.execute-api.us-east-1.amazonaws.com",
        "User-Agent": "curl/8.5.0",
        "X-Forwarded-For": SOURCE_IP,
        "x-api-key": "the-callers-own-key",
    }
    return {
        "resource": "/",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "httpMethod": method,
            "identity": {"apiKeyId": API_KEY_ID, "sourceIp": SOURCE_IP, "userAgent": "curl/8.5.0"},
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "stage": "v1",
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


@dataclass(frozen=True)
class Context:
    """The parts of Lambda's invocation context that are used here."""

    aws_request_id: str = "lambda-request-id"
    milliseconds: int = 29_000

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left."""
        return self.milliseconds
