"""Travel times from the great circle alone: no network, no map, always an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, ceil, cos, radians, sin, sqrt

from core.travel import Confidence, Leg, Point

EARTH_KM = 6371.0
WALK_DETOUR, WALK_KMH, WALK_MAX_KM = 1.3, 4.8, 2.0
TRANSIT_ACCESS_MIN, TRANSIT_KMH, TRANSIT_SLOW_KM = 10, 18, 15
TRANSIT_FAST_KMH, TRANSIT_MAX_KM = 35, 30
DRIVE_ACCESS_MIN, DRIVE_KMH, DRIVE_DETOUR = 10, 45, 1.25
DRIVE_SLOW_KM, DRIVE_FAST_KMH = 60, 70


class GreatCircleRoutes:
    """`Routes` without a map: minutes from the straight distance and how people move over it.

    - Walk, up to 2 km on foot (or as far as is asked for): distance times 1.3 for corners, at
      4.8 km/h.
    - Transit, up to 30 km: 10 min to reach and wait for it, then 18 km/h for the first 15 km and
      35 km/h for the rest.
    - Drive (car or bus) beyond: distance times 1.25 for bends, 10 min to get going, 45 km/h for
      the first 60 km and 70 km/h for the rest.

    Minutes are whole and rounded up, km are the way and not the straight line. Rivers, ferries,
    mountains and timetables are unknown to it, so `confidence` is an estimate.
    """

    name = "Great circle model"
    confidence = Confidence.ESTIMATE

    async def matrix(
        self, points: Sequence[Point], *, walk_km: float | None = None
    ) -> list[list[Leg]]:
        return matrix(points, WALK_MAX_KM if walk_km is None else walk_km)


def matrix(points: Sequence[Point], walk_km: float = WALK_MAX_KM) -> list[list[Leg]]:
    """Legs between all points, row = from, column = to; the way back takes as long."""
    known: dict[int, Leg] = {0: _HERE}  # by decametres: many pairs are as far apart
    spots = [_unit(p) for p in points]
    rows: list[list[Leg]] = [[_HERE] * len(spots) for _ in spots]
    for i, (x, y, z) in enumerate(spots):
        row = rows[i]
        for j in range(i):
            u, v, w = spots[j]
            chord = sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2)
            far = round(200 * EARTH_KM * asin(min(1.0, chord / 2)))
            if far not in known:
                known[far] = leg(far / 100, walk_km)
            row[j] = rows[j][i] = known[far]
    return rows


def leg(km: float, walk_km: float = WALK_MAX_KM) -> Leg:
    """The leg over a straight distance of `km`, by the model of `GreatCircleRoutes`."""
    on_foot = km * WALK_DETOUR
    if on_foot <= walk_km:
        return _leg(on_foot * 60 / WALK_KMH, on_foot, "walk")
    if km <= TRANSIT_MAX_KM:
        slow, fast = min(km, TRANSIT_SLOW_KM), max(0.0, km - TRANSIT_SLOW_KM)
        ride = slow * 60 / TRANSIT_KMH + fast * 60 / TRANSIT_FAST_KMH
        return _leg(TRANSIT_ACCESS_MIN + ride, km, "transit")
    way = km * DRIVE_DETOUR
    slow, fast = min(way, DRIVE_SLOW_KM), max(0.0, way - DRIVE_SLOW_KM)
    ride = slow * 60 / DRIVE_KMH + fast * 60 / DRIVE_FAST_KMH
    return _leg(DRIVE_ACCESS_MIN + ride, way, "drive")


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance."""
    x, y = radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2
    h = sin(x) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(y) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(h)))


def _unit(p: Point) -> tuple[float, float, float]:
    lat, lon = radians(p.lat), radians(p.lon)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _leg(minutes: float, km: float, mode: str) -> Leg:
    return Leg.model_construct(minutes=ceil(minutes - 1e-9), km=round(km, 2), mode=mode)


_HERE = Leg(minutes=0, km=0.0, mode="walk")
