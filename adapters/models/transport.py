"""How model vendors' clients reach the network: aiohttp under httpx2, and streams in few pieces.

The vendors' SDKs build a typed object for every token. A server sends many tokens in one read; this
transport joins the text of one read into one event, so the layers above do their work once a read
instead of once a token. Nothing is lost: only neighbouring pure-text deltas are joined.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx2
import orjson

_HOP = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """An httpx2 transport over one aiohttp session; errors are httpx2's own.

    `connect_s` and `idle_s` bound connecting and the silence between two reads, in seconds.
    """

    def __init__(self, connect_s: float = 3.0, idle_s: float = 20.0, limit: int = 256) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=connect_s, sock_read=idle_s
        )
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=60),
                timeout=self._timeout,
                trust_env=True,
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
            )
        body = await request.aread()
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _HOP]
        try:
            answer = await self._session.request(
                request.method, str(request.url), data=body, headers=headers, allow_redirects=False
            )
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _translated(error, request) from error
        kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in _HOP]
        merge = answer.headers.get("content-type", "").startswith("text/event-stream")
        return httpx2.Response(
            answer.status, headers=kept, stream=_Body(answer, request, merge=merge), request=request
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Body(httpx2.AsyncByteStream):
    def __init__(
        self, answer: aiohttp.ClientResponse, request: httpx2.Request, *, merge: bool
    ) -> None:
        self._answer = answer
        self._request = request
        self._merge = merge

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest = b""
        try:
            while True:
                read = await self._answer.content.readany()
                if not read:
                    break
                if not self._merge:
                    yield read
                    continue
                whole, rest = _whole_events(rest + read)
                if whole:
                    yield merged(whole)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _translated(error, self._request) from error
        if rest:
            yield rest

    async def aclose(self) -> None:
        # A stream that was not read to its end must not go back to the pool.
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()
        await asyncio.sleep(0)


def _whole_events(buffer: bytes) -> tuple[bytes, bytes]:
    end = buffer.rfind(b"\n\n")
    return (buffer[: end + 2], buffer[end + 2 :]) if end >= 0 else (b"", buffer)


def merged(events: bytes) -> bytes:
    """The same events, neighbouring text deltas joined. What is not understood is left alone."""
    out: list[bytes] = []
    pending: dict[str, Any] | None = None
    head = b""
    for event in events.split(b"\n\n"):
        if not event:
            continue
        start, _, data = event.rpartition(b"data: ")
        parsed = _text_delta(data) if start in (b"", b"event: content_block_delta\n") else None
        if parsed is None:
            if pending is not None:
                out.append(head + b"data: " + orjson.dumps(pending))
                pending = None
            out.append(event)
        elif pending is not None and _join(pending, parsed):
            continue
        else:
            if pending is not None:
                out.append(head + b"data: " + orjson.dumps(pending))
            pending, head = parsed, start
    if pending is not None:
        out.append(head + b"data: " + orjson.dumps(pending))
    return b"\n\n".join(out) + b"\n\n"


def _text_delta(data: bytes) -> dict[str, Any] | None:
    """The parsed event when it holds nothing but a piece of text, else None."""
    if not data.startswith(b"{"):
        return None
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if event.get("type") == "content_block_delta":
        return event if event.get("delta", {}).get("type") == "text_delta" else None
    choices = event.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or event.get("usage"):
        return None
    delta = choices[0].get("delta")
    if not isinstance(delta, dict) or choices[0].get("finish_reason") or "logprobs" in delta:
        return None
    pure = isinstance(delta.get("content"), str) and not any(
        v for k, v in delta.items() if k not in ("content", "role")
    )
    return event if pure else None


def _join(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Append the text of `second` to `first` when both belong to the same piece of the answer."""
    if first.get("type") == "content_block_delta":
        if second.get("type") != first["type"] or first.get("index") != second.get("index"):
            return False
        first["delta"]["text"] += second["delta"]["text"]
        return True
    a, b = first.get("choices"), second.get("choices")
    if not a or not b or a[0].get("index") != b[0].get("index"):
        return False
    a[0]["delta"]["content"] += b[0]["delta"]["content"]
    return True


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
