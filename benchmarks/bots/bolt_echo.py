"""Slack's Bolt (async) on its own aiohttp server, as shipped, repeating what it hears."""

from __future__ import annotations

import logging
import os
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    env = os.environ
    client = AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=f"{env['SLACK_API_BASE_URL']}/")
    app = AsyncApp(client=client, signing_secret=env["SLACK_SIGNING_SECRET"])

    @app.event("message")
    async def echo(event: dict[str, Any], say: Any) -> None:
        await say(event["text"])

    app.start(port=int(env["PORT"]), path="/slack/events", host="127.0.0.1")


if __name__ == "__main__":
    main()
