"""Who may do what in AWS, as policy documents."""

import json


def only_with_tls(bucket_arn: str) -> str:
    """Refuse every request to a bucket that comes without TLS."""
    return _document(
        Effect="Deny",
        Principal="*",
        Action="s3:*",
        Resource=[bucket_arn, f"{bucket_arn}/*"],
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def used_by_lambda() -> str:
    """Let Lambda assume a role."""
    return _document(Effect="Allow", Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")


def write_logs(log_group_arn: str) -> str:
    """Let a role write to the streams of one log group; it cannot make or delete the group."""
    return _document(
        Effect="Allow", Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource=f"{log_group_arn}:*"
    )


def read_parameter(parameter_arn: str) -> str:
    """Let a role read one parameter."""
    return _document(Effect="Allow", Action="ssm:GetParameter", Resource=parameter_arn)


def called_from(cidrs: list[str], method_arn: str) -> str:
    """Let only these address ranges call an API.

    It takes a full ARN, since AWS gives `execute-api:/*` back as one, and every update would see a change.
    """
    return _document(
        Effect="Allow",
        Principal="*",
        Action="execute-api:Invoke",
        Resource=method_arn,
        Condition={"IpAddress": {"aws:SourceIp": cidrs}},
    )


def _document(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
