#!/usr/bin/env python3
"""An MCP client of the fleet: submits a task to `fleet mcp`, follows it to its end and reads its report.

    python3 -m venv venv && venv/bin/pip install mcp
    venv/bin/python docs/clients/mcp_client.py REPOSITORY ./fleet mcp [--data-dir DIR]

All words from the second on are the server's command. Ends with 0 when the task succeeded and every answer was as it should be.
"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOLS = {"do", "submit_task", "status", "wait", "results", "cancel", "list_agents"}


async def call(session, tool, **arguments):
    """The answer of a tool; an error of the fleet ends the program."""
    result = await session.call_tool(tool, arguments)
    text = result.content[0].text
    failed = getattr(result, "isError", None) or getattr(result, "is_error", None)
    return None if failed else json.loads(text), text


async def main(repository, command):
    server = StdioServerParameters(command=command[0], args=command[1:])
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write) as session:
            await session.initialize()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            assert TOOLS <= tools, f"tools are missing: {TOOLS - tools}"
            agents, _ = await call(session, "list_agents")
            print("workers:", [worker["workerId"] for worker in agents["workers"]])

            task = {"kind": "architect.map-dependencies", "role": "architect", "repository": repository}
            submitted, text = await call(session, "submit_task", task=task)
            assert submitted, text
            print("submitted", submitted["id"])
            while True:
                status, text = await call(session, "wait", id=submitted["id"], timeout_seconds=20)
                assert status, text
                if status["ended"]:
                    break
                print("  ", status["status"])
            print("ended:", status["status"])
            results, text = await call(session, "results", id=submitted["id"])
            assert status["status"] == results["outcomes"][0]["status"] == "SUCCEEDED", text
            print("brain:", results["outcomes"][0]["brain"])
            report = await session.read_resource(f"fleet://tasks/{submitted['id']}/report")
            print("report:", report.contents[0].text.splitlines()[0])

            nothing, text = await call(session, "status", id="no-such-task")
            assert nothing is None and "no task or workflow no-such-task" in text, text


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
    print("OK")
