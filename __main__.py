"""Deploy the service: POST -> stage of a REST API -> alias `live` -> a version of the function.

A straight line: each resource uses those above it.
"""

import hashlib
import re

import pulumi
import pulumi_aws as aws
from pulumi import FileAsset, Output, ResourceOptions

from deploy import package, policies, stack_config

config = stack_config.read()
try:
    runtime, code = package.runtime(), package.build()
except package.PackageError as error:
    raise pulumi.RunError(str(error)) from error

# In letters that every service takes, and short enough for a bucket.
name = re.sub("[^a-z0-9]+", "-", f"{pulumi.get_project()}-{pulumi.get_stack()}".lower())[:48]
account, partition = aws.get_caller_identity().account_id, aws.get_partition().partition

# Holds the zip until Lambda has made its own copy. Its policy stands here, and its name is fixed for that: the provider
# that the tests deploy with has no s3.BucketPolicy.
bucket_name = f"{name}-{account}"
only_with_tls = policies.only_with_tls(f"arn:{partition}:s3:::{bucket_name}")
bucket = aws.s3.Bucket("code", bucket=bucket_name, policy=only_with_tls, force_destroy=True)
private = aws.s3.BucketPublicAccessBlock(
    "code-private",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
encrypted = aws.s3.BucketServerSideEncryptionConfiguration(
    "code-encrypted", bucket=bucket.id, rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
)

# The zip, named by its content: new code is a new object, and that is what the function notices.
uploaded = aws.s3.BucketObjectv2(
    "code-zip",
    bucket=bucket.id,
    key=f"function-{code.sha256}.zip",
    source=FileAsset(str(code.path)),
    opts=ResourceOptions(depends_on=[private, encrypted]),
)

# Made before the function runs, or Lambda makes one that keeps logs for ever.
logs = aws.cloudwatch.LogGroup("logs", name=f"/aws/lambda/{name}", retention_in_days=config.log_retention_days)

# May write to these logs and do nothing else: the service talks to Opsgenie, not to AWS.
role = aws.iam.Role(f"{name}-role", assume_role_policy=policies.used_by_lambda())
may_log = aws.iam.RolePolicy("may-log", role=role.id, policy=logs.arn.apply(policies.write_logs))

# The service. API Gateway waits 29 seconds for it, so it need not go on for longer.
function = aws.lambda_.Function(
    "function",
    name=name,
    role=role.arn,
    runtime=runtime,
    architectures=[package.ARCHITECTURE],
    handler="service.handler.handler",
    s3_bucket=bucket.id,
    s3_key=uploaded.key,
    publish=True,
    timeout=29,
    memory_size=config.memory_size,
    logging_config={"log_format": "JSON", "log_group": logs.name},
    environment={
        "variables": {
            "ACCESS_TOKEN": config.access_token,
            "OPSGENIE_API_URL": config.opsgenie_api_url,
            "PROTECTED_USERS": ",".join(config.protected_users),
            # A name server that is silent must not outlast the request: no time-out of ours is over a look-up.
            "RES_OPTIONS": "timeout:1 attempts:2",
        }
    },
    opts=ResourceOptions(depends_on=[may_log]),
)

# What the API calls. It moves to a new version as soon as there is one, and back where `aliasVersion` says so.
version = str(config.alias_version) if config.alias_version else function.version
live = aws.lambda_.Alias("live", name="live", function_name=function.name, function_version=version)

# The API: one method, POST on the root, with a key.
path = f"/{config.stage_name}/POST/"
callers = policies.called_from(config.allowed_cidrs, f"arn:{partition}:execute-api:*:{account}:*{path}")
api = aws.apigateway.RestApi("api", name=name, policy=callers, endpoint_configuration={"types": "REGIONAL"})
post = aws.apigateway.Method(
    "post",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="POST",
    authorization="NONE",
    api_key_required=True,
)
proxy = aws.apigateway.Integration(
    "proxy",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method=post.http_method,
    type="AWS_PROXY",
    integration_http_method="POST",
    uri=live.invoke_arn,
    timeout_milliseconds=29_000,
)

# Lets this method of this API call the alias. A permission without qualifier would not be about the alias.
may_call = aws.lambda_.Permission(
    "may-call",
    action="lambda:InvokeFunction",
    function=function.name,
    qualifier=live.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, path),
)

# A copy of the API as it is now; callers see a change only in a new copy. Hence the hash of all that the API is.
method = [post.http_method, post.authorization, post.api_key_required]
backend = [proxy.type, proxy.uri, proxy.integration_http_method, proxy.timeout_milliseconds]
definition = Output.json_dumps([callers, method, backend])
deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    triggers={"definition": definition.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())},
    opts=ResourceOptions(depends_on=[proxy]),
)
stage = aws.apigateway.Stage(
    "stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=config.stage_name,
    opts=ResourceOptions(depends_on=[may_call]),
)

# Limits for all requests, then for those with the key.
rate, burst = config.rate_limit, config.burst_limit
aws.apigateway.MethodSettings(
    "limits",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={"throttling_rate_limit": rate, "throttling_burst_limit": burst, "metrics_enabled": True},
)
plan = aws.apigateway.UsagePlan(
    "plan",
    name=name,
    api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
    throttle_settings={"rate_limit": rate, "burst_limit": burst},
    quota_settings={"limit": config.quota_per_day, "period": "DAY"},
)
key = aws.apigateway.ApiKey("key", name=name)
aws.apigateway.UsagePlanKey(
    "plan-key",
    usage_plan_id=plan.id,
    key_id=key.id,
    key_type="API_KEY",
    opts=ResourceOptions(additional_secret_outputs=["value"]),  # the key once more, which nobody else calls a secret
)

# Tells of a function that crashes or is throttled, and of every answer of 500 and above, after AWS has asked the
# address whether it wants to hear.
if config.alarm_email:
    topic = aws.sns.Topic(f"{name}-alarms")
    aws.sns.TopicSubscription("alarm-email", topic=topic.arn, protocol="email", endpoint=config.alarm_email)
    of_function, of_stage = {"FunctionName": function.name}, {"ApiName": api.name, "Stage": stage.stage_name}
    for alarm, namespace, metric, dimensions in (
        ("errors", "AWS/Lambda", "Errors", of_function),
        ("throttles", "AWS/Lambda", "Throttles", of_function),
        ("answers", "AWS/ApiGateway", "5XXError", of_stage),
    ):
        aws.cloudwatch.MetricAlarm(
            f"{name}-{alarm}",
            namespace=namespace,
            metric_name=metric,
            dimensions=dimensions,
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[topic.arn],
        )

pulumi.export("url", Output.concat(stage.invoke_url, "/"))
pulumi.export("apiKey", key.value)
pulumi.export("functionName", function.name)
pulumi.export("version", function.version)
pulumi.export("alias", Output.concat(live.name, " -> ", live.function_version))
# The line looks the key up when it runs, so that it is no secret itself.
send = """ -H "x-api-key: $(pulumi stack output apiKey --show-secrets)" -d '{"username": "jane@example.com"}'"""
pulumi.export("curl", Output.concat("curl -X POST ", stage.invoke_url, "/", send))
