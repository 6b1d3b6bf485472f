"""How each type of resource is created on the local AWS: one small function a type, in one table."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.aws import LocalAws

Created = tuple[str, dict[str, Any]]


class Inputs(dict[str, Any]):
    """A resource's inputs; numbers reach a mock as floats, where AWS wants whole ones."""

    def whole(self, name: str) -> int:
        """Return a number that is a whole one."""
        return int(self[name])


def _bucket(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    name, s3 = inputs["bucket"], aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.region})
    s3.put_bucket_policy(Bucket=name, Policy=inputs["policy"])
    return name, {"arn": f"arn:aws:s3:::{name}"}


def _public_access_block(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    settings = {
        "BlockPublicAcls": inputs["blockPublicAcls"],
        "BlockPublicPolicy": inputs["blockPublicPolicy"],
        "IgnorePublicAcls": inputs["ignorePublicAcls"],
        "RestrictPublicBuckets": inputs["restrictPublicBuckets"],
    }
    aws.client("s3").put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=settings)
    return inputs["bucket"], {}


def _encryption(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
            }
        }
        for rule in inputs["rules"]
    ]
    aws.client("s3").put_bucket_encryption(Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})
    return inputs["bucket"], {}


def _object(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    body = Path(inputs["source"].path).read_bytes()
    aws.client("s3").put_object(Bucket=inputs["bucket"], Key=inputs["key"], Body=body)
    return inputs["key"], {}


def _log_group(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    name, logs = inputs["name"], aws.client("logs")
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs.whole("retentionInDays"))
    return name, {"arn": f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{name}"}


def _role(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=inputs["assumeRolePolicy"])
    return name, {"arn": role["Role"]["Arn"], "name": name}


def _role_policy(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    aws.client("iam").put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{inputs['role']}:{name}", {}


def _function(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    logging = inputs["loggingConfig"]
    made = aws.client("lambda").create_function(
        FunctionName=inputs["name"],
        Role=inputs["role"],
        Runtime=inputs["runtime"],
        Architectures=inputs["architectures"],
        Handler=inputs["handler"],
        Code={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        Publish=inputs["publish"],
        Timeout=inputs.whole("timeout"),
        MemorySize=inputs.whole("memorySize"),
        LoggingConfig={"LogFormat": logging["logFormat"], "LogGroup": logging["logGroup"]},
        Environment={"Variables": inputs["environment"]["variables"]},
    )
    return inputs["name"], {"arn": made["FunctionArn"], "version": made["Version"]}


def _alias(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    made = aws.client("lambda").create_alias(
        FunctionName=inputs["functionName"], Name=inputs["name"], FunctionVersion=inputs["functionVersion"]
    )
    arn = made["AliasArn"]
    uri = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return arn, {"arn": arn, "invokeArn": uri}


def _permission(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        Qualifier=inputs["qualifier"],
        StatementId=name,
        Action=inputs["action"],
        Principal=inputs["principal"],
        SourceArn=inputs["sourceArn"],
    )
    return name, {}


def _rest_api(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    policy = {"policy": inputs["policy"]} if inputs.get("policy") else {}
    types = [inputs["endpointConfiguration"]["types"]]
    made = aws.client("apigateway").create_rest_api(
        name=inputs["name"], endpointConfiguration={"types": types}, **policy
    )
    arn = f"arn:aws:execute-api:{aws.region}:{aws.account}:{made['id']}"
    return made["id"], {"rootResourceId": made["rootResourceId"], "executionArn": arn}


def _method(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method(
        restApiId=inputs["restApi"],
        resourceId=inputs["resourceId"],
        httpMethod=inputs["httpMethod"],
        authorizationType=inputs["authorization"],
        apiKeyRequired=inputs["apiKeyRequired"],
    )
    return name, {}


def _integration(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
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


def _deployment(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    return aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])["id"], {}


def _stage(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    api, stage = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    # Where this AWS serves a stage without the help of a name server.
    return f"{api}-{stage}", {"invokeUrl": f"{aws.endpoint}/_aws/execute-api/{api}/{stage}"}


def _method_settings(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
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


def _usage_plan(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    throttle, quota = inputs["throttleSettings"], inputs["quotaSettings"]
    made = aws.client("apigateway").create_usage_plan(
        name=inputs["name"],
        apiStages=[{"apiId": stage["apiId"], "stage": stage["stage"]} for stage in inputs["apiStages"]],
        throttle={"rateLimit": throttle["rateLimit"], "burstLimit": int(throttle["burstLimit"])},
        quota={"limit": int(quota["limit"]), "period": quota["period"]},
    )
    return made["id"], {}


def _api_key(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    made = aws.client("apigateway").create_api_key(name=inputs["name"], enabled=True)
    return made["id"], {"value": made["value"]}


def _usage_plan_key(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    made = aws.client("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return made["id"], {}


def _topic(aws: "LocalAws", name: str, _: Inputs) -> Created:
    arn = aws.client("sns").create_topic(Name=name)["TopicArn"]
    return arn, {"arn": arn}


def _subscription(aws: "LocalAws", _: str, inputs: Inputs) -> Created:
    made = aws.client("sns").subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"]
    )
    return made["SubscriptionArn"], {}


def _alarm(aws: "LocalAws", name: str, inputs: Inputs) -> Created:
    dimensions = [{"Name": key, "Value": value} for key, value in inputs["dimensions"].items()]
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=inputs["namespace"],
        MetricName=inputs["metricName"],
        Dimensions=dimensions,
        Statistic=inputs["statistic"],
        Period=inputs.whole("period"),
        EvaluationPeriods=inputs.whole("evaluationPeriods"),
        Threshold=inputs["threshold"],
        ComparisonOperator=inputs["comparisonOperator"],
        TreatMissingData=inputs["treatMissingData"],
        AlarmActions=inputs["alarmActions"],
    )
    return name, {}


def _nothing(_: "LocalAws", name: str, __: Inputs) -> Created:
    return name, {}


CREATE: dict[str, Callable[["LocalAws", str, Inputs], Created]] = {
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access_block,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _encryption,
    "aws:s3/bucketObjectv2:BucketObjectv2": _object,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:lambda/function:Function": _function,
    "aws:lambda/alias:Alias": _alias,
    "aws:lambda/permission:Permission": _permission,
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/method:Method": _method,
    "aws:apigateway/integration:Integration": _integration,
    "aws:apigateway/deployment:Deployment": _deployment,
    "aws:apigateway/stage:Stage": _stage,
    "aws:apigateway/methodSettings:MethodSettings": _method_settings,
    "aws:apigateway/usagePlan:UsagePlan": _usage_plan,
    "aws:apigateway/apiKey:ApiKey": _api_key,
    "aws:apigateway/usagePlanKey:UsagePlanKey": _usage_plan_key,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "pulumi:pulumi:Stack": _nothing,
}
