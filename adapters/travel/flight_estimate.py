"""Flights without a key: an estimate from the distance, and links to real searches.

Never a fare. Bands were set by hand from common return fares in economy, booked some weeks ahead,
and are wide on purpose; every card calls them an estimate. Which airports count stands in
airports.yaml.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple
from urllib.parse import quote

import yaml

from adapters.travel.airports import airports
from adapters.travel.great_circle import leg
from core.errors import Rejected, Unavailable
from core.ports import Clock
from core.travel import (
    Airport,
    Confidence,
    Destination,
    FlightEstimate,
    Money,
    Place,
    Point,
    Rates,
    Source,
)

NEAR_KM = 120
TOO_NEAR_KM = 100
CRUISE_KMH = 830
GROUND_H = 0.7
CHANGE_H = 2.5
DIRECT_KM = 9_000
MAIN_LEAD_KM = 40  # so much farther people go to a large airport
# (up to km, low EUR, high EUR) for one adult, return
_BANDS = (
    (600, 70, 190),
    (1_200, 80, 230),
    (2_000, 100, 290),
    (3_500, 140, 420),
    (6_000, 320, 750),
    (9_000, 450, 950),
    (12_000, 600, 1_250),
    (20_100, 850, 1_800),
)


class _Port(NamedTuple):
    iata: str
    lat: float
    lon: float
    zone: str = ""


class _Way(NamedTuple):
    """What does not change between two airports: km, hours in the air, and euros."""

    km: float
    hours: float
    low: int
    high: int


class FlightEstimates:
    """The Flights port without any provider."""

    def __init__(self, rates: Rates, clock: Clock, hubs: Iterable[str]) -> None:
        """`hubs`: airports that curated data names, preferred over small fields nearby."""
        self._rates = rates
        self._clock = clock
        self._served = frozenset(hubs) | _table().served
        self._near = lru_cache(maxsize=2_048)(self._nearest)

    async def estimate(
        self, origin: Place, destination: Destination, first: date, last: date, currency: str
    ) -> FlightEstimate:
        """A return flight for one adult: hours one way, range in `currency`, search links.

        Raises:
            Rejected: no airport within 120 km of `origin` or of the destination, or both so near
                that nobody flies.
            Unavailable: nobody knows the rate of `currency`.
        """
        if not _by_code.cache_info().currsize:  # reading the table would hold everybody up
            await asyncio.to_thread(_by_code)
        start = self._near(origin.point)
        end = _curated(destination) or self._near(destination.center)
        if start is None:
            raise Rejected(f"There is no airport near {origin.name}.")
        if end is None:
            raise Rejected(f"There is no airport near {destination.name}.")
        way = _way(start, end)
        if way.km < TOO_NEAR_KM:
            raise Rejected(f"{destination.name} is too near to {origin.name} to fly there.")
        rate = await self._rate(currency)
        return FlightEstimate(
            source=Source(
                name="own estimate from the distance",
                fetched_at=self._clock.now(),
                confidence=Confidence.ESTIMATE,
            ),
            origin=start.iata,
            destination=end.iata,
            km=round(way.km),
            hours=round(way.hours, 1),
            low=Money(amount=_rounded(way.low * rate), currency=currency),
            high=Money(amount=_rounded(way.high * rate), currency=currency),
            links=_links(start.iata, end.iata, first, last),
        )

    async def _rate(self, currency: str) -> float:
        if currency == "EUR":
            return 1.0
        try:
            return float((await self._rates.rate("EUR", currency)).rate)
        except Unavailable as error:
            raise Unavailable("The flight estimate", f"no rate for {currency}") from error

    def _nearest(self, point: Point) -> _Port | None:
        return _nearest(point, self._served)


def airport_near(point: Point, hubs: Iterable[str]) -> Airport | None:
    """The airport to leave from within 120 km, and about how long the way there takes."""
    port = _nearest(point, frozenset(hubs) | _table().served)
    if port is None:
        return None
    way = leg(_km(port, _Port("", point.lat, point.lon)))
    return Airport(iata=port.iata, km=way.km, transfer_min=max(20, -(-way.minutes // 5) * 5))


def _nearest(point: Point, served: frozenset[str]) -> _Port | None:
    """One with scheduled flights in reach, else any field; large ones are preferred."""
    main = _table().main
    here = _Port("", point.lat, point.lon)
    near = [
        (km - (MAIN_LEAD_KM if port.iata in main else 0), port)
        for port in _airports()
        if abs(port.lat - point.lat) <= 1.2 and (km := _km(port, here)) <= NEAR_KM
    ]
    flown = [pair for pair in near if pair[1].iata in served]
    return min(flown or near)[1] if near else None


def _curated(destination: Destination) -> _Port | None:
    if not destination.airports:
        return None
    return _by_code().get(destination.airports[0].iata)


@lru_cache(maxsize=8_192)
def _way(start: _Port, end: _Port) -> _Way:
    km = _km(start, end)
    low, high = next((lo, hi) for limit, lo, hi in _BANDS if km <= limit)
    return _Way(km, km / CRUISE_KMH + GROUND_H + (CHANGE_H if km > DIRECT_KM else 0), low, high)


class _Table(NamedTuple):
    """airports.yaml: `served` includes `main`, `closed` has the reasons."""

    main: frozenset[str]
    served: frozenset[str]
    closed: Mapping[str, str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = resources.files("adapters.travel").joinpath("airports.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    main = frozenset(loaded["main"].split())
    return _Table(main, main | frozenset(loaded["second"].split()), loaded["closed"])


@lru_cache(maxsize=1)
def _airports() -> tuple[_Port, ...]:
    """Airports with an IATA code, without closed ones, heliports and seaplane bases."""
    return tuple(
        _Port(code, row.lat, row.lon, row.zone)
        for code, row in airports().items()
        if code not in _table().closed and not _NO_AIRPORT.search(row.name)
    )


_NO_AIRPORT = re.compile(r"heli|seaplane|\bspb\b", re.I)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, _Port]:
    return {port.iata: port for port in _airports()}


def _km(a: _Port, b: _Port) -> float:
    la, lb = radians(a.lat), radians(b.lat)
    h = sin((lb - la) / 2) ** 2 + cos(la) * cos(lb) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 12_742 * asin(min(1.0, sqrt(h)))


def _rounded(value: float) -> Decimal:
    step = 5 if value < 200 else 10 if value < 2_000 else 100 if value < 20_000 else 1_000
    return Decimal(round(value / step) * step)


def _links(start: str, end: str, first: date, last: date) -> tuple[tuple[str, str], ...]:
    words = quote(f"Flights from {start} to {end} on {first} through {last}")
    out, back = first.strftime("%y%m%d"), last.strftime("%y%m%d")
    return (
        ("Google Flights", f"https://www.google.com/travel/flights?q={words}"),
        (
            "Skyscanner",
            f"https://www.skyscanner.net/transport/flights/{start.lower()}/{end.lower()}/{out}/{back}/",
        ),
        ("Kayak", f"https://www.kayak.com/flights/{start}-{end}/{first}/{last}"),
    )
