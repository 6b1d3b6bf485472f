"""Create the resources of the REST API on the local AWS: one small function per type."""

from local.aws.clients import Create, Created, Inputs, LocalAws


def _rest_api(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    types = [inputs["endpointConfiguration"]["types"]]
    made = aws.client("apigateway").create_rest_api(
        name=inputs["name"], endpointConfiguration={"types": types}, policy=inputs["policy"]
    )
    arn = f"arn:aws:execute-api:{aws.region}:{aws.account}:{made['id']}"
    return made["id"], {"rootResourceId": made["rootResourceId"], "executionArn": arn}


def _method(aws: LocalAws, name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method(
        restApiId=inputs["restApi"],
        resourceId=inputs["resourceId"],
        httpMethod=inputs["httpMethod"],
        authorizationType=inputs["authorization"],
        apiKeyRequired=inputs["apiKeyRequired"],
    )
    return name, {}


def _integration(aws: LocalAws, name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_integration(
        restApiId=inputs["restApi"],
        resourceId=inputs["resourceId"],
        httpMethod=inputs["httpMethod"],
        type=inputs["type"],
        integrationHttpMethod=inputs["integrationHttpMethod"],
        uri=inputs["uri"],
        timeoutInMillis=inputs["timeoutMilliseconds"],
    )
    return name, {}


def _deployment(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    return aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])["id"], {}


def _stage(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    api, stage = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    patches = [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
        for name, value in inputs.get("accessLogSettings", {}).items()
    ]
    if patches:
        aws.client("apigateway").update_stage(restApiId=api, stageName=stage, patchOperations=patches)
    # Where this AWS serves a stage without the help of a name server.
    return f"{api}-{stage}", {"invokeUrl": f"{aws.endpoint}/_aws/execute-api/{api}/{stage}"}


def _method_settings(aws: LocalAws, name: str, inputs: Inputs) -> Created:
    settings = inputs["settings"]
    values = {
        "throttling/rateLimit": settings["throttlingRateLimit"],
        "throttling/burstLimit": settings["throttlingBurstLimit"],
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


def _usage_plan(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    throttle, quota = inputs["throttleSettings"], inputs["quotaSettings"]
    made = aws.client("apigateway").create_usage_plan(
        name=inputs["name"],
        apiStages=[{"apiId": stage["apiId"], "stage": stage["stage"]} for stage in inputs["apiStages"]],
        throttle={"rateLimit": throttle["rateLimit"], "burstLimit": throttle["burstLimit"]},
        quota={"limit": quota["limit"], "period": quota["period"]},
    )
    return made["id"], {}


def _api_key(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    made = aws.client("apigateway").create_api_key(name=inputs["name"], enabled=True)
    return made["id"], {"value": made["value"]}


def _usage_plan_key(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    made = aws.client("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return made["id"], {}


CREATE: dict[str, Create] = {
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/method:Method": _method,
    "aws:apigateway/integration:Integration": _integration,
    "aws:apigateway/deployment:Deployment": _deployment,
    "aws:apigateway/stage:Stage": _stage,
    "aws:apigateway/methodSettings:MethodSettings": _method_settings,
    "aws:apigateway/usagePlan:UsagePlan": _usage_plan,
    "aws:apigateway/apiKey:ApiKey": _api_key,
    "aws:apigateway/usagePlanKey:UsagePlanKey": _usage_plan_key,
}
