"""The client itself: cache and single flight around one request after another.

A body is returned as JSON (or as a picture's bytes), or the provider is `Unavailable`. On failure
an older body is served with its age, and the caller marks the fact as cached. URLs are never
logged: they may hold keys.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Unpack

import httpx

from adapters.travel.http import bodies
from adapters.travel.http.answers import Answer, Passing, Refused, Reply, refused
from adapters.travel.http.asking import MAX_PICTURE_BYTES, How, Question
from adapters.travel.http.limits import LIMITS, Host, Limit
from core.errors import Unavailable
from core.ports import Cache, Cached, Clock

RETRIED = frozenset({429, 502, 503, 504})
SUCCESS = frozenset({200, 201, 203, 204})
UNDERSTOOD = frozenset({400, 404, 410, 422, 451})  # about the question, so the host is well
LONGEST_WAIT_S = 2.0  # a provider that asks for more is left alone, and the turn goes on without

# At INFO they write every address, and addresses hold keys.
for _loud in ("httpx", "httpcore"):
    logging.getLogger(_loud).setLevel(logging.WARNING)


class ProviderClient:
    """Asks providers. One for the whole process.

    `limits` are per host ("api.met.no", or "127.0.0.1:8080" with a port), on top of those of the
    public servers; `per_second` is the pace of any other host. `timeout_s` is the deadline of a
    request that names none, `longest_s` of all. `patience_s` is how long a refresh may take while
    there is an older body to show; `sleep`, `steady` and `rng` are injected by tests.
    """

    def __init__(
        self,
        cache: Cache,
        clock: Clock,
        *,
        user_agent: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 5.0,
        longest_s: float = 60.0,
        patience_s: float = 1.5,
        retries: int = 2,
        per_second: float = 5.0,
        limits: Mapping[str, Limit] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        steady: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._timeout_s = timeout_s
        self._longest_s = longest_s
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=None,  # every question has a deadline of its own
            headers={"User-Agent": bodies.header(user_agent), "Accept": "application/json"},
            follow_redirects=False,
        )
        self._patience_s = patience_s
        self._retries = retries
        self._limits = {**LIMITS, **(limits or {})}
        self._ordinary = Limit(per_second)
        self._sleep = sleep
        self._steady = steady
        self._rng = rng or random.Random()
        self._hosts: dict[str, Host] = {}
        self._in_flight: dict[str, asyncio.Task[Answer]] = {}

    async def get(
        self,
        who: str,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        fresh_for: timedelta | Callable[[Any], timedelta],
        **how: Unpack[How],
    ) -> Answer:
        """The JSON at `url`, from the cache while it is fresh; see How for the rest.

        Raises Unavailable(who) when there is no answer and nothing cached; Refused, which is one,
        when the provider answered with an error.
        """
        return await self.ask(Question(who, url, params=params or {}, fresh_for=fresh_for, **how))

    async def post(
        self,
        who: str,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        idempotent: bool = True,
        fresh_for: timedelta | Callable[[Any], timedelta] = timedelta(0),
        **how: Unpack[How],
    ) -> Answer:
        """The JSON that answers a POST of `json` or of `form`.

        One that is `idempotent` only asks: it is tried again, kept and shared as a GET is. Any
        other is sent once and its answer is not kept. Raises as `get` does.
        """
        return await self.ask(
            Question(
                who,
                url,
                method="POST",
                params=params or {},
                json=json,
                form=form,
                idempotent=idempotent,
                fresh_for=fresh_for,
                **how,
            )
        )

    async def picture(
        self,
        who: str,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        fresh_for: timedelta | Callable[[Any], timedelta],
        **how: Unpack[How],
    ) -> Answer:
        """The bytes of a PNG, JPEG or WebP picture, of at most 2 MB. Raises as `get` does."""
        how.setdefault("max_bytes", MAX_PICTURE_BYTES)
        how["headers"] = {"Accept": "image/png, image/jpeg"} | dict(how.get("headers", {}))
        return await self.ask(
            Question(who, url, params=params or {}, kind="picture", fresh_for=fresh_for, **how)
        )

    async def ask(self, q: Question) -> Answer:
        """The answer to any question; `get`, `post` and `picture` are its short forms."""
        if not q.idempotent:
            return await self._fetch(q, None)
        kept = await self._cache.get(q.key)
        known = self._read(q, kept)
        if known is not None and not known.stale:
            return known
        task = self._in_flight.get(q.key)
        if task is None:
            task = asyncio.create_task(self._fetch(q, kept if known else None))
            self._in_flight[q.key] = task
            task.add_done_callback(lambda done: self._landed(q.key, done))
        if known is None:
            return await asyncio.shield(task)
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.shield(task)
        except (Unavailable, TimeoutError):
            return known

    def _read(self, q: Question, kept: Cached | None) -> Answer | None:
        """What the cache held, stale when it is not fresh; None when it is too old or broken."""
        if kept is None:
            return None
        now = self._clock.now()
        if now - kept.fetched_at > max(q.keep_for, kept.fresh_until - kept.fetched_at):
            return None
        try:
            body = bodies.unpacked(q, kept.body)
        except ValueError:
            return None
        return Answer(body, kept.fetched_at, stale=now >= kept.fresh_until, cached=True)

    def _landed(self, key: str, task: asyncio.Task[Answer]) -> None:
        self._in_flight.pop(key, None)
        if not task.cancelled():
            task.exception()  # everybody may have left; asyncio would log it as never retrieved

    async def _fetch(self, q: Question, kept: Cached | None) -> Answer:
        """Ask until there is an answer or no hope, and keep what is good."""
        host = self._host(q)
        attempt = 0
        while True:
            try:
                async with host.turn(q.who, q.weight, self._sleep):
                    answer = await self._heard(host, q, kept)
            except Passing as passing:
                failure = passing.failure
            else:
                host.answered()
                return answer
            attempt += 1
            retries = self._retries if q.retries is None else min(q.retries, self._retries)
            hopeless = attempt > retries or (failure.retry_after or 0) > LONGEST_WAIT_S
            if hopeless or not q.idempotent:
                host.failed(failure)
                raise failure
            backoff = self._rng.uniform(0, 0.25 * 2**attempt)
            await self._sleep(max(failure.retry_after or 0.0, backoff))

    async def _heard(self, host: Host, q: Question, kept: Cached | None) -> Answer:
        """One request; a failure that is not asked again counts against the host all the same."""
        try:
            return await self._once(q, kept)
        except Unavailable as failure:
            if not (isinstance(failure, Refused) and failure.status in UNDERSTOOD):
                host.failed(failure)
            raise

    async def _once(self, q: Question, kept: Cached | None) -> Answer:
        """One request: a good body, read and kept."""
        headers = dict(q.headers)
        if q.revalidate and kept is not None:
            headers |= {"If-None-Match": kept.etag} if kept.etag else {}
            headers |= {"If-Modified-Since": kept.modified} if kept.modified else {}
        reply = await self._send(q, headers)
        now = self._clock.now()
        if reply.status == 304 and kept is not None:
            body = bodies.unpacked(q, kept.body)
            until = bodies.fresh_until(q, reply, body, now)
            unchanged = kept.model_copy(update={"fetched_at": now, "fresh_until": until})
            await self._cache.put(q.key, unchanged)
            return Answer(body, now)
        if reply.status not in SUCCESS:
            failure = refused(q, reply, now)
            if reply.status in RETRIED:
                raise Passing(failure)
            raise failure
        body = q.reduce(bodies.body(q, reply))
        if q.idempotent and q.keep_for:
            await self._cache.put(
                q.key,
                Cached(
                    body=bodies.packed(q, body),
                    fetched_at=now,
                    fresh_until=bodies.fresh_until(q, reply, body, now),
                    etag=reply.headers.get("etag", ""),
                    modified=reply.headers.get("last-modified", ""),
                ),
            )
        return Answer(body, now, status=reply.status)

    async def _send(self, q: Question, headers: dict[str, str]) -> Reply:
        try:
            async with (
                asyncio.timeout(min(q.timeout_s or self._timeout_s, self._longest_s)),
                self._http.stream(
                    q.method,
                    q.url,
                    params=dict(q.params) or None,
                    headers=headers,
                    json=q.json,
                    data=dict(q.form) if q.form is not None else None,
                ) as response,
            ):
                content = await bodies.content(q, response.aiter_bytes())
                return Reply(response.status_code, response.headers, content)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise Unavailable(q.who, type(error).__name__) from None  # its text may hold the URL
        except (httpx.HTTPError, TimeoutError) as error:
            raise Passing(Unavailable(q.who, type(error).__name__)) from None

    def _host(self, q: Question) -> Host:
        try:
            name = httpx.URL(q.url).netloc.decode()
        except httpx.InvalidURL:
            raise Unavailable(q.who, "InvalidURL") from None
        host = self._hosts.get(name)
        if host is None:
            limit = self._limits.get(name, self._ordinary)
            host = self._hosts[name] = Host(limit, self._steady, self._clock.now)
        return host

    async def aclose(self) -> None:
        tasks = list(self._in_flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()
