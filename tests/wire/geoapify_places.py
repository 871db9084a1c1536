"""Geoapify Places: a key as a parameter, lon before lat, GeoJSON with OSM's tags in `raw`."""

from __future__ import annotations

import re
from typing import Any

from adapters.travel.found import Found
from adapters.travel.geoapify_places import GeoapifyPlaces
from core.travel import Point
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

KEY = "gp-planted-key-b8568cb9afc64fad861a69edbddb2658"
TOMAR = Point(lat=39.6036, lon=-8.4125)


def feature(title: str, lat: float, lon: float, *categories: str, **raw: Any) -> dict[str, Any]:
    properties = {
        "name": title,
        "country_code": "pt",
        "city": "Tomar",
        "lat": lat,
        "lon": lon,
        "formatted": f"{title}, Tomar, Portugal",
        "categories": [c.split(".")[0] for c in categories] + list(categories),
        "datasource": {"sourcename": "openstreetmap", "license": "ODbL", "raw": raw},
        "place_id": f"51{abs(hash((lat, lon))) % 10**12:012d}",
    }
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


FEATURES = (
    feature("Convent of Christ", 39.6037, -8.4189, "tourism.sights.monastery", wikidata="Q101"),
    feature(
        "Match Museum", 39.6060, -8.4110, "entertainment.museum",
        name="Museu dos Fósforos", opening_hours="Tu-Su 10:00-17:00", fee="no",
    ),
    feature("", 39.6, -8.41, "tourism.attraction"),
    feature("A shop", 39.6, -8.41, "commercial.gift_and_souvenir"),
)  # fmt: skip


def places(asked: Asked) -> Says:
    """GET /v2/places"""
    q = asked.query
    if q.get("apiKey") != KEY:
        return refusal(401, "Unauthorized", "Invalid apiKey")
    if not q.get("categories"):
        return refusal(400, "Bad Request", '"categories" is required')
    if not re.fullmatch(r"circle:-?\d+\.\d+,-?\d+\.\d+,\d+", q.get("filter", "")):
        return refusal(400, "Bad Request", '"filter" is malformed')
    lon, lat, _ = q["filter"].removeprefix("circle:").split(",")
    here = (float(lon), float(lat)) == (TOMAR.lon, TOMAR.lat)
    return Says(200, {"type": "FeatureCollection", "features": list(FEATURES) if here else []})


def refusal(status: int, error: str, message: str) -> Says:
    return Says(status, {"statusCode": status, "error": error, "message": message})


async def _ask(rig: Rig) -> list[Found]:
    return await GeoapifyPlaces(rig.client, KEY, rig.url).around(TOMAR)


ROUTE = "GET /v2/places"

WIRES = [
    Wire(
        name="geoapify places",
        routes={ROUTE: places},
        ask=_ask,
        empty={ROUTE: lambda asked: Says(200, {"type": "FeatureCollection", "features": []})},
        nothing=[],
        errors={
            400: {"statusCode": 400, "error": "Bad Request", "message": "filter"},
            401: {"statusCode": 401, "error": "Unauthorized", "message": "Invalid apiKey"},
            403: {"statusCode": 403, "error": "Forbidden", "message": "Forbidden"},
            429: {"statusCode": 429, "error": "Too Many Requests", "message": "slow down"},
        },
        wrong=(
            Says(200, {"statusCode": 401, "error": "Unauthorized", "message": "Invalid apiKey"}),
            Says(200, {"type": "FeatureCollection"}),
        ),
        key=KEY,
        plain=True,
    )
]
