"""The webhook's little HTTP server: one route, a secret, a size limit, nothing before the inbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from adapters.chat.telegram.intake import Intake, is_secret, receive
from core.errors import Misconfigured

MAX_BODY = 256 * 1024
SECRET_HEADER = b"x-telegram-bot-api-secret-token"


@dataclass(frozen=True)
class WebhookSettings:
    """`url` is public (https); `host`, `port` and `path` are what we listen on behind it.

    `path` is the path of `url` unless a proxy rewrites it. Port 0 takes a free one.
    """

    url: str
    secret: str = field(repr=False)
    port: int = 8080
    host: str = "0.0.0.0"
    path: str = ""
    max_connections: int = 40

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", self.secret):
            raise Misconfigured("TELEGRAM_WEBHOOK_SECRET", "needs 16-256 of A-Z a-z 0-9 _ -")
        if not urlsplit(self.url).hostname:
            raise Misconfigured("TELEGRAM_WEBHOOK_URL", "is not an address")


class WebhookServer:
    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._intake: Intake | None = None
        self.port = 0

    @asynccontextmanager
    async def serving(self, intake: Intake) -> AsyncIterator[None]:
        """Listen while the block runs; requests under way are finished at its end."""
        self._intake = intake
        app = web.Application(client_max_size=MAX_BODY)
        path = self._settings.path or urlsplit(self._settings.url).path or "/"
        app.router.add_post(path, self._handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._settings.host, self._settings.port)
            await site.start()
            self.port = runner.addresses[0][1]
            yield
        finally:
            self.port = 0
            await runner.cleanup()

    def registration(self, allowed_updates: Sequence[str]) -> dict[str, Any]:
        """Parameters of setWebhook. Pending updates are never dropped."""
        return {
            "url": self._settings.url,
            "secret_token": self._settings.secret,
            "allowed_updates": list(allowed_updates),
            "max_connections": self._settings.max_connections,
        }

    async def _handle(self, request: web.Request) -> web.Response:
        # Raw bytes: a header that is not ASCII must be a wrong secret, not an exception.
        given = [value for key, value in request.raw_headers if key.lower() == SECRET_HEADER]
        if not is_secret(given, self._settings.secret):
            return web.Response(status=401)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        assert self._intake is not None
        return web.Response(status=await receive(self._intake, body))
