"""One HTTP client for all providers: deadline, retry, pace, cache with age, single flight.

Only GET. A body is returned as JSON, or the provider is `Unavailable`. On failure a stale cached
body is served with its age, and the caller marks the fact as cached. URLs are never logged: they
may hold keys.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from core.errors import Unavailable
from core.ports import Cache, Cached, Clock

MAX_BODY_BYTES = 4 * 1024 * 1024
RETRIED = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """A parsed body with the moment it was fetched; `stale` when the provider failed just now."""

    body: Any
    fetched_at: datetime
    stale: bool = False
    cached: bool = False


class ProviderClient:
    """Asks providers. One for the whole process.

    `per_second` is how many requests a host gets at most; `sleep` and `rng` are injected by tests.
    """

    def __init__(
        self,
        cache: Cache,
        clock: Clock,
        *,
        user_agent: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 5.0,
        retries: int = 2,
        per_second: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(timeout_s, connect=3.0),
            headers={"User-Agent": user_agent, "Accept": "application/json"},
            follow_redirects=False,
        )
        self._retries = retries
        self._spacing = 1.0 / per_second
        self._sleep = sleep
        self._rng = rng or random.Random()
        self._next_slot: dict[str, datetime] = {}
        self._in_flight: dict[str, asyncio.Task[Answer]] = {}

    async def get(
        self, who: str, url: str, params: Mapping[str, str], *, fresh_for: timedelta
    ) -> Answer:
        """The JSON at `url`, from the cache while it is fresh.

        Raises Unavailable(who) when there is no answer and nothing cached.
        """
        key = f"{url}?{'&'.join(f'{k}={v}' for k, v in sorted(params.items()))}"
        known = await self._cache.get(key)
        now = self._clock.now()
        if known is not None and now < known.fresh_until:
            return Answer(orjson.loads(known.body), known.fetched_at, cached=True)
        task = self._in_flight.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(who, url, params, key, fresh_for))
            self._in_flight[key] = task
            task.add_done_callback(lambda _: self._in_flight.pop(key, None))
        try:
            return await asyncio.shield(task)
        except Unavailable:
            if known is None:
                raise
            return Answer(orjson.loads(known.body), known.fetched_at, stale=True, cached=True)

    async def _fetch(
        self, who: str, url: str, params: Mapping[str, str], key: str, fresh_for: timedelta
    ) -> Answer:
        attempt = 0
        while True:
            await self._pace(httpx.URL(url).host)
            try:
                response = await self._http.get(url, params=dict(params))
            except httpx.HTTPError as error:
                failure = Unavailable(who, type(error).__name__)
                failure.__cause__ = error
            else:
                if response.status_code == 200:
                    return await self._keep(who, response, key, fresh_for)
                failure = _failure(who, response, self._clock.now())
                if response.status_code not in RETRIED:
                    raise failure
            attempt += 1
            if attempt > self._retries or (failure.retry_after or 0) > 2.0:
                raise failure
            backoff = self._rng.uniform(0, 0.25 * 2**attempt)
            await self._sleep(max(failure.retry_after or 0.0, backoff))

    async def _keep(
        self, who: str, response: httpx.Response, key: str, fresh_for: timedelta
    ) -> Answer:
        if len(response.content) > MAX_BODY_BYTES:
            raise Unavailable(who, "the answer is too large")
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise Unavailable(who, "the answer is not JSON") from error
        now = self._clock.now()
        cached = Cached(body=response.text, fetched_at=now, fresh_until=now + fresh_for)
        await self._cache.put(key, cached)
        return Answer(body, now)

    async def _pace(self, host: str) -> None:
        now = self._clock.now()
        slot = max(self._next_slot.get(host, now), now)
        self._next_slot[host] = slot + timedelta(seconds=self._spacing)
        wait = (slot - now).total_seconds()
        if wait > 0:
            await self._sleep(wait)

    async def aclose(self) -> None:
        for task in list(self._in_flight.values()):
            task.cancel()
        await self._http.aclose()


def _failure(who: str, response: httpx.Response, now: datetime) -> Unavailable:
    why = f"HTTP {response.status_code}"
    if "json" in response.headers.get("content-type", ""):
        try:
            reason = orjson.loads(response.content).get("reason")
        except (orjson.JSONDecodeError, AttributeError):
            reason = None
        if isinstance(reason, str):
            why = f"{why}: {reason[:120]}"
    return Unavailable(who, why, _retry_after(response.headers.get("retry-after"), now))


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from a number or an HTTP date; None when there is none or it is unreadable."""
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
