"""Airports of the world by IATA code, from the airportsdata package, with its mistakes mended."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import airportsdata

# The package has these countries' points as degrees, minutes and seconds: 50.5405 for 50°54'05".
_IN_MINUTES = frozenset({"BE", "LU"})


class AirportRow(NamedTuple):
    """One airport. `zone` is an IANA time zone, `country` ISO 3166-1 alpha-2."""

    iata: str
    name: str
    city: str
    country: str
    lat: float
    lon: float
    zone: str


@lru_cache(maxsize=1)
def airports() -> dict[str, AirportRow]:
    """Every airport with an IATA code, heliports and closed ones included."""
    return {
        code: AirportRow(code, row["name"], row["city"], row["country"], *_point(row), row["tz"])
        for code, row in sorted(airportsdata.load("IATA").items())
    }


def airport_zone(iata: str) -> str:
    """The time zone of an airport; empty when we do not know the airport."""
    known = airports().get(iata)
    return known.zone if known else ""


@lru_cache(maxsize=1)
def airport_cities() -> dict[str, str]:
    """IATA code -> the city of the airport, for travellers who write "from LHR"."""
    return {code: row.city for code, row in airports().items() if row.city}


def _point(row: airportsdata.Airport) -> tuple[float, float]:
    if row["country"] not in _IN_MINUTES:
        return row["lat"], row["lon"]
    lat, lon = _from_minutes(row["lat"]), _from_minutes(row["lon"])
    return (row["lat"], row["lon"]) if lat is None or lon is None else (lat, lon)


def _from_minutes(value: float) -> float | None:
    """50.5405 read as 50°54'05"; None when it cannot be that (no minute has 74 seconds)."""
    if round(value, 4) != value:
        return None
    degrees, rest = divmod(round(value * 10_000), 10_000)
    minutes, seconds = divmod(rest, 100)
    if minutes >= 60 or seconds >= 60:
        return None
    return degrees + minutes / 60 + seconds / 3_600
