"""The deployer's policy allows what the program's resources need, and no more."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from local.aws.program import PROJECT, ROOT
from tests.support.mocked_pulumi import deploy, fake_package

pytestmark = pytest.mark.filterwarnings("ignore:.*has been deprecated in favor of:DeprecationWarning")

POLICY = json.loads((ROOT / "docs/deployer-policy.json").read_text())
CONFIGURATION = (
    "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration "
    "GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite "
    "GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration"
)
API = "apigateway:GET apigateway:POST apigateway:PATCH apigateway:DELETE"

# What the provider calls to make, read, change and delete each type, as the emulator saw it, in the words of
# https://docs.aws.amazon.com/service-authorization/latest/reference/
ACTIONS = {
    "iam/role:Role": "iam:CreateRole GetRole DeleteRole TagRole UntagRole UpdateAssumeRolePolicy ListRolePolicies "
    "ListAttachedRolePolicies ListInstanceProfilesForRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary",
    "iam/rolePolicy:RolePolicy": "iam:PutRolePolicy GetRolePolicy DeleteRolePolicy",
    "s3/bucket:Bucket": "s3:CreateBucket ListBucket ListBucketVersions DeleteBucket PutBucketPolicy DeleteBucketPolicy "
    f"PutBucketTagging DeleteObject DeleteObjectVersion TagResource UntagResource ListTagsForResource {CONFIGURATION}",
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock GetBucketPublicAccessBlock",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "s3:"
    "PutEncryptionConfiguration GetEncryptionConfiguration",
    "s3/bucketObjectv2:BucketObjectv2": "s3:PutObject GetObject DeleteObject PutObjectTagging GetObjectTagging",
    "cloudwatch/logGroup:LogGroup": "logs:CreateLogGroup DescribeLogGroups PutRetentionPolicy TagResource "
    "UntagResource ListTagsForResource",  # never DeleteLogGroup: it outlives the stack
    "lambda/function:Function": "lambda:CreateFunction GetFunction GetFunctionConfiguration ListVersionsByFunction "
    "GetFunctionCodeSigningConfig UpdateFunctionCode UpdateFunctionConfiguration PublishVersion DeleteFunction "
    "PutFunctionConcurrency DeleteFunctionConcurrency TagResource UntagResource ListTags iam:PassRole s3:GetObject",
    "lambda/alias:Alias": "lambda:CreateAlias GetAlias UpdateAlias DeleteAlias",
    "lambda/permission:Permission": "lambda:AddPermission GetPolicy RemovePermission",
    "apigateway/restApi:RestApi": f"{API} apigateway:UpdateRestApiPolicy PUT",
    "apigateway/method:Method": f"{API} apigateway:PUT",
    "apigateway/integration:Integration": f"{API} apigateway:PUT",
    "apigateway/deployment:Deployment": API,
    "apigateway/stage:Stage": API,
    "apigateway/methodSettings:MethodSettings": API,
    "apigateway/usagePlan:UsagePlan": API,
    "apigateway/apiKey:ApiKey": API,
    "apigateway/usagePlanKey:UsagePlanKey": API,
    "ssm/parameter:Parameter": "ssm:PutParameter GetParameter DescribeParameters DeleteParameter ListTagsForResource "
    "AddTagsToResource RemoveTagsFromResource",
    "sns/topic:Topic": "sns:CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic TagResource UntagResource "
    "ListTagsForResource",
    "sns/topicSubscription:TopicSubscription": "sns:Subscribe GetSubscriptionAttributes Unsubscribe",
    "cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:PutMetricAlarm DescribeAlarms DeleteAlarms TagResource "
    "UntagResource ListTagsForResource",
}


def actions(words: str) -> set[str]:
    """Spell actions out: each has the service of the one before."""
    found, service = set(), ""
    for word in words.split():
        service, _, action = word.rpartition(":") if ":" in word else (service, "", word)
        found.add(f"{service}:{action}")
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


ALLOWED = [action for statement in POLICY["Statement"] for action in listed(statement["Action"])]


@pytest.fixture(autouse=True)
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return fake_package(monkeypatch, tmp_path)


def test_actions_are_listed_for_every_resource_type():
    deployed = deploy(secretStore="ssm", accessLog=True, alarmEmail="ops@example.com")

    assert {type_.removeprefix("aws:") for type_ in deployed.types.values()} - {"pulumi:pulumi:Stack"} == set(ACTIONS)


@pytest.mark.parametrize("type_", ACTIONS)
def test_policy_allows_the_actions_of_each_type(type_):
    refused = {
        action for action in actions(ACTIONS[type_]) if not any(fnmatchcase(action, pattern) for pattern in ALLOWED)
    }

    assert refused == set()


def test_policy_allows_only_actions_that_some_type_needs():
    taken = set().union(*map(actions, ACTIONS.values()))

    assert {pattern for pattern in ALLOWED if not any(fnmatchcase(action, pattern) for action in taken)} == set()


def test_policy_is_limited_to_the_projects_resources_where_possible():
    for statement in POLICY["Statement"]:
        for resource in listed(statement["Resource"]):
            named = f"{PROJECT['name']}-*" in resource
            # Their ids are made up by AWS, or AWS knows no resource for the action.
            assert named or "apigateway" in resource or statement["Sid"] == "WhatAwsAllowsOnlyForAll"


def test_policy_fits_the_managed_policy_size_limit():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= 6144
