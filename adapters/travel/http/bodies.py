"""Bodies and headers: read with a cap, checked, kept as text, fresh until a moment."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.travel.http.answers import Reply, http_date
from adapters.travel.http.asking import Question
from core.errors import Unavailable


def header(text: str) -> str:
    """A contact may hold any character, a header only printable ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)


def fresh_until(q: Question, reply: Reply, body: Any, now: datetime) -> datetime:
    """As long as we want it, or as the provider says when that is longer (a day at most)."""
    ours = now + (q.fresh_for(body) if callable(q.fresh_for) else q.fresh_for)
    told = http_date(reply.headers.get("expires", "")) if q.expires else None
    return ours if told is None else min(max(ours, told), now + timedelta(days=1))


async def content(q: Question, chunks: AsyncIterator[bytes]) -> bytes:
    """The body, never more of it than we would read."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > q.max_bytes:
            raise Unavailable(q.who, "the answer is too large")
    return bytes(found)


def body(q: Question, reply: Reply) -> Any:
    """The answer's body, checked; None for 204."""
    if q.kind == "picture":
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("image/png", "image/jpeg", "image/webp") or not reply.content:
            raise Unavailable(q.who, "the answer is not a picture")
        return reply.content
    read = None
    if reply.status != 204:
        try:
            reply.content.decode()
            read = orjson.loads(reply.content)
        except (orjson.JSONDecodeError, UnicodeDecodeError):
            raise Unavailable(q.who, "the answer is not JSON") from None
        if read is None:  # "null" is not the "nothing" that 204 means
            raise Unavailable(q.who, "the answer is empty")
    q.check(read)
    return read


def packed(q: Question, body: Any) -> str:
    """A body as the cache keeps it."""
    if q.kind == "picture":
        return base64.b64encode(body).decode()
    return orjson.dumps(body).decode()


def unpacked(q: Question, text: str) -> Any:
    """The body again. Raises ValueError when the kept text is broken."""
    return base64.b64decode(text, validate=True) if q.kind == "picture" else orjson.loads(text)
