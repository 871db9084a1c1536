"""A Bot API server and the people behind it, for load: each message carries a mark (q3x17z), and is
answered when a message with that mark arrives in its chat."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from typing import Any, Self

import orjson
from aiohttp import web

MARK = re.compile(r"q(\d+)x(\d+)z")
TOKEN = "4242:benchmark-token-that-opens-nothing"
# Each of them has Caravan ask the model, too: what code answers alone would make its figures better
# than they are.
PHRASES = (
    "Is Lisbon in May too loud for three quiet days, and what does a day cost?",
    "Which quarter of Lisbon is good to stay in, not too loud at night?",
    "What is the weather like in Lisbon in May, does it often rain?",
    "How do I get from the airport to the middle of Lisbon?",
    "How much should I plan for food and tickets in Lisbon?",
)


class FakeChat:
    """`says` puts a message into a chat; `answered` holds when each mark was answered."""

    def __init__(self) -> None:
        self.asked: dict[tuple[int, int], float] = {}
        self.answered: dict[tuple[int, int], float] = {}
        self.copies: dict[tuple[int, int], int] = defaultdict(int)
        self.order: dict[int, list[int]] = defaultdict(list)
        self.polled = asyncio.Event()
        self.calls = 0
        self._waiting: dict[tuple[int, int], asyncio.Event] = {}
        self._updates: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._next = 1
        self._count: dict[int, int] = defaultdict(int)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def says(self, chat: int) -> tuple[int, int]:
        """Somebody writes the next message of a chat; returns its mark."""
        number = self._count[chat]
        self._count[chat] += 1
        mark = (chat, number)
        self._waiting[mark] = asyncio.Event()
        self.asked[mark] = time.perf_counter()
        person = {"id": 1000 + chat, "is_bot": False, "first_name": "Ann"}
        text = f"{PHRASES[number % len(PHRASES)]} q{chat}x{number}z"
        self._updates.append(
            {
                "update_id": self._next,
                "message": {
                    "message_id": self._next,
                    "date": int(time.time()),
                    "chat": {"id": 1000 + chat, "type": "private", "first_name": "Ann"},
                    "from": person,
                    "text": text,
                },
            }
        )
        self._next += 1
        self._news.set()
        return mark

    async def answer(self, mark: tuple[int, int], seconds: float = 30.0) -> bool:
        """Wait for the answer to a message; False when none came in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._waiting[mark].wait()
        except TimeoutError:
            return False
        return True

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await request.read()
        if request.content_type == "application/json":
            given = orjson.loads(body) if body else {}
        else:
            given = dict(await request.post()) or dict(request.query)
        result = await self._do(method, given)
        return web.Response(
            body=orjson.dumps({"ok": True, "result": result}), content_type="application/json"
        )

    async def _do(self, method: str, given: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._poll(int(given.get("offset") or 0), float(given.get("timeout") or 0))
        if method == "getMe":
            return {"id": 4242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        if method in ("sendMessage", "editMessageText"):
            self.calls += 1
            return self._shown(int(given["chat_id"]), str(given["text"]))
        return True

    async def _poll(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        self.polled.set()
        self._updates = [u for u in self._updates if u["update_id"] >= offset]
        if not self._updates and timeout > 0:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError:
                pass
        return self._updates[:100]

    def _shown(self, chat_id: int, text: str) -> dict[str, Any]:
        for mark in {(int(found[1]), int(found[2])) for found in MARK.finditer(text)}:
            self.copies[mark] += 1
            if mark not in self.answered:
                self.answered[mark] = time.perf_counter()
                self.order[mark[0]].append(mark[1])
                if mark in self._waiting:
                    self._waiting[mark].set()
        self._next += 1
        return {
            "message_id": self._next,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private", "first_name": "Ann"},
            "text": text[:100],
        }
