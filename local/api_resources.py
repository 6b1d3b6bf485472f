"""How the resources of the REST API are created on the local AWS: one small function a type."""

from typing import TYPE_CHECKING

from local.inputs import Created, Inputs

if TYPE_CHECKING:
    from local.aws import LocalAws


def rest_api(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Create the API."""
    policy = {"policy": inputs["policy"]} if inputs.get("policy") else {}
    types = [inputs["endpointConfiguration"]["types"]]
    made = aws.client("apigateway").create_rest_api(
        name=inputs["name"], endpointConfiguration={"types": types}, **policy
    )
    arn = f"arn:aws:execute-api:{aws.region}:{aws.account}:{made['id']}"
    return made["id"], {"rootResourceId": made["rootResourceId"], "executionArn": arn}


def method(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    """Create a method."""
    aws.client("apigateway").put_method(
        restApiId=inputs["restApi"],
        resourceId=inputs["resourceId"],
        httpMethod=inputs["httpMethod"],
        authorizationType=inputs["authorization"],
        apiKeyRequired=inputs["apiKeyRequired"],
    )
    return name, {}


def integration(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    """Create what a method calls."""
    aws.client("apigateway").put_integration(
        restApiId=inputs["restApi"],
        resourceId=inputs["resourceId"],
        httpMethod=inputs["httpMethod"],
        type=inputs["type"],
        integrationHttpMethod=inputs["integrationHttpMethod"],
        uri=inputs["uri"],
        timeoutInMillis=inputs.whole("timeoutMilliseconds"),
    )
    return name, {}


def deployment(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Create a copy of the API as it is."""
    return aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])["id"], {}


def stage(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Create a stage; its URL is where this AWS serves it."""
    api, stage = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    # Where this AWS serves a stage without the help of a name server.
    return f"{api}-{stage}", {"invokeUrl": f"{aws.endpoint}/_aws/execute-api/{api}/{stage}"}


def method_settings(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    """Set the stage's limits."""
    settings = inputs["settings"]
    values = {
        "throttling/rateLimit": settings["throttlingRateLimit"],
        "throttling/burstLimit": int(settings["throttlingBurstLimit"]),
        "metrics/enabled": str(settings["metricsEnabled"]).lower(),
    }
    patches = [
        {"op": "replace", "path": f"/{inputs['methodPath']}/{setting}", "value": str(value)}
        for setting, value in values.items()
    ]
    aws.client("apigateway").update_stage(
        restApiId=inputs["restApi"], stageName=inputs["stageName"], patchOperations=patches
    )
    return name, {}


def usage_plan(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Create a usage plan."""
    throttle, quota = inputs["throttleSettings"], inputs["quotaSettings"]
    made = aws.client("apigateway").create_usage_plan(
        name=inputs["name"],
        apiStages=[{"apiId": stage["apiId"], "stage": stage["stage"]} for stage in inputs["apiStages"]],
        throttle={"rateLimit": throttle["rateLimit"], "burstLimit": int(throttle["burstLimit"])},
        quota={"limit": int(quota["limit"]), "period": quota["period"]},
    )
    return made["id"], {}


def api_key(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Create an API key."""
    made = aws.client("apigateway").create_api_key(name=inputs["name"], enabled=True)
    return made["id"], {"value": made["value"]}


def usage_plan_key(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    """Let a key use a plan."""
    made = aws.client("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return made["id"], {}
