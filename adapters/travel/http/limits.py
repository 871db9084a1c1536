"""How fast, how often and how many at once a host may be asked, and when it is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adapters.travel.http.answers import LONGEST_REST_S, Refused
from core.errors import Unavailable

LONGEST_QUEUE_S = 10.0
FAILURES_BEFORE_REST, REST_S = 5, 30.0


@dataclass(frozen=True)
class Limit:
    """What a host allows: requests a second, at the same time, and a day (in weighted calls).

    `rest_after_429_s` is how long it is left alone after a 429 that names no time, and
    `least_rest_s` after any 429, whatever time it names.
    """

    per_second: float = 5.0
    in_flight: int | None = None
    per_day: float | None = None
    rest_after_429_s: float = 60.0
    least_rest_s: float = 0.0


# The public servers, as their operators ask; a host that is not here (an own server) has the
# client's ordinary pace. Open-Meteo's 8,000 weighted calls a day are shared out between its hosts.
LIMITS: Mapping[str, Limit] = {
    "api.open-meteo.com": Limit(5, per_day=6_500),
    "geocoding-api.open-meteo.com": Limit(5, per_day=1_500),
    "api.met.no": Limit(10),
    "api.openweathermap.org": Limit(5, per_day=900),
    "api.weather.gov": Limit(5),
    "feeds.meteoalarm.org": Limit(2, in_flight=2),
    "www.gdacs.org": Limit(1, in_flight=1),
    "nominatim.openstreetmap.org": Limit(1, in_flight=1),
    "photon.komoot.io": Limit(1, in_flight=1),
    "routing.openstreetmap.de": Limit(1, in_flight=1),
    "router.project-osrm.org": Limit(1, in_flight=1),
    "valhalla1.openstreetmap.de": Limit(1, in_flight=1),
    "overpass-api.de": Limit(1, in_flight=1, rest_after_429_s=30, least_rest_s=30),
    "overpass.private.coffee": Limit(1, in_flight=1, rest_after_429_s=30, least_rest_s=30),
    "en.wikipedia.org": Limit(5, in_flight=3),
    "en.wikivoyage.org": Limit(5, in_flight=3),
    "www.wikidata.org": Limit(5, in_flight=3),
    "api.geoapify.com": Limit(5, per_day=2_900),
    "maps.geoapify.com": Limit(5),
    "api.heigit.org": Limit(0.65, per_day=480),
    "app.ticketmaster.com": Limit(2, per_day=4_900),
    "api.duffel.com": Limit(2),
    "prod.api.market": Limit(1),
    "aerodatabox.p.rapidapi.com": Limit(1),
    "api.frankfurter.dev": Limit(2),
}


class Host:
    """How one host is treated. Times are seconds of the steady clock; the day is UTC's."""

    def __init__(
        self,
        limit: Limit,
        steady: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._limit = limit
        self._steady = steady
        self._now = now
        self._next_slot = 0.0
        self._resting_until = 0.0
        self._failures = 0
        self._day: date | None = None
        self._spent = 0.0
        self._places = asyncio.Semaphore(limit.in_flight) if limit.in_flight else None

    @asynccontextmanager
    async def turn(
        self, who: str, weight: float, sleep: Callable[[float], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Wait for a place and a slot.

        Raises Unavailable while the host rests, when too many wait, when the day's budget is gone.
        """
        self.awake(who)
        if self._places is None:
            await self._slot(who, weight, sleep)
            yield
            return
        try:
            async with asyncio.timeout(LONGEST_QUEUE_S):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable(who, "too many questions at once") from None
        try:
            await self._slot(who, weight, sleep)
            yield
        finally:
            self._places.release()

    async def _slot(
        self, who: str, weight: float, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.awake(who)
        now = self._steady()
        slot = max(self._next_slot, now)
        if slot - now > LONGEST_QUEUE_S:
            raise Unavailable(who, "too many questions at once")
        self._spend(who, weight)
        self._next_slot = slot + 1.0 / self._limit.per_second
        if slot > now:
            await sleep(slot - now)
            self.awake(who)

    def _spend(self, who: str, weight: float) -> None:
        if self._limit.per_day is None:
            return
        now = self._now()
        if self._day != now.date():
            self._day, self._spent = now.date(), 0.0
        if self._spent + weight > self._limit.per_day:
            tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            wait = (tomorrow - now).total_seconds()
            raise Unavailable(who, "the budget of calls for today is used up", wait)
        self._spent += weight

    def answered(self) -> None:
        self._failures = 0

    def failed(self, failure: Unavailable) -> None:
        """Leave the host alone: as long as it asked for, longer after many failures.

        A rest that has begun is never cut short by what fails beside it.
        """
        self._failures += 1
        seconds = failure.retry_after or 0.0
        if isinstance(failure, Refused) and failure.status == 429:
            told = failure.retry_after is not None
            seconds = max(
                seconds if told else self._limit.rest_after_429_s, self._limit.least_rest_s
            )
        if self._failures >= FAILURES_BEFORE_REST:
            seconds = max(seconds, REST_S)
        until = self._steady() + min(seconds, LONGEST_REST_S)
        self._resting_until = max(self._resting_until, until)

    def awake(self, who: str) -> None:
        """Raises Unavailable, with the seconds that are left, while the host rests."""
        now = self._steady()
        if now < self._resting_until:
            raise Unavailable(who, "left alone after failures", self._resting_until - now)
