"""Geoapify's geocoding: a key as a parameter, `format=json`, a 401 that names the mistake."""

from __future__ import annotations

import re
from typing import Any

from adapters.travel.geoapify_geocoding import GeoapifyGeocoding
from core.travel import Place, Point
from tests.wire import geoapify_places
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

KEY = geoapify_places.KEY  # one key opens all of Geoapify
LISBON = Point(lat=38.7078, lon=-9.1366)
FILTER = re.compile(r"circle:-?\d+\.\d+,-?\d+\.\d+,\d+|countrycode:[a-z]{2}")


def refusal(status: int, error: str, message: str) -> Says:
    return Says(status, {"statusCode": status, "error": error, "message": message})


def row(**said: Any) -> dict[str, Any]:
    return {
        "name": "Hotel da Baixa",
        "city": "Lisbon",
        "country": "Portugal",
        "country_code": "pt",
        "lat": 38.7118,
        "lon": -9.1305,
        "timezone": {"name": "Europe/Lisbon"},
        "result_type": "amenity",
        "rank": {"importance": 0.4, "confidence": 1},
        "place_id": "51e17a14ae47e1",
        "formatted": "Hotel da Baixa, Rua da Prata 231, 1100-417 Lisbon, Portugal",
    } | said


def geocode(asked: Asked) -> Says:
    q = asked.query
    if q.get("apiKey") != KEY:
        return refusal(401, "Unauthorized", "Invalid apiKey")
    if q.get("format") != "json":
        return refusal(400, "Bad Request", "geojson was not asked for here")
    if asked.path.endswith("search") and not q.get("text"):
        return refusal(400, "Bad Request", '"text" is not allowed to be empty')
    if "filter" in q and not FILTER.fullmatch(q["filter"]):
        return refusal(400, "Bad Request", '"filter" is malformed')
    return Says(200, {"results": [row()], "query": {}})


def port(rig: Rig) -> GeoapifyGeocoding:
    return GeoapifyGeocoding(rig.client, KEY, rig.url)


async def _find(rig: Rig) -> list[Place]:
    return await port(rig).find("Hotel da Baixa", near=LISBON)


async def _at(rig: Rig) -> Place | None:
    return await port(rig).at(LISBON)


SEARCH, REVERSE = "GET /v1/geocode/search", "GET /v1/geocode/reverse"
_COMMON: dict[str, Any] = {
    "errors": {
        400: refusal(400, "Bad Request", '"text" is required').body,
        401: refusal(401, "Unauthorized", "Invalid apiKey").body,
        429: refusal(429, "Too Many Requests", "Quota exceeded").body,
    },
    "wrong": (Says(200, refusal(401, "Unauthorized", "Invalid apiKey").body),),
    "key": KEY,
}
WIRES = [
    Wire(
        name="geoapify geocoding (search)",
        routes={SEARCH: geocode},
        ask=_find,
        empty={SEARCH: lambda asked: Says(200, {"results": []})},
        nothing=[],
        **_COMMON,
    ),
    Wire(
        name="geoapify geocoding (reverse)",
        routes={REVERSE: geocode},
        ask=_at,
        empty={REVERSE: lambda asked: Says(200, {"results": []})},
        nothing=None,
        **_COMMON,
    ),
]
