"""Ways on foot over a real map, and the great-circle model for everything else.

A routing service knows rivers, stairs and motorways; it has no timetables. So its minutes are used
where people walk, and the model's where they ride. Without an answer everything is the model's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

from adapters.travel import fields
from adapters.travel.great_circle import (
    DETOUR,
    WALK_MAX_KM,
    GreatCircleRoutes,
    distance_km,
    leg,
)
from core.errors import Unavailable
from core.travel import Leg, Point

MAX_POINTS = 40
PATIENCE_S = 2.5
FASTEST_KMH = 7.0  # who is faster does not walk: some servers answer with car times
WORST_DETOUR, WORST_KM = 6.0, 12.0  # a way this long round a short line is a point off the map
SNAP_M = 250.0  # farther from any path than this, the way would begin somewhere else


@dataclass(frozen=True)
class Table:
    """Ways on foot between points, row = from; minutes and km, None where nobody can walk."""

    cells: tuple[tuple[tuple[float, float] | None, ...], ...]
    source: str  # with its attribution, as people read it


class FootTable(Protocol):
    async def table(self, points: Sequence[Point]) -> Table:
        """Minutes and km between at most 40 points. Raises Unavailable."""
        ...


class FootRoutes:
    """The Routes port: one matrix of walks from a map, the model for the rest.

    `walk_km` counts along the way, so a sight behind a river is ridden to although it looks near.
    The matrix of a town is asked for once and kept by the client for 90 days; while it is on its
    way for the first time longer than `patience_s`, the plan is made with the model.
    """

    def __init__(self, *walks: FootTable, patience_s: float = PATIENCE_S) -> None:
        """`walks` are asked in this order, until one answers."""
        self._walks = walks
        self._model = GreatCircleRoutes()
        self._patience_s = patience_s

    async def matrix(
        self, points: Sequence[Point], *, walk_km: float | None = None
    ) -> list[list[Leg]]:
        """Legs between all points; a leg without a `source` is an estimate. Never raises."""
        legs = await self._model.matrix(points, walk_km=walk_km)
        limit = WALK_MAX_KM if walk_km is None else walk_km
        asked = worth_asking(points, limit)
        if len(asked) < 2:
            return legs
        try:
            async with asyncio.timeout(self._patience_s):
                table = await self._table(asked)
        except (Unavailable, TimeoutError):
            return legs
        number = {p: n for n, p in enumerate(asked)}
        at = [number.get(_rounded(p)) for p in points]
        for i, a in enumerate(at):
            for j, b in enumerate(at):
                if a is None or b is None or a == b:
                    continue
                straight = distance_km(points[i], points[j])
                cell = table.cells[a][b]
                if cell is not None and plausible(cell, straight):
                    legs[i][j] = _walked(cell, straight, limit, table.source)
        return legs

    async def _table(self, points: Sequence[Point]) -> Table:
        for n, walks in enumerate(self._walks, 1):
            try:
                return await walks.table(points)
            except Unavailable:
                if n == len(self._walks):
                    raise
        raise Unavailable("The map", "nobody to ask")


def _walked(cell: tuple[float, float], straight: float, limit: float, source: str) -> Leg:
    """The walk when it is short enough, else the model's ride: never its walk."""
    minutes, km = cell
    if km <= limit:
        return Leg(minutes=max(1, ceil(minutes)), km=round(km, 2), mode="walk", source=source)
    return leg(straight, 0.0)


def plausible(cell: tuple[float, float], straight: float) -> bool:
    """Whether somebody can have walked that: not shorter than a bird flies, not at a run."""
    minutes, km = cell
    if km < 0.9 * straight - 0.1 or km > max(WORST_DETOUR * straight, straight + 1.5):
        return False
    return km <= WORST_KM + straight and (km < 0.2 or km * 60 / max(minutes, 0.01) <= FASTEST_KMH)


def worth_asking(points: Sequence[Point], walk_km: float) -> list[Point]:
    """At most 40 points, rounded to 4 decimals, in a fixed order so that the cache is hit.

    Of more, the first (where the days start) and those with the most others in walking distance:
    between the rest there is nothing to walk.
    """
    reach = max(walk_km, 0.5) / DETOUR * 1.2
    distinct = list(dict.fromkeys(_rounded(p) for p in points))
    near = [sum(1 for q in distinct if q is not p and distance_km(p, q) <= reach) for p in distinct]
    order = sorted(range(len(distinct)), key=lambda n: (n != 0, -near[n], n))
    chosen = [distinct[n] for n in order[:MAX_POINTS] if near[n]]
    return sorted(chosen, key=lambda p: (p.lat, p.lon))


def _rounded(p: Point) -> Point:
    return Point(lat=round(p.lat, 4), lon=round(p.lon, 4))


def cells_of(body: Any, who: str, size: int, snapped: str) -> tuple[Any, ...]:
    """The square of `durations` (s) and `distances` (m) in an answer, as minutes and km.

    `snapped` is the name under which a source says how many metres off the map it was; rows and
    columns of such points are None. Raises Unavailable when the square is not one.
    """
    whole = fields.row(body)
    seconds = _square(whole.get("durations"), size)
    metres = _square(whole.get("distances"), size)
    if seconds is None or metres is None:
        raise Unavailable(who, "the answer has no whole matrix")
    off = _off_the_map(whole.get("sources"), snapped, size)
    return tuple(
        tuple(
            None if i in off or j in off else _cell(seconds[i][j], metres[i][j])
            for j in range(size)
        )
        for i in range(size)
    )


def _square(value: Any, size: int) -> list[list[Any]] | None:
    if not isinstance(value, list) or len(value) != size:
        return None
    return value if all(isinstance(r, list) and len(r) == size for r in value) else None


def _cell(seconds: Any, metres: Any) -> tuple[float, float] | None:
    s, m = fields.number(seconds, 0, 10**6), fields.number(metres, 0, 10**6)
    return None if s is None or m is None else (s / 60, m / 1000)


def _off_the_map(sources: Any, snapped: str, size: int) -> set[int]:
    if not isinstance(sources, list) or len(sources) != size:
        return set()
    far = [fields.number(fields.row(s).get(snapped), 0, 10**7) for s in sources]
    return {n for n, s in enumerate(sources) if s is None or (far[n] or 0) > SNAP_M}
