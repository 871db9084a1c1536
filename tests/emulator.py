"""Somebody else's Bot API server, with the two things added that the tests need of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Emulator(LoBotApiEmulator):
    """Forgives two parameters that Telegram has and the emulator does not know; keeps all texts."""

    def __init__(self) -> None:
        super().__init__(allow_insecure_loopback_webhooks=True)
        self.texts: list[str] = []
        self.url = ""
        self.answered = asyncio.Condition()

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        for unknown in ("link_preview_options", "message_thread_id"):
            fields.pop(unknown, None)
        result = super().validate(method, fields, uploads)
        if method == "sendMessage":
            self.texts.append(fields["text"])
        return result

    def methods(self, status: int = 200) -> list[str]:
        return [r["method"] for r in self.requests if r["status"] == status]

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(40), self.answered:
            await self.answered.wait_for(lambda: bool(true()))


@asynccontextmanager
async def emulated() -> AsyncIterator[Emulator]:
    """The emulator on a free port; it says its name, which it would not by itself."""
    emulator = Emulator()

    @web.middleware
    async def name_and_notify(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if request.path.endswith("/getMe"):
            me = {"id": 7, "is_bot": True, "first_name": "Caravan", "username": "caravan_bot"}
            answer = web.json_response({"ok": True, "result": me})
        async with emulator.answered:
            emulator.answered.notify_all()
        return answer

    app = emulator.app()
    app.middlewares.append(name_and_notify)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    emulator.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield emulator
    await runner.cleanup()
