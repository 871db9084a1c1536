"""An OpenAI-compatible server that streams forty tokens and the mark of the last message."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any, Self

import orjson
from aiohttp import web

from benchmarks.fake_chat import MARK

TOKENS = 40


class FakeModel:
    """`first_s` is the time to the first token, `per_second` the pace after it; 0 means at once.

    Up to `uneven_s` more, differently for every answer, shows who keeps the order of a chat.
    """

    def __init__(self) -> None:
        self.first_s = 0.0
        self.uneven_s = 0.0
        self._chance = random.Random(1)
        self.per_second = 0.0
        self.requests = 0
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        asked = orjson.loads(await request.read())
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with suppress(ConnectionResetError):  # the bot was killed
            await self._say(answer, request, _mark(asked))
        return answer

    async def _say(self, answer: web.StreamResponse, request: web.Request, mark: str) -> None:
        words = ["Here"] + [" and so on"] * (TOKENS - 2) + [f" {mark}"]
        await asyncio.sleep(self.first_s + self._chance.random() * self.uneven_s)
        await answer.prepare(request)
        pause = 1 / self.per_second if self.per_second else 0.0
        for word in words:
            await answer.write(_event({"delta": {"content": word}, "index": 0}))
            if pause:
                await asyncio.sleep(pause)
        await answer.write(_event({"delta": {}, "index": 0, "finish_reason": "stop"}))
        usage = {"prompt_tokens": 100, "completion_tokens": TOKENS, "total_tokens": 100 + TOKENS}
        await answer.write(_line({**_HEAD, "choices": [], "usage": usage}) + b"data: [DONE]\n\n")
        await answer.write_eof()


_HEAD: dict[str, Any] = {
    "id": "chatcmpl-bench",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "bench",
}


def _mark(asked: dict[str, Any]) -> str:
    said = [m for m in asked["messages"] if m["role"] == "user"]
    marks = [found[0] for m in said for found in MARK.finditer(str(m["content"]))]
    return marks[-1] if marks else ""


def _event(choice: dict[str, Any]) -> bytes:
    return _line({**_HEAD, "choices": [choice]})


def _line(value: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"
