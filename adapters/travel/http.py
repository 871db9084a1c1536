"""One HTTP client for all providers: deadline, retry, pace, cache with age, single flight.

Only GET. A body is returned as JSON, or the provider is `Unavailable`. On failure a stale cached
body is served with its age, and the caller marks the fact as cached. URLs are never logged: they
may hold keys.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from core.errors import Unavailable
from core.ports import Cache, Cached, Clock
from core.text import name

MAX_BODY_BYTES = 4 * 1024 * 1024
RETRIED = frozenset({429, 502, 503, 504})
LONGEST_WAIT_S = 2.0  # a provider that asks for more is left alone, and the turn goes on without
LONGEST_QUEUE_S = 10.0
REST_AFTER_429_S = 60.0
FAILURES_BEFORE_REST, REST_S = 5, 30.0
LONGEST_REST_S = 24 * 3_600.0


@dataclass(frozen=True)
class Answer:
    """A parsed body with the moment it was fetched; `stale` when the provider failed just now."""

    body: Any
    fetched_at: datetime
    stale: bool = False
    cached: bool = False


@dataclass
class _Host:
    """How a provider is treated, in seconds of the steady clock."""

    next_slot: float = 0.0
    resting_until: float = 0.0
    failures: int = 0


class _Passing(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, failure: Unavailable) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _anything(body: Any) -> None:
    """Every JSON is fine."""


class ProviderClient:
    """Asks providers. One for the whole process.

    `per_second` is how many requests a host gets at most, `patience_s` how long a refresh may take
    while there is an older body to show; `sleep`, `steady` and `rng` are injected by tests.
    """

    def __init__(
        self,
        cache: Cache,
        clock: Clock,
        *,
        user_agent: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 5.0,
        patience_s: float = 1.5,
        retries: int = 2,
        per_second: float = 5.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        steady: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(timeout_s, connect=3.0),
            headers={"User-Agent": _header(user_agent), "Accept": "application/json"},
            follow_redirects=False,
        )
        self._patience_s = patience_s
        self._retries = retries
        self._spacing = 1.0 / per_second
        self._sleep = sleep
        self._steady = steady
        self._rng = rng or random.Random()
        self._hosts: dict[str, _Host] = {}
        self._in_flight: dict[str, asyncio.Task[Answer]] = {}

    async def get(
        self,
        who: str,
        url: str,
        params: Mapping[str, str],
        *,
        fresh_for: timedelta,
        keep_for: timedelta = timedelta(days=1),
        check: Callable[[Any], None] = _anything,
    ) -> Answer:
        """The JSON at `url`, from the cache while it is fresh.

        A body that is no longer fresh is served when the provider fails or is slow, until it is
        `keep_for` old. `check` raises Unavailable for a body that must not be used or kept.

        Raises Unavailable(who) when there is no answer and nothing cached.
        """
        key = f"{url}?{'&'.join(f'{k}={v}' for k, v in sorted(params.items()))}"
        known, fresh = await self._known(key, keep_for)
        if known is not None and fresh:
            return known
        task = self._in_flight.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(who, url, params, key, fresh_for, check))
            self._in_flight[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        if known is None:
            return await asyncio.shield(task)
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.shield(task)
        except (Unavailable, TimeoutError):
            return known

    async def _known(self, key: str, keep_for: timedelta) -> tuple[Answer | None, bool]:
        """What the cache holds, and whether it is fresh."""
        kept = await self._cache.get(key)
        now = self._clock.now()
        if kept is None or now - kept.fetched_at > max(
            keep_for, kept.fresh_until - kept.fetched_at
        ):
            return None, False
        try:
            body = orjson.loads(kept.body)
        except orjson.JSONDecodeError:
            return None, False
        fresh = now < kept.fresh_until
        return Answer(body, kept.fetched_at, stale=not fresh, cached=True), fresh

    def _landed(self, key: str, task: asyncio.Task[Answer]) -> None:
        self._in_flight.pop(key, None)
        if not task.cancelled():
            task.exception()  # everybody may have left; asyncio would log it as never retrieved

    async def _fetch(
        self,
        who: str,
        url: str,
        params: Mapping[str, str],
        key: str,
        fresh_for: timedelta,
        check: Callable[[Any], None],
    ) -> Answer:
        host = self._hosts.setdefault(_host_of(who, url), _Host())
        attempt = 0
        while True:
            await self._pace(who, host)
            try:
                body, text = await self._ask(who, url, params)
                check(body)
            except _Passing as passing:
                failure = passing.failure
            else:
                host.failures = 0
                now = self._clock.now()
                kept = Cached(body=text, fetched_at=now, fresh_until=now + fresh_for)
                await self._cache.put(key, kept)
                return Answer(body, now)
            attempt += 1
            if attempt > self._retries or (failure.retry_after or 0) > LONGEST_WAIT_S:
                self._rest(host, failure)
                raise failure
            backoff = self._rng.uniform(0, 0.25 * 2**attempt)
            await self._sleep(max(failure.retry_after or 0.0, backoff))

    async def _ask(self, who: str, url: str, params: Mapping[str, str]) -> tuple[Any, str]:
        """One request: the parsed body and its text."""
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream("GET", url, params=dict(params)) as response,
            ):
                content = await _content(who, response)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise Unavailable(who, type(error).__name__) from None  # its text may hold the URL
        except (httpx.HTTPError, TimeoutError) as error:
            raise _Passing(Unavailable(who, type(error).__name__)) from error
        if response.status_code != 200:
            failure = _failure(who, response, content, params, self._clock.now())
            if response.status_code in RETRIED:
                raise _Passing(failure)
            raise failure
        try:
            return orjson.loads(content), content.decode()
        except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
            raise Unavailable(who, "the answer is not JSON") from error

    async def _pace(self, who: str, host: _Host) -> None:
        """Wait for a slot. Raises Unavailable while the host rests, or when too many wait."""
        now = self._steady()
        slot = max(host.next_slot, now)
        _check_awake(who, host, now)
        if slot - now > LONGEST_QUEUE_S:
            raise Unavailable(who, "too many questions at once")
        host.next_slot = slot + self._spacing
        if slot > now:
            await self._sleep(slot - now)
            _check_awake(who, host, self._steady())

    def _rest(self, host: _Host, failure: Unavailable) -> None:
        """Leave the host alone: as long as it asked for, longer after many failures."""
        host.failures += 1
        seconds = failure.retry_after or 0.0
        if failure.retry_after is None and failure.why.startswith("HTTP 429"):
            seconds = REST_AFTER_429_S
        if host.failures >= FAILURES_BEFORE_REST:
            seconds = max(seconds, REST_S)
        host.resting_until = self._steady() + min(seconds, LONGEST_REST_S)

    async def aclose(self) -> None:
        tasks = list(self._in_flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()


def _check_awake(who: str, host: _Host, now: float) -> None:
    if now < host.resting_until:
        raise Unavailable(who, "left alone after failures", host.resting_until - now)


def _header(text: str) -> str:
    """A contact may hold any character, a header only printable ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)


