"""What a source of warnings needs to know of a place, and the geometry and words of warnings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from adapters.travel.atlas.gazetteer import km_between
from adapters.travel.http import Answer
from core.errors import Unavailable
from core.travel import Alert, Confidence, Point, Severity, Source


@dataclass(frozen=True)
class Spot:
    """A place with the names that its warning zones may have. `language` is the traveller's."""

    point: Point
    country: str
    timezone: str
    names: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()  # EMMA ids
    language: str = "en"


@dataclass(frozen=True)
class Found:
    """A source's warnings for a spot, and what it could not tell (a sentence)."""

    alerts: tuple[Alert, ...]
    note: str = ""


class AlertSource(Protocol):
    """One issuer of warnings. `lasting` ones matter before a trip, whatever day they end."""

    name: str
    lasting: bool

    def covers(self, country: str) -> bool: ...

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """What is known now. Raises Unavailable, also for an old answer without any warning."""
        ...


def severity(word: Any) -> Severity:
    """CAP's word; Unknown for any other."""
    try:
        return Severity(word)
    except ValueError:
        return Severity.UNKNOWN


def source(name: str, url: str, credit: str, answer: Answer) -> Source:
    return Source(
        name=name,
        url=url,
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution=credit,
    )


def honest(name: str, answer: Answer, alerts: Sequence[Alert], note: str = "") -> Found:
    """`alerts` as found; that an old answer has none says nothing about today."""
    if answer.stale and not alerts:
        raise Unavailable(name, "only an old answer")
    return Found(tuple(alerts), note)


def within(point: Point, polygons: Iterable[str], circles: Iterable[str]) -> bool:
    """Whether CAP's areas hold the point: "lat,lon lat,lon …" and "lat,lon km"."""
    return any(_in_polygon(point, p) for p in polygons) or any(
        _in_circle(point, c) for c in circles
    )


def _in_polygon(point: Point, text: str) -> bool:
    corners = _corners(text)
    if len(corners) < 3:
        return False
    inside = False
    for (lat, lon), (other_lat, other_lon) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (lat > point.lat) != (other_lat > point.lat):
            crossing = lon + (point.lat - lat) / (other_lat - lat) * (other_lon - lon)
            inside ^= point.lon < crossing
    return inside


def _in_circle(point: Point, text: str) -> bool:
    centre, _, radius = text.strip().partition(" ")
    corners = _corners(centre)
    try:
        km = float(radius)
    except ValueError:
        return False
    if len(corners) != 1 or not math.isfinite(km):
        return False
    lat, lon = corners[0]
    return km_between(point.lat, point.lon, lat, lon) <= km


def _corners(text: str) -> list[tuple[float, float]]:
    """The points of a CAP polygon; empty when one of them is no point on earth."""
    found = []
    for pair in text.split():
        lat, _, lon = pair.partition(",")
        try:
            corner = (float(lat), float(lon))
        except ValueError:
            return []
        if not (abs(corner[0]) <= 90 and abs(corner[1]) <= 180):
            return []
        found.append(corner)
    return found
