"""Slack: how soon Caravan acknowledges while its model hangs, and what a message costs beside Bolt.

    python -m benchmarks.slack [--seconds 15] [--rate 200] [--chats 200]

The acknowledgement is timed from the signed request to the 200, at a fixed rate whether or not the
ones before were answered. Costs are CPU of the whole process, read from /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import socket
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import aiohttp
import orjson
from aiohttp import web

from benchmarks.bot_process import BotProcess

SECRET, TOKEN = "bench-signing-secret", "xoxb-benchmark-opens-nothing"
TEAM, BOT_USER, BOT_ID = "T0BENCH", "U0BENCHBOT", "B0BENCH"
READY_S = 60.0
# What rules do not read, so that a model is asked at once.
FOREIGN = "quiero ir a algún sitio bonito"
CARAVAN = "benchmarks.bots.slack_caravan"
BOTS = {
    "Bolt echo (async, its aiohttp server)": "benchmarks.bots.bolt_echo",
    "Caravan on Slack, offline": CARAVAN,
}


class FakeSlack:
    """The Web API, as little as both bots need; counts final messages by channel."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.url = ""
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/v1/chat/completions", self._hang)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        self._over.set()
        await self._runner.cleanup()

    async def heard(self, channel: str, count: int) -> None:
        """Until the bot has said so much in a channel."""
        async with self._news:
            await self._news.wait_for(lambda: self.said[channel] >= count)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        answer: dict[str, object] = {"ok": True}
        if method == "auth.test":
            answer |= {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "team": "Bench"}
        elif method == "users.info":
            answer |= {"user": {"id": "U1", "profile": {"display_name": "Ana"}}}
        elif method == "chat.postMessage":
            json = request.content_type == "application/json"
            given = orjson.loads(await request.read()) if json else await request.post()
            channel = str(given["channel"])
            answer |= {"channel": channel, "ts": f"1795000000.{next(self._numbers):06d}"}
            async with self._news:
                self.said[channel] += 1
                self._news.notify_all()
        return web.json_response(body=orjson.dumps(answer))

    async def _hang(self, _request: web.Request) -> web.Response:
        await self._over.wait()
        return web.Response()


class People:
    """They write in direct messages; each delivery is signed as Slack signs."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/slack/events"
        self._numbers = itertools.count(1)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=400))

    async def say(self, channel: str, text: str) -> float:
        """Deliver one message; seconds until the 200."""
        number = next(self._numbers)
        ts = f"1795000000.{number:06d}"
        inner = {
            "type": "message",
            "channel_type": "im",
            "channel": channel,
            "user": f"U{channel[1:]}",
            "text": text,
            "ts": ts,
            "event_ts": ts,
        }
        us = {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
        body = orjson.dumps(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "api_app_id": "A0BENCH",
                "event_id": f"Ev{number}",
                "event_time": 1_795_000_000,
                "event": inner,
                "authorizations": [us],
            }
        )
        at = str(int(time.time()))
        mac = hmac.new(SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={mac.hexdigest()}",
        }
        began = time.perf_counter()
        async with self._session.post(self._url, data=body, headers=headers) as response:
            assert response.status == 200, response.status
        return time.perf_counter() - began

    async def aclose(self) -> None:
        await self._session.close()


@asynccontextmanager
async def running(
    module: str, slack: FakeSlack, **extra: str
) -> AsyncIterator[tuple[BotProcess, People]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    environment = {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_BASE_URL": f"{slack.url}/api",
        "PORT": str(port),
        "CARAVAN_LIVE": "off",
        "CARAVAN_MESSAGES_PER_MINUTE": "0",  # a benchmark writes faster than any person
        **extra,
    }
    bot = BotProcess(module, environment)
    bot.start()
    people = People(port)
    try:
        await _until_it_listens(port)
        yield bot, people
    finally:
        await people.aclose()
        bot.stop()


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def acknowledgements(rate: float, seconds: float) -> str:
    """Open loop: every message a chat of its own, every one of them waiting for a model."""
    model = {"LANGUAGE_MODEL": "openai:bench", "OPENAI_API_KEY": "sk-benchmark-opens-nothing"}
    async with FakeSlack() as slack:
        url = {"OPENAI_BASE_URL": f"{slack.url}/v1"}
        async with running(CARAVAN, slack, **model, **url) as (bot, people):
            await people.say("D0WARM", FOREIGN)
            loop = asyncio.get_running_loop()
            count, began, used = int(rate * seconds), loop.time(), bot.cpu_s()
            tasks, behind = [], 0.0
            for number in range(count):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - loop.time()))
                behind = max(behind, loop.time() - due)
                tasks.append(asyncio.create_task(people.say(f"D{number:06d}", FOREIGN)))
            took = sorted(await asyncio.gather(*tasks))
            each = (bot.cpu_s() - used) * 1000 / count
    half, most, last = took[count // 2], took[int(count * 0.99)], took[-1]
    return (
        f"{count} events at {rate:g}/s, model hanging: acknowledged after "
        f"{half * 1000:.0f} ms (median), {most * 1000:.0f} ms (p99), {last * 1000:.0f} ms (all); "
        f"{each:.1f} ms CPU each; the driver was up to {behind * 1000:.0f} ms behind"
    )


async def cost(name: str, chats: int, each: int) -> tuple[float, float]:
    """CPU ms a message: one chat, and `chats` at once, each the next after the answer."""
    async with FakeSlack() as slack, running(BOTS[name], slack) as (bot, people):

        async def talk(channel: str, count: int) -> None:
            for _ in range(count):
                before = slack.said[channel]
                await people.say(channel, "help")
                await slack.heard(channel, before + 1)

        async def measured(channels: list[str], count: int) -> float:
            await asyncio.gather(*(talk(c, 1) for c in channels))
            before = bot.cpu_s()
            await asyncio.gather(*(talk(c, count) for c in channels))
            return (bot.cpu_s() - before) * 1000 / (len(channels) * count)

        one = await measured(["D0ONE"], 100)
        many = await measured([f"D{n:05d}" for n in range(chats)], each)
    return one, many


async def run(rate: float, seconds: float, chats: int, each: int, rounds: int) -> None:
    print(await acknowledgements(rate, seconds), flush=True)
    print(f"\n| bot | one chat ms | {chats} chats ms |\n|---|---|---|")
    for name in BOTS:
        found = [await cost(name, chats, each) for _ in range(rounds)]
        one, many = (statistics.median(values) for values in zip(*found, strict=True))
        print(f"| {name} | {one:.2f} | {many:.2f} |", flush=True)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.slack")
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args(argv)
    asyncio.run(run(asked.rate, asked.seconds, asked.chats, asked.each, asked.rounds))


if __name__ == "__main__":
    main()