def _host_of(who: str, url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        raise Unavailable(who, "InvalidURL") from None


async def _content(who: str, response: httpx.Response) -> bytes:
    """The body, never more of it than we would read."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise Unavailable(who, "the answer is too large")
    return bytes(content)


def _failure(
    who: str, response: httpx.Response, content: bytes, params: Mapping[str, str], now: datetime
) -> Unavailable:
    why = f"HTTP {response.status_code}"
    reason = _reason(response, content)
    # Providers like to repeat what they were sent, and that may be a key.
    for value in params.values():
        if len(value) >= 8:
            reason = reason.replace(value, "…")
    wait = _retry_after(response.headers.get("retry-after"), now)
    if wait is None and response.status_code == 429:
        wait = _told(reason, now)
    return Unavailable(who, f"{why}: {reason}" if reason else why, wait)


def _reason(response: httpx.Response, content: bytes) -> str:
    if "json" not in response.headers.get("content-type", ""):
        return ""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    reason = body.get("reason") if isinstance(body, dict) else None
    return name(reason, 120) if isinstance(reason, str) else ""


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from a number or an HTTP date; None when there is none or it is unreadable."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_REST_S)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _told(reason: str, now: datetime) -> float | None:
    """Seconds that the reason of a 429 names in words, as Open-Meteo does without a header."""
    if "one minute" in reason:
        return 60.0
    if "next hour" in reason:
        return 3_600.0 - (now.minute * 60 + now.second)
    if "tomorrow" in reason:
        return 86_400.0 - (now.hour * 3_600 + now.minute * 60 + now.second)
    return None
