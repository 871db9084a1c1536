"""A real HTTP server on this machine that answers like a provider, and breaks when told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDictProxy

CONTACT = "ops@example.org"
USER_AGENT = f"Caravan/test (+{CONTACT})"


@dataclass(frozen=True)
class Asked:
    """One request as it came in. `match` holds the variable parts of the path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDictProxy[str]
    body: bytes
    match: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Says:
    """One answer; `body` is sent as JSON unless it is bytes. Silence never ends by itself."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    dropped: bool = False  # the connection goes away in the middle of the body
    stalled: bool = False  # half of the body comes, the rest never does

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Handler = Callable[[Asked], Says]
Fault = Callable[[Says], Says]  # what becomes of a good answer

HTML = {"content-type": "text/html"}
PAGE = b"<!doctype html><html><h1>Internal Server Error</h1></html>"


def refuses(status: int, body: object = b"", **headers: str) -> Fault:
    """The provider answers with an error: `refuses(429, {...}, retry_after="120")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda good: Says(status, body, named)


def html_500(good: Says) -> Says:
    return Says(500, PAGE, HTML)


def silence(good: Says) -> Says:
    return replace(good, silent=True)


def cut(good: Says) -> Says:
    """The first half of a good body, sent as if it were whole."""
    content = good.content
    return replace(good, body=content[: len(content) // 2])


def dropped(good: Says) -> Says:
    return replace(good, dropped=True)


def stalled(good: Says) -> Says:
    return replace(good, stalled=True)


def says(answer: Says) -> Fault:
    return lambda good: answer


class WireServer:
    """Serves `routes` ("GET /v1/forecast", "GET /alert/{id}") and writes down what was asked.

    Like every provider that asks for it, it refuses who does not say who they are.
    """

    def __init__(self, routes: Mapping[str, Handler]) -> None:
        self._routes = dict(routes)
        self._faults: list[tuple[str, Fault]] = []
        self.asked: list[Asked] = []
        self.lost: list[str] = []  # paths that no route serves
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._end = asyncio.Event()
        self.busy = 0
        self.busiest = 0

    async def opens(self) -> None:
        app = web.Application()
        for route, handler in self._routes.items():
            method, _, path = route.partition(" ")
            app.router.add_route(method, path, self._serving(route))
            self._routes[route] = handler
        app.router.add_route("*", "/{tail:.*}", self._lost)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def closes(self) -> None:
        self._end.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def serves(self, route: str, handler: Handler) -> None:
        """Answer a route in another way from now on."""
        assert route in self._routes, route
        self._routes[route] = handler

    def breaks(self, fault: Fault, path: str = "") -> None:
        """Break every answer, or those whose path holds `path`, until `heals`."""
        self._faults.append((path, fault))

    def heals(self) -> None:
        self._faults.clear()

    def _serving(self, route: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            asked = Asked(
                request.method,
                request.path,
                dict(request.query),
                request.headers,
                await request.read(),
                dict(request.match_info),
            )
            self.asked.append(asked)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            try:
                return await self._answer(request, asked, self._routes[route])
            finally:
                self.busy -= 1

        return serve

    async def _answer(
        self, request: web.Request, asked: Asked, handler: Handler
    ) -> web.StreamResponse:
        answer = handler(asked)
        if CONTACT not in asked.headers.get("user-agent", ""):
            answer = Says(403, b"<html>who are you?</html>", HTML)
        for path, fault in self._faults:
            if path in asked.path:
                answer = fault(answer)
        if answer.silent:
            await self._end.wait()
        headers = {"content-type": "application/json; charset=utf-8"} | dict(answer.headers)
        content = answer.content
        if not (answer.dropped or answer.stalled):
            body = None if answer.status in (204, 304) else content
            return web.Response(status=answer.status, body=body, headers=headers)
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = len(content)
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        if answer.stalled:
            await self._end.wait()
        assert request.transport is not None
        request.transport.abort()
        return response

    async def _lost(self, request: web.Request) -> web.StreamResponse:
        self.lost.append(f"{request.method} {request.path}")
        return web.Response(status=404, text="<html>not found</html>", content_type="text/html")
