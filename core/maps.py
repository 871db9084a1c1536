"""Links to maps that people have: a stop, a leg, a whole day. No key, no tile, no picture.

Coordinates have five decimals (about a metre). Addresses are percent-encoded whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import quote, urlencode

from core.travel import Point
from core.trips import Day, Stop, StopKind

MAX_WAYPOINTS = 9  # of Google's day route, beside where it begins and ends
Links = tuple[tuple[str, str], ...]  # (label, address)

_GOOGLE = {"walk": "walking", "transit": "transit", "drive": "driving"}
_APPLE = {"walk": "w", "transit": "r", "drive": "d"}
_OSM = {"walk": "fossgis_osrm_foot", "transit": "fossgis_osrm_foot", "drive": "fossgis_osrm_car"}


def point_links(point: Point, title: str) -> Links:
    """One point on each map; `title` is what phones show beside the pin."""
    at = _at(point)
    lat, lon = at.split(",")
    marker = f"mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"
    return (
        ("OpenStreetMap", f"https://www.openstreetmap.org/?{marker}"),
        ("Google Maps", _url("https://www.google.com/maps/search/", api="1", query=at)),
        ("Apple Maps", _url("https://maps.apple.com/", ll=at, q=title or at)),
        ("Phone", f"geo:{at}?q={at}({quote(title, safe='')})" if title else f"geo:{at}"),
    )


def leg_links(start: Point, end: Point, mode: str) -> Links:
    """The way from one point to the next. OpenStreetMap has no timetables: it shows it on foot."""
    a, b = _at(start), _at(end)
    google = _url(
        "https://www.google.com/maps/dir/",
        api="1",
        origin=a,
        destination=b,
        travelmode=_GOOGLE.get(mode, "walking"),
    )
    osm = _url(
        "https://www.openstreetmap.org/directions",
        engine=_OSM.get(mode, "fossgis_osrm_foot"),
        route=f"{a};{b}",
    )
    apple = _url("https://maps.apple.com/", saddr=a, daddr=b, dirflg=_APPLE.get(mode, "w"))
    return (("OpenStreetMap", osm), ("Google Maps", google), ("Apple Maps", apple))


def route_links(points: Sequence[Point]) -> Links:
    """A day's way through all `points` on foot, in as many Google routes as it takes.

    Each begins where the one before it ended. Fewer than two points have no way.
    """
    distinct = [points[0], *(b for a, b in pairwise(points) if a != b)] if points else []
    parts = [
        distinct[n : n + MAX_WAYPOINTS + 2]
        for n in range(0, max(0, len(distinct) - 1), MAX_WAYPOINTS + 1)
    ]
    links = [_route(part) for part in parts if len(part) > 1]
    if len(links) == 1:
        return (("Google Maps", links[0]),)
    return tuple((f"Google Maps, part {n}", link) for n, link in enumerate(links, 1))


def day_route(day: Day, anchor: Point) -> Links:
    """The way of a day of a plan: from where one sleeps, to each stop with a place, and back."""
    return route_links([anchor, *(s.point for s in _placed(day.stops)), anchor])


def _placed(stops: Iterable[Stop]) -> list[Stop]:
    """Stops that are somewhere: a flight's ends are not a way through the town."""
    return [s for s in stops if s.kind not in (StopKind.ARRIVAL, StopKind.DEPARTURE)]


def _route(points: Sequence[Point]) -> str:
    between = {"waypoints": "|".join(_at(p) for p in points[1:-1])} if len(points) > 2 else {}
    return _url(
        "https://www.google.com/maps/dir/",
        api="1",
        origin=_at(points[0]),
        destination=_at(points[-1]),
        **between,
        travelmode="walking",
    )


def _at(point: Point) -> str:
    return f"{point.lat:.5f},{point.lon:.5f}"


def _url(base: str, **query: str) -> str:
    return f"{base}?{urlencode(query, quote_via=quote, safe=',')}"
