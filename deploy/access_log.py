"""The access log: a line for each request to API Gateway, including those that it answers itself."""

import json

import pulumi_aws as aws
from pulumi import ResourceOptions

# Never $context.identity.apiKey, which is the key.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
LINE = {
    "request_id": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "ip": "$context.identity.sourceIp",
    "api_key_id": "$context.identity.apiKeyId",
    "method": "$context.httpMethod",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "latency_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
}


def settings(name: str, tags: dict[str, str], retention_days: int) -> aws.apigateway.StageAccessLogSettingsArgs:
    """Make the log group, which outlives the stack like the function's; return the stage's settings for it."""
    logs = aws.cloudwatch.LogGroup(
        f"/aws/apigateway/{name}",
        retention_in_days=retention_days,
        tags=tags,
        opts=ResourceOptions(retain_on_delete=True),
    )
    return aws.apigateway.StageAccessLogSettingsArgs(destination_arn=logs.arn, format=json.dumps(LINE))
