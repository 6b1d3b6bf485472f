"""Deploy the service: POST -> stage of a REST API -> alias `live` -> a version of the function.

A straight line: each resource uses those above it. In AWS a name is the project's and seven random digits that Pulumi
adds, never the stack's: so stacks cannot collide, and renaming one replaces nothing. The API's description and the tag
`pulumi-stack` say which stack a resource belongs to.
"""

import base64
import re

import pulumi
import pulumi_aws as aws
from pulumi import Alias, Output, ResourceOptions

from deploy import (
    access_log,
    alarms,
    callers,
    code_bucket,
    last_update,
    package,
    policies,
    secret_store,
    stack_config,
    variables,
)
from deploy.api_definition import ApiDefinition

config = stack_config.read()
try:
    runtime, code = package.runtime(), package.build()
except package.PackageError as error:
    raise pulumi.RunError(str(error)) from error
account, partition = aws.get_caller_identity().account_id, aws.get_partition().partition
region, stack = aws.get_region().region, last_update.full_name()
last_update.check(config, region)

# In letters that every service takes, and short enough for a bucket's name: 63 with the digits and the account.
name = re.sub("[^a-z0-9]+", "-", pulumi.get_project().lower())[:40].strip("-")
tags = {"pulumi-stack": stack}

# The function's role. Its policies follow below, each with what it is about.
role = aws.iam.Role(
    name, assume_role_policy=policies.used_by_lambda(), permissions_boundary=config.permissions_boundary or None
)

# The zip. Its bucket is named after the role, since its own policy needs the name, and after the account, since bucket
# names are shared by all of AWS.
uploaded = code_bucket.upload(code, Output.concat(role.name, "-", account), partition)

# Created first, or Lambda creates one that keeps logs for ever. It says who off-boarded whom, so it outlives the stack.
# `name` is ignored and the alias is there for a group that an earlier version of this program named.
logs = aws.cloudwatch.LogGroup(
    f"/aws/lambda/{name}",
    retention_in_days=config.log_retention_days,
    tags=tags,
    opts=ResourceOptions(retain_on_delete=True, ignore_changes=["name"], aliases=[Alias(name="logs")]),
)
may_log = aws.iam.RolePolicy("may-log", role=role.id, policy=logs.arn.apply(policies.write_logs))

# The product's secrets, and the right to read them where they are not in the environment.
secrets, may_read_secrets = secret_store.keep(config, name, role)

# The service. API Gateway waits 29 seconds for it, so it need not run for longer.
function = aws.lambda_.Function(
    name,
    role=role.arn,
    runtime=runtime,
    architectures=[package.ARCHITECTURE],
    handler="service.handler.handler",
    s3_bucket=uploaded.bucket,
    s3_key=uploaded.key,
    # `pulumi refresh` compares it with the code in AWS, so that a change by hand is found and undone.
    code_sha256=base64.b64encode(bytes.fromhex(code.sha256)).decode(),
    publish=True,
    timeout=29,
    memory_size=config.memory_size,
    reserved_concurrent_executions=config.reserved_concurrency,
    logging_config={"log_format": "JSON", "log_group": logs.name},
    environment={"variables": {**config.product.plain, **secrets, **variables.of_every_product(config)}},
    tags=tags,
    opts=ResourceOptions(depends_on=[may_log, *may_read_secrets]),
)

# What the API calls. It moves to each new version, and back if `aliasVersion` says so.
version = str(config.alias_version) if config.alias_version else function.version
live = aws.lambda_.Alias("live", name="live", function_name=function.name, function_version=version)

# The API: one method, POST on the root, with a key.
definition = ApiDefinition()
path = f"/{config.stage_name}/POST/"
api = aws.apigateway.RestApi(
    name,
    description=f"Pulumi stack {stack}",
    policy=policies.called_from(config.allowed_cidrs, f"arn:{partition}:execute-api:*:{account}:*{path}"),
    endpoint_configuration={"types": "REGIONAL"},
    opts=ResourceOptions(aliases=[Alias(name="api")]),
)
post = aws.apigateway.Method(
    "post",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method="POST",
    authorization="NONE",
    api_key_required=True,
)
aws.apigateway.Integration(
    "proxy",
    rest_api=api.id,
    resource_id=api.root_resource_id,
    http_method=post.http_method,
    type="AWS_PROXY",
    integration_http_method="POST",
    uri=live.invoke_arn,
    timeout_milliseconds=29_000,
)

# Lets this method of this API call the alias. A permission without qualifier would not cover the alias.
may_call = aws.lambda_.Permission(
    "may-call",
    action="lambda:InvokeFunction",
    function=function.name,
    qualifier=live.name,
    principal="apigateway.amazonaws.com",
    source_arn=Output.concat(api.execution_arn, path),
)

# A copy of the API as it is now; callers see a change only in a new copy.
deployment = aws.apigateway.Deployment(
    "deployment",
    rest_api=api.id,
    triggers={"definition": definition.sha256()},
    opts=ResourceOptions(depends_on=definition.resources),
)
stage = aws.apigateway.Stage(
    "stage",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name=config.stage_name,
    access_log_settings=access_log.settings(name, tags, config.log_retention_days) if config.access_log else None,
    opts=ResourceOptions(depends_on=[may_call]),
)

# Limits for all requests, then for those of each key.
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
    name=api.name,
    api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
    throttle_settings={"rate_limit": rate, "burst_limit": burst},
    quota_settings={"limit": config.quota_per_day, "period": "DAY"},
)
keys = callers.keys_for(config.callers, plan)

if config.alarm_email:
    alarms.notify(config.alarm_email, name, function, api, stage)

key = keys[config.callers[0]]
pulumi.export("url", Output.concat(stage.invoke_url, "/"))
pulumi.export("apiKey", key.value)
pulumi.export("apiKeys", {caller: key.value for caller, key in keys.items()})
pulumi.export("apiKeyIds", {caller: key.id for caller, key in keys.items()})
pulumi.export("apiId", api.id)
pulumi.export("functionName", function.name)
pulumi.export("logGroup", logs.name)
pulumi.export("region", region)
pulumi.export("version", function.version)
pulumi.export("alias", Output.concat(live.name, " -> ", live.function_version))
# The line looks the key up when it runs, so it is no secret itself; the stack's full name works in any folder.
with_key = f'-H "x-api-key: $(pulumi stack output apiKey --show-secrets -s {stack})"'
body = """-d '{"username": "jane@example.com"}'"""
pulumi.export("curl", Output.concat("curl -X POST ", stage.invoke_url, f"/ {with_key} {body}"))
