"""The webhook's little HTTP server: one route, a secret, a size limit, nothing before the inbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from adapters.chat.front import Front
from adapters.chat.telegram.intake import Intake, is_secret, receive
from core.errors import Misconfigured

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
    """`front` is the server that is shared with other adapters; None makes one of its own."""

    def __init__(self, settings: WebhookSettings, front: Front | None = None) -> None:
        self._settings = settings
        self._front = front or Front(settings.port, settings.host)
        self._intake: Intake | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; 0 when it does not."""
        return self._front.port

    @asynccontextmanager
    async def serving(self, intake: Intake) -> AsyncIterator[None]:
        """Listen while the block runs; requests under way are finished at its end."""
        self._intake = intake
        path = self._settings.path or urlsplit(self._settings.url).path or "/"
        async with self._front.serving({("POST", path): self._handle}):
            yield

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
