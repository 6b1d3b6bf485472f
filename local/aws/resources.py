"""Create each type of resource on the local AWS: one small function per type, in one table."""

from pathlib import Path

from local.aws import api_resources
from local.aws.clients import Create, Created, Inputs, LocalAws


def _bucket(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    name, s3 = inputs["bucket"], aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.region})
    s3.put_bucket_policy(Bucket=name, Policy=inputs["policy"])
    return name, {"arn": f"arn:aws:s3:::{name}"}


def _public_access_block(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    settings = {
        "BlockPublicAcls": inputs["blockPublicAcls"],
        "BlockPublicPolicy": inputs["blockPublicPolicy"],
        "IgnorePublicAcls": inputs["ignorePublicAcls"],
        "RestrictPublicBuckets": inputs["restrictPublicBuckets"],
    }
    aws.client("s3").put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=settings)
    return inputs["bucket"], {}


def _encryption(aws: LocalAws, _: str, inputs: Inputs) -> Created:
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


def _object(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    body = Path(inputs["source"].path).read_bytes()
    aws.client("s3").put_object(Bucket=inputs["bucket"], Key=inputs["key"], Body=body)
    return inputs["key"], {}


def _log_group(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    name, logs = inputs["name"], aws.client("logs")
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    return name, {"arn": f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{name}"}


def _role(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    name, boundary = inputs["name"], inputs.get("permissionsBoundary")
    role = aws.client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        **({"PermissionsBoundary": boundary} if boundary else {}),
    )
    return name, {"arn": role["Role"]["Arn"]}


def _role_policy(aws: LocalAws, name: str, inputs: Inputs) -> Created:
    aws.client("iam").put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{inputs['role']}:{name}", {}


def _function(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    logging = inputs["loggingConfig"]
    made = aws.client("lambda").create_function(
        FunctionName=inputs["name"],
        Role=inputs["role"],
        Runtime=inputs["runtime"],
        Architectures=inputs["architectures"],
        Handler=inputs["handler"],
        Code={"S3Bucket": inputs["s3Bucket"], "S3Key": inputs["s3Key"]},
        Publish=inputs["publish"],
        Timeout=inputs["timeout"],
        MemorySize=inputs["memorySize"],
        LoggingConfig={"LogFormat": logging["logFormat"], "LogGroup": logging["logGroup"]},
        Environment={"Variables": inputs["environment"]["variables"]},
    )
    at_once = inputs["reservedConcurrentExecutions"]
    if at_once >= 0:
        aws.client("lambda").put_function_concurrency(FunctionName=inputs["name"], ReservedConcurrentExecutions=at_once)
    return inputs["name"], {"arn": made["FunctionArn"], "version": made["Version"]}


def _alias(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    made = aws.client("lambda").create_alias(
        FunctionName=inputs["functionName"], Name=inputs["name"], FunctionVersion=inputs["functionVersion"]
    )
    arn = made["AliasArn"]
    uri = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return arn, {"arn": arn, "invokeArn": uri}


def _permission(aws: LocalAws, name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        Qualifier=inputs["qualifier"],
        StatementId=name,
        Action=inputs["action"],
        Principal=inputs["principal"],
        SourceArn=inputs["sourceArn"],
    )
    return name, {}


def _topic(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").create_topic(Name=inputs["name"])["TopicArn"]
    return arn, {"arn": arn}


def _subscription(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    made = aws.client("sns").subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"]
    )
    return made["SubscriptionArn"], {}


def _alarm(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    dimensions = [{"Name": key, "Value": value} for key, value in inputs["dimensions"].items()]
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=inputs["name"],
        Namespace=inputs["namespace"],
        MetricName=inputs["metricName"],
        Dimensions=dimensions,
        Statistic=inputs["statistic"],
        Period=inputs["period"],
        EvaluationPeriods=inputs["evaluationPeriods"],
        Threshold=inputs["threshold"],
        ComparisonOperator=inputs["comparisonOperator"],
        TreatMissingData=inputs["treatMissingData"],
        AlarmActions=inputs["alarmActions"],
    )
    return inputs["name"], {}


def _parameter(aws: LocalAws, _: str, inputs: Inputs) -> Created:
    name = inputs["name"]
    made = aws.client("ssm").put_parameter(Name=name, Type=inputs["type"], Value=inputs["value"])
    arn = f"arn:aws:ssm:{aws.region}:{aws.account}:parameter/{name}"
    return name, {"arn": arn, "version": made["Version"]}


CREATE: dict[str, Create] = {
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
    "aws:sns/topic:Topic": _topic,
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    **api_resources.CREATE,
}
