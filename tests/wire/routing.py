"""openrouteservice and OSRM: squares of seconds and metres between points on foot.

openrouteservice wants a POST with its bare key; OSRM a GET with lon,lat in the path and the profile
before /table (FOSSGIS). A cell is null where no path leads; OSRM says "Ok" in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.travel.foot_routes import Table
from adapters.travel.great_circle import distance_km
from adapters.travel.openrouteservice import OpenRouteService
from adapters.travel.osrm import Osrm
from core.travel import Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

KEY = "ors-planted-key-5b3ce3597851110001cf6248"
COMERCIO = Point(lat=38.7078, lon=-9.1366)
CASTLE = Point(lat=38.7139, lon=-9.1334)
ROSSIO = Point(lat=38.7139, lon=-9.1394)
ISLAND = Point(lat=38.7000, lon=-9.1300)  # nobody can walk there
SPOTS = (COMERCIO, CASTLE, ROSSIO)
METRES_A_SECOND = 1.39


def squares(points: Sequence[Point], detour: float = 1.4) -> dict[str, Any]:
    """Durations and distances as a router gives them, with floats and nulls."""
    metres = [
        [
            None
            if a != b and ISLAND in (a, b)
            else round(distance_km(a, b) * 1000 * detour, 1) + (0.0 if a == b else 40.0)
            for b in points
        ]
        for a in points
    ]
    seconds = [[None if m is None else round(m / METRES_A_SECOND, 1) for m in r] for r in metres]
    return {"durations": seconds, "distances": metres}


# --- openrouteservice --------------------------------------------------------------------------


def ors_matrix(asked: Asked) -> Says:
    """POST /v2/matrix/foot-walking"""
    key = asked.headers.get("authorization", "")
    if key != KEY:
        return Says(403, {"error": "Access to this API has been disallowed"})
    body = asked.json
    if set(body) - {"locations", "metrics", "units", "sources", "destinations", "id"}:
        return _ors_error(400, 6002, "Unknown parameter")
    locations = body.get("locations", [])
    if len(locations) < 2 or any(len(spot) != 2 for spot in locations):
        return _ors_error(400, 6003, "Parameter 'locations' is malformed")
    if len(locations) ** 2 > 3_500:
        return _ors_error(400, 6004, "Request parameters exceed the server configuration limits.")
    assert set(body["metrics"]) == {"duration", "distance"}
    points = [Point(lat=lat, lon=lon) for lon, lat in locations]
    ends = [{"location": spot, "snapped_distance": 3.2} for spot in locations]
    whole = squares(points) | {"sources": ends, "destinations": ends}
    credit = "openrouteservice.org | OpenStreetMap contributors"
    return Says(200, whole | {"metadata": {"attribution": credit, "service": "matrix"}})


def _ors_error(status: int, code: int, message: str) -> Says:
    body = {"error": {"code": code, "message": message}, "info": {"engine": {"version": "9.1"}}}
    return Says(status, body)


async def ask_ors(rig: Rig) -> Table:
    return await OpenRouteService(rig.client, KEY, rig.url).table(SPOTS)


# --- OSRM --------------------------------------------------------------------------------------


def osrm_table(asked: Asked) -> Says:
    """GET /routed-foot/table/v1/foot/{lon,lat;...}"""
    if asked.query.get("annotations") not in ("duration,distance", "distance,duration"):
        return Says(400, {"code": "InvalidOptions", "message": "annotations"})
    try:
        spots = [
            [float(x) for x in spot.split(",")] for spot in asked.match["coordinates"].split(";")
        ]
        points = [Point(lat=lat, lon=lon) for lon, lat in spots]
    except ValueError:
        return Says(400, {"code": "InvalidQuery", "message": "Query string malformed"})
    if len(points) > 100:
        return Says(400, {"code": "TooBig", "message": "Too many table coordinates"})
    ends = [{"location": [p.lon, p.lat], "name": "", "distance": 3.1, "hint": ""} for p in points]
    return Says(200, {"code": "Ok", **squares(points), "sources": ends, "destinations": ends})


async def ask_osrm(rig: Rig) -> Table:
    return await Osrm(rig.client, f"{rig.url}/routed-foot").table(SPOTS)


ORS = {"POST /v2/matrix/foot-walking": ors_matrix}
OSRM = {"GET /routed-foot/table/v1/foot/{coordinates}": osrm_table}
A_SQUARE = "where nobody can walk is a null in a whole square, never an empty answer"
_SQUARE = [[0.0, 1.0], [1.0, 0.0]]

WIRES = [
    Wire(
        name="openrouteservice",
        never={"empty": A_SQUARE},
        routes=ORS,
        ask=ask_ors,
        errors={
            400: {"error": {"code": 6004, "message": "Request parameters exceed the limits."}},
            401: {"error": "Authorization field missing"},
            403: {"error": "Access to this API has been disallowed"},
            429: {"error": "Rate limit exceeded"},
        },
        wrong=(
            Says(200, {"error": {"code": 6099, "message": "unknown internal error"}}),
            Says(200, {"durations": _SQUARE, "distances": _SQUARE}),
            Says(200, {"durations": None}),
        ),
        key=KEY,
        plain=True,
    ),
    Wire(
        name="osrm",
        never=KEYLESS | {"empty": A_SQUARE},
        routes=OSRM,
        ask=ask_osrm,
        errors={
            400: {"code": "InvalidQuery", "message": "Query string malformed close to position 9"},
            429: b"<html>too many</html>",
        },
        wrong=(
            Says(200, {"code": "NoTable", "message": "No table found"}),
            Says(200, {"code": "Ok", "durations": _SQUARE, "distances": _SQUARE}),
            Says(200, {"code": "Ok"}),
        ),
        plain=True,
    ),
]
