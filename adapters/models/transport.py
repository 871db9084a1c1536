"""How model vendors' clients reach the network: aiohttp under httpx2, and streams in few pieces.

The vendors' SDKs build a typed object for every token. No chat can show a text more than some ten
times a second, so this transport hands the first text on at once and then gathers what comes within
a tenth of a second into one event. Nothing is lost: only neighbouring pure-text deltas are joined.
"""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import httpx2

from adapters.models.deltas import merged, whole_events

_HOP = frozenset(
    {"accept-encoding", "connection", "content-encoding", "content-length", "transfer-encoding"}
)
# Larger events are no answer of a model. LangChain reads unfinished tool arguments character by
# character from the end, so for them the bound is a matter of CPU, too.
MAX_EVENT_BYTES = 64_000
MAX_ARGUMENT_BYTES = 8_000
GATHER_SECONDS = 0.1
# The first words (or tool arguments) of an answer; what comes before is framing.
_ARGUMENTS = re.compile(rb'"(?:arguments|partial_json)"\s*:')
_BEGUN = re.compile(rb'"(?:content|text|arguments|partial_json)"\s*:\s*"[^"]')


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """An httpx2 transport over one aiohttp session; errors are httpx2's own.

    `connect_s` and `idle_s` bound connecting and the silence between two reads, in seconds.
    """

    def __init__(self, connect_s: float = 3.0, idle_s: float = 25.0, limit: int = 256) -> None:
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=idle_s)
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None
        # Not aiohttp's trust_env: it reads ~/.netrc in a thread at every request, and refuses to
        # work when it finds something there.
        self._proxies = urllib.request.getproxies()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=60),
                timeout=self._timeout,
                skip_auto_headers=("User-Agent",),
            )
        url = str(request.url)
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _HOP]
        try:
            answer = await self._session.request(
                request.method,
                url,
                data=await request.aread(),
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy(url),
            )
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _translated(error, request) from error
        kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in _HOP]
        events = answer.headers.get("content-type", "").startswith("text/event-stream")
        body = (_Events if events else _Body)(answer, request)
        return httpx2.Response(answer.status, headers=kept, stream=body, request=request)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _proxy(self, url: str) -> str | None:
        parts = urlsplit(url)
        proxy = self._proxies.get(parts.scheme)
        if proxy is None or urllib.request.proxy_bypass(parts.hostname or ""):
            return None
        return proxy


class _Body(httpx2.AsyncByteStream):
    """The bytes of an answer as they come."""

    def __init__(self, answer: aiohttp.ClientResponse, request: httpx2.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while read := await self._answer.content.readany():
                yield read
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _translated(error, self._request) from error

    async def aclose(self) -> None:
        # A stream that was not read to its end must not go back to the pool.
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


class _Events(_Body):
    """Server-sent events, whole ones only, the text of one read joined."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest = b""
        begun = False
        async for read in super().__aiter__():
            if b"\r\n" in read and not rest:
                yield read  # a server with other line ends: legal, rare, and passed on as it is
                continue
            whole, rest = whole_events(rest + read)
            if len(rest) > MAX_EVENT_BYTES or _too_large(whole):
                raise httpx2.RemoteProtocolError("a huge event", request=self._request)
            if whole:
                yield merged(whole)
                begun = begun or _BEGUN.search(whole) is not None
            if begun:
                await self._gather()
        if rest:
            yield rest

    async def _gather(self) -> None:
        """Let more of the answer arrive, but not longer than until its end."""
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await self._answer.content.wait_eof()
        except TimeoutError:
            return
        except aiohttp.ClientError as error:
            raise _translated(error, self._request) from error


def _too_large(events: bytes) -> bool:
    if len(events) <= MAX_ARGUMENT_BYTES:
        return False
    return any(
        len(event) > (MAX_ARGUMENT_BYTES if _ARGUMENTS.search(event) else MAX_EVENT_BYTES)
        for event in events.split(b"\n\n")
    )


def _translated(error: BaseException, request: httpx2.Request) -> httpx2.TransportError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx2.ConnectTimeout(str(error), request=request)
    if isinstance(error, TimeoutError):
        return httpx2.ReadTimeout(str(error), request=request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx2.ConnectError(str(error), request=request)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return httpx2.RemoteProtocolError(str(error), request=request)
    return httpx2.ReadError(str(error), request=request)
