"""Run ct-jsm-ops-mcp-server as its users do, by stdio, and call its tools. Needs the package, and the environment."""

import asyncio
import os
import sys
from typing import Any

from fastmcp import Client  # type: ignore[import-not-found]
from fastmcp.client.transports import StdioTransport  # type: ignore[import-not-found]


async def main() -> None:
    """Start the server, which tries its credentials first, and ask it what it can be asked."""
    server = StdioTransport(sys.executable, ["-m", "ct_jsm_ops_mcp_server"], env={**os.environ, "LOG_LEVEL": "error"})
    async with Client(server) as client:

        async def tool(name: str, **arguments: str) -> Any:
            result = (await client.call_tool(name, arguments)).structured_content
            sys.stdout.write(f"   {name}: {str(result)[:160]}\n")
            return result

        alerts = await tool("list_alerts", limit="5")
        schedules = await tool("list_schedules", limit="50")
        schedule = schedules["schedules"][0]
        on_call = await tool("get_on_call", schedule_id=schedule["id"])
        team = await tool("get_team", team_id=schedule["teamId"])
        assert alerts["returned"] == 0
        assert schedule["name"] == "Platform 24x7"
        # It looks for `userIds`, which no document has: the documented key is `onCallUsers`.
        assert on_call == {"schedule_id": schedule["id"], "on_call": [], "covered": False}
        assert team == {"teamId": schedule["teamId"], "teamName": "Platform"}


asyncio.run(main())
