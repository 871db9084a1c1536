"""Travel times from the great circle alone: no network, no map, always an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, ceil, cos, radians, sin, sqrt

from core.travel import Confidence, Leg, Point

EARTH_KM = 6371.0
DETOUR, WALK_KMH, WALK_MAX_KM, WALK_LEAST_MIN = 1.3, 4.5, 2.0, 3
# (up to so many km of way, minutes to get going, km/h)
RIDES = ((15.0, 10, 18, "transit"), (60.0, 12, 30, "transit"), (float("inf"), 15, 70, "drive"))


class GreatCircleRoutes:
    """`Routes` without a map: minutes from the straight distance and how people move over it.

    The way is the straight distance times 1.3, for corners and bends.

    - Walk, up to 2 km (or as far as is asked for): 4.5 km/h, 3 min at least.
    - Transit: 10 min to reach and wait for it and 18 km/h up to 15 km, 12 min and 30 km/h up to 60.
    - Beyond, a regional train or car: 15 min and 70 km/h.

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
    way = km * DETOUR
    if not way:
        return _HERE
    if way <= walk_km:
        return _leg(max(WALK_LEAST_MIN, way * 60 / WALK_KMH), way, "walk")
    access, kmh, mode = next(ride[1:] for ride in RIDES if way <= ride[0])
    return _leg(access + way * 60 / kmh, way, mode)


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
