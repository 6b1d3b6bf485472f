"""Alarms for a function that crashes or is throttled, and for answers of 500 and above."""

import pulumi
import pulumi_aws as aws


def notify(
    address: str, name: str, function: aws.lambda_.Function, api: aws.apigateway.RestApi, stage: aws.apigateway.Stage
) -> None:
    """Send each alarm to an e-mail address, once its owner has confirmed it to AWS."""
    topic = aws.sns.Topic(f"{name}-alarms")
    aws.sns.TopicSubscription("alarm-email", topic=topic.arn, protocol="email", endpoint=address)
    of_function, of_stage = {"FunctionName": function.name}, {"ApiName": api.name, "Stage": stage.stage_name}
    _alarm(f"{name}-errors", "AWS/Lambda", "Errors", of_function, topic)
    _alarm(f"{name}-throttles", "AWS/Lambda", "Throttles", of_function, topic)
    _alarm(f"{name}-answers", "AWS/ApiGateway", "5XXError", of_stage, topic)


def _alarm(
    name: str, namespace: str, metric: str, dimensions: dict[str, pulumi.Output[str]], topic: aws.sns.Topic
) -> None:
    aws.cloudwatch.MetricAlarm(
        name,
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
