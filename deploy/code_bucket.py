"""The bucket that holds the zip until Lambda has made its own copy."""

import pulumi_aws as aws
from pulumi import FileAsset, Output, ResourceOptions

from deploy import policies
from deploy.package import Package


def upload(code: Package, bucket_name: Output[str], partition: str) -> aws.s3.BucketObjectv2:
    """Put the zip into a private bucket, under its hash: new code gets a new key, and so updates the function."""
    # The policy is an argument of the bucket, and needs its name: the provider in the tests has no s3.BucketPolicy.
    arn = Output.concat("arn:", partition, ":s3:::", bucket_name)
    bucket = aws.s3.Bucket("code", bucket=bucket_name, policy=arn.apply(policies.only_with_tls), force_destroy=True)
    private = aws.s3.BucketPublicAccessBlock(
        "code-private",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    encrypted = aws.s3.BucketServerSideEncryptionConfiguration(
        "code-encrypted",
        bucket=bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
    )
    return aws.s3.BucketObjectv2(
        "code-zip",
        bucket=bucket.id,
        key=f"function-{code.sha256}.zip",
        source=FileAsset(str(code.path)),
        override_provider={"default_tags": {"tags": {}}},  # an object takes 10 tags, where everything else takes 50
        opts=ResourceOptions(depends_on=[private, encrypted]),
    )
