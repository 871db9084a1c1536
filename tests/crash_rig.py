"""A platform that outlives the processes of Caravan, and those processes, to be killed for real.

The server hands out messages until they are acknowledged, and keeps every answer it has accepted.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from core.messages import InboundMessage
from tests.fakes import message

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0


@dataclass
class Platform:
    """What people wrote, and what they see. `effects` are accepted answers, in order."""

    messages: list[InboundMessage] = field(default_factory=list)
    acknowledged: int = 0
    polls: int = 0
    effects: list[dict[str, Any]] = field(default_factory=list)
    thought: Counter[str] = field(default_factory=Counter)
    holds_answers: bool = False  # accepts a send and does not say so
    holds_thoughts: bool = False
    hands_out: int = 10  # messages in one answer to a poll
    repeats: int = 1  # how often each of them
    url: str = ""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def says(self, *said: InboundMessage) -> None:
        self.messages += said
        await self.tell()

    async def until(self, true: Callable[[], object], seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: bool(true()))

    def answers(self) -> Counter[str]:
        """How often each message was answered."""
        return Counter(e["answers"] for e in self.effects)

    def order(self) -> dict[str, list[str]]:
        """The answered messages of each chat, each at its first answer."""
        found: dict[str, list[str]] = defaultdict(list)
        for effect in self.effects:
            if effect["answers"] not in found[effect["chat"]]:
                found[effect["chat"]].append(effect["answers"])
        return dict(found)

    async def tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def _updates(self, request: web.Request) -> web.Response:
        offset = int(request.query["offset"])
        self.polls += 1
        self.acknowledged = max(self.acknowledged, offset)
        await self.tell()
        if self.acknowledged >= len(self.messages):
            with suppress(TimeoutError):
                await self.until(lambda: self.acknowledged < len(self.messages), seconds=5)
        first = self.acknowledged
        some = self.messages[first : first + self.hands_out]
        return web.json_response(
            [
                {"number": first + n, "message": m.model_dump(mode="json")}
                for n, m in enumerate(some)
            ]
        )

    async def _think(self, request: web.Request) -> web.Response:
        self.thought[(await request.json())["id"]] += 1
        await self.tell()
        if self.holds_thoughts:
            await self.until(lambda: not self.holds_thoughts)
        return web.json_response({})

    async def _send(self, request: web.Request) -> web.Response:
        self.effects.append(await request.json())
        await self.tell()
        if self.holds_answers:
            await self.until(lambda: not self.holds_answers)
        return web.json_response({"id": len(self.effects)})


@asynccontextmanager
async def platform_server() -> AsyncIterator[Platform]:
    platform = Platform()
    app = web.Application()
    app.router.add_get("/updates", platform._updates)
    app.router.add_post("/send", platform._send)
    app.router.add_post("/think", platform._think)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield platform
    platform.holds_answers = platform.holds_thoughts = False
    await platform.tell()
    await runner.cleanup()


@asynccontextmanager
async def bot(
    database: Path, platform: Platform, *options: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of Caravan; killed at the end of the block if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash_bot", str(database), platform.url, *options, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def dies(process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(PATIENCE):
        return await process.wait()


def burst(chats: int, each: int, prefix: str = "") -> list[InboundMessage]:
    return [
        message(f"{prefix}{c}-{n}", f"m{n}", to=str(c))
        for n in range(each)
        for c in range(1, chats + 1)
    ]
