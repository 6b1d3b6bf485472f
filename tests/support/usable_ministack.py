"""Ministack with two answers changed for the AWS provider: `python -m tests.support.usable_ministack`."""

import secrets
from typing import Any

from ministack import app
from ministack.services import apigateway_v1

create_api_key, create_stage = apigateway_v1._create_api_key, apigateway_v1._create_stage


def create_api_key_like_aws(data: dict[str, Any]) -> Any:
    """Make up a value for an empty one from the provider, which ministack calls too short.

    https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
    """
    return create_api_key({**data, "value": data.get("value") or secrets.token_urlsafe(30)})


def create_stage_like_aws(api_id: str, data: dict[str, Any]) -> Any:
    """Leave out empty access log settings, which the provider would see as a change.

    https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
    """
    answer = create_stage(api_id, data)
    for stage in apigateway_v1._stages_v1.get(api_id, {}).values():
        if not stage.get("accessLogSettings"):
            stage.pop("accessLogSettings", None)
    return answer


if __name__ == "__main__":
    apigateway_v1._create_api_key, apigateway_v1._create_stage = create_api_key_like_aws, create_stage_like_aws
    app.main()
