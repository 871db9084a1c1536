"""One HTTP server for all adapters of this process: each adds its routes while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from core.errors import Misconfigured

MAX_BODY = 256 * 1024
Handler = Callable[[web.Request], Awaitable[web.Response]]
Routes = Mapping[tuple[str, str], Handler]  # (method, path)


class Front:
    """Listens on `port` as long as somebody serves; port 0 takes a free one."""

    def __init__(self, port: int, host: str = "0.0.0.0") -> None:
        self._host = host
        self._wanted = port
        self._routes: dict[tuple[str, str], Handler] = {}
        self._runner: web.AppRunner | None = None
        self._lock = asyncio.Lock()
        self.port = 0

    @asynccontextmanager
    async def serving(self, routes: Routes) -> AsyncIterator[None]:
        """Serve `routes` while the block runs; the last one to leave closes the server.

        Requests under way are finished. Raises Misconfigured when the port is taken.
        """
        self._routes.update(routes)
        try:
            async with self._lock:
                if self._runner is None:
                    await self._start()
            yield
        finally:
            for route in routes:
                self._routes.pop(route, None)
            async with self._lock:
                if not self._routes and self._runner is not None:
                    await self._runner.cleanup()
                    self._runner, self.port = None, 0

    async def _start(self) -> None:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._wanted).start()
        except OSError as error:
            await runner.cleanup()
            raise Misconfigured("PORT", f"cannot be listened on: {error.strerror}") from None
        except BaseException:
            await runner.cleanup()
            raise
        self._runner, self.port = runner, runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.Response:
        handler = self._routes.get((request.method, request.path))
        if handler is not None:
            return await handler(request)
        known = any(path == request.path for _, path in self._routes)
        return web.Response(status=405 if known else 404)
