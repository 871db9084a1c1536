"""Asking providers in the background: one question at a time, within their limits, with patience.

Nothing waits for an answer here, so a limit is waited for instead of failing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from adapters.travel.http import ProviderClient
from core.errors import Unavailable
from core.ports import Cached

# Overpass asks for 30 s after a refusal; the others are content with that, too.
TRIES = 4
WAIT_S = 30.0
LONGEST_WAIT_S = 3_700.0


class NoCache:
    """A cache that keeps nothing: a refresh wants what is true today."""

    async def get(self, key: str) -> Cached | None:
        return None

    async def put(self, key: str, value: Cached) -> None:
        return None


class Meter:
    """Weighted calls in sliding windows; `limits` are (calls, seconds). Times are steady seconds.

    Used for Open-Meteo's free limits: 600 a minute, 5,000 an hour, 10,000 a day.
    """

    def __init__(
        self, limits: tuple[tuple[float, float], ...], steady: Callable[[], float]
    ) -> None:
        self._limits = limits
        self._steady = steady
        self._spent: deque[tuple[float, float]] = deque()

    def wait_s(self, weight: float) -> float:
        """Seconds until a call of that weight fits into every window."""
        now = self._steady()
        waits = [0.0]
        for calls, seconds in self._limits:
            inside = [(at, w) for at, w in self._spent if at > now - seconds]
            excess = sum(w for _, w in inside) + weight - calls
            for at, w in inside:
                if excess <= 0:
                    break
                excess -= w
                waits.append(at + seconds - now)
        return max(waits)

    def spend(self, weight: float) -> None:
        """A call was made just now."""
        self._spent.append((self._steady(), weight))
        longest = max(seconds for _, seconds in self._limits)
        while self._spent and self._spent[0][0] <= self._steady() - longest:
            self._spent.popleft()


class Asker:
    """One provider. `sleep` is injected; `meter` counts what its free limits count."""

    def __init__(
        self,
        client: ProviderClient,
        who: str,
        sleep: Callable[[float], Awaitable[None]],
        meter: Meter | None = None,
    ) -> None:
        self._client = client
        self._who = who
        self._sleep = sleep
        self._meter = meter

    async def ask(
        self,
        url: str,
        params: Mapping[str, str],
        check: Callable[[Any], None],
        *,
        weight: float = 1.0,
    ) -> Any:
        """The JSON at `url`. Waits when asked to, up to an hour, and tries four times.

        Raises:
            Unavailable: no answer that `check` accepts.
        """
        for attempt in range(1, TRIES + 1):
            await self._have_room(weight)
            try:
                answer = await self._client.get(
                    self._who, url, params, fresh_for=timedelta(0), check=check
                )
            except Unavailable as failure:
                wait = max(WAIT_S, failure.retry_after or 0.0)
                if attempt == TRIES or wait > LONGEST_WAIT_S or not _may_pass(failure):
                    raise
                await self._sleep(wait)
            else:
                return answer.body
        raise AssertionError("the loop returns or raises")

    async def _have_room(self, weight: float) -> None:
        if self._meter is None:
            return
        wait = self._meter.wait_s(weight)
        if wait > LONGEST_WAIT_S:
            raise Unavailable(self._who, "the free calls of today are used up", wait)
        if wait > 0:
            await self._sleep(wait)
        self._meter.spend(weight)


def _may_pass(failure: Unavailable) -> bool:
    """Whether the same question may be answered later: not when we asked something wrong."""
    status = failure.why.removeprefix("HTTP ")[:3]
    return not (status.startswith("4") and status.isdigit()) or status in ("408", "429")
