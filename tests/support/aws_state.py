"""Read a stack's emulated AWS, beyond the stack's outputs."""

from typing import Any

from tests.support.emulated_stack import EmulatedStack


def deployment(stack: EmulatedStack, api: str) -> str:
    """Return the id of the only deployment, which the stage must serve."""
    client = stack.aws("apigateway")
    (only,) = client.get_deployments(restApiId=api)["items"]

    assert client.get_stage(restApiId=api, stageName="test")["deploymentId"] == only["id"]
    return str(only["id"])


def alias(stack: EmulatedStack, outputs: dict[str, Any]) -> str:
    """Return the version behind the alias."""
    name = outputs["functionName"]
    return str(stack.aws("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"])


def variables(stack: EmulatedStack, outputs: dict[str, Any]) -> dict[str, str]:
    """Return the environment of the version that answers."""
    configuration = stack.aws("lambda").get_function_configuration(
        FunctionName=outputs["functionName"], Qualifier=alias(stack, outputs)
    )
    found: dict[str, str] = configuration["Environment"]["Variables"]
    return found
