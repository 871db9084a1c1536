"""A running Caravan on a fake Slack: real HTTP, real WebSockets, real signatures, a real store."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from adapters.chat.slack.adapter import SlackAdapter
from bot.settings import load_settings
from bot.wiring import App, Parts, build
from core.ports import LanguageModel
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, Called, Deliveries, FakeSlack
from tests.fake_slack_api import SlackApi
from tests.telegram_rig import Time
from tests.world import FakeWeather, WorldClock

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ONE_WORKSPACE = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET}
SOCKET_MODE = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
OAUTH = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "a-client-secret",
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_ENCRYPTION_KEY": KEY,
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Rig:
    slack: FakeSlack
    api: SlackApi
    app: App
    adapter: SlackAdapter
    clock: WorldClock
    posts: Deliveries
    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def idle(self) -> None:
        """Until nothing waits to be answered or sent."""
        async with asyncio.timeout(20):
            while True:
                counts = await self.app.store.counts()
                open_states = ("inbox.waiting", "inbox.claimed", "outbox.ready", "outbox.sending")
                if not any(counts.get(state) for state in open_states):
                    return
                await asyncio.sleep(0.02)


@asynccontextmanager
async def running(
    path: Path,
    settings: Mapping[str, str] = ONE_WORKSPACE,
    *,
    slack: FakeSlack | None = None,
    model: LanguageModel | None = None,
    api: SlackApi | None = None,
    clock: WorldClock | None = None,
    time: Time | None = None,
    weather: FakeWeather | None = None,
) -> AsyncIterator[Rig]:
    """Caravan on `slack` (a fresh one when None) with the database at `path`.

    An `api` that is given is entered already and outlives this. `time` is what paces go by, when
    it is not the real one.
    """
    own, own_api = slack is None, api is None
    slack = slack or await FakeSlack().start()
    if api is None:
        api = await SlackApi(slack).__aenter__()
    clock, port = clock or WorldClock(), free_port()
    paced: dict[str, Any] = {"monotonic": time, "sleep": time.sleep} if time is not None else {}
    environment = {
        "CARAVAN_DATABASE": str(path),
        "CARAVAN_LIVE": "off",
        "CARAVAN_MESSAGES_PER_MINUTE": "0",  # the clock stands still
        "SLACK_API_BASE_URL": slack.base_url,
        "PORT": str(port),
    }
    app = await build(
        load_settings({**environment, **settings}),
        Parts(clock=clock, weather=weather or FakeWeather(clock), model=model, **paced),
    )
    [adapter] = [a for a in app.adapters if isinstance(a, SlackAdapter)]
    posts = Deliveries(f"http://127.0.0.1:{port}/slack/events", now=lambda: clock.now().timestamp())
    stop = asyncio.Event()
    task = asyncio.create_task(app.runtime.run(stop))
    try:
        if "SLACK_APP_TOKEN" in settings:
            await slack.connected()
        else:
            await _listening(port)
        yield Rig(slack, api, app, adapter, clock, posts, port)
    finally:
        stop.set()
        await task
        await posts.aclose()
        await app.aclose()
        if own_api:
            await api.__aexit__(None, None, None)
        if own:
            await slack.aclose()


async def _listening(port: int) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/"):
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.01)


def words(called: Called) -> str:
    """Everything that a message says, blocks included."""
    return json.dumps(called.arguments, ensure_ascii=False)


def buttons(called: Called) -> dict[str, str]:
    """Label -> value of the buttons below a message."""
    found: dict[str, str] = {}

    def look(value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                look(inner)
        elif isinstance(value, dict):
            if value.get("type") == "button":
                found[value["text"]["text"]] = value.get("value", "")
            for inner in value.values():
                look(inner)

    look(called.arguments.get("blocks"))
    return found
