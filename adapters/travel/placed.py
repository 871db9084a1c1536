"""What geocoders share: how long answers are kept, and making a Place of what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from adapters.travel.atlas import gazetteer
from adapters.travel.http import Answer
from core.travel import Confidence, Place, Point, Source

HITS_KEPT, MISSES_KEPT = timedelta(days=30), timedelta(days=1)
MAX_TEXT, MAX_FOUND = 120, 5
SPOT = "spot"  # an address, a hotel, a sight: smaller than a town
CITY_PEOPLE = 100_000
AROUND_KM = 40.0


class SpotFinder(Protocol):
    """A geocoder that knows names, addresses or sights, and what is at a point."""

    async def find(self, text: str, *, country: str = "", near: Point | None = None) -> list[Place]:
        """Places called `text`, best first; with `near` only those within about 40 km of it.

        Raises Unavailable.
        """
        ...

    async def at(self, point: Point) -> Place | None:
        """The town or address at a point; None at sea. Raises Unavailable."""
        ...


def asked(text: str) -> str:
    """The words as they are sent: one line, of sane length."""
    return " ".join(text.split())[:MAX_TEXT]


def kept_for(holds: Callable[[Any], bool]) -> Callable[[Any], timedelta]:
    """Hits stay for a month, misses for a day: the place may be added to the map."""
    return lambda body: HITS_KEPT if holds(body) else MISSES_KEPT


def source(name: str, url: str, credit: str, answer: Answer) -> Source:
    return Source(
        name=name,
        url=url,
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution=credit,
    )


def place(
    source: Source,
    id: str,
    name: str,
    kind: str,
    country: str,
    point: Point,
    *,
    region: str = "",
    timezone: str = "",
    population: int = 0,
) -> Place | None:
    """The Place; None without a name or a country. An unknown zone is the nearest town's."""
    country = country.upper()
    if not name or len(country) != 2 or not country.isalpha():
        return None
    if not timezone:
        town = gazetteer.nearest(point.lat, point.lon, country=country)
        known = town or gazetteer.country(country)
        if known is None:
            return None
        timezone = known.timezone
    return Place(
        source=source,
        id=id,
        name=name,
        kind=kind,
        country=country,
        region=region,
        point=point,
        timezone=timezone,
        population=population,
    )


def box(point: Point) -> tuple[float, float, float, float]:
    """South, west, north, east of a square of about 80 km around a point."""
    tall = AROUND_KM / 111.2
    wide = tall / max(0.05, math.cos(math.radians(point.lat)))
    return (
        max(-90.0, point.lat - tall),
        max(-180.0, point.lon - wide),
        min(90.0, point.lat + tall),
        min(180.0, point.lon + wide),
    )
