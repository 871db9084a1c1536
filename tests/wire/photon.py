"""Photon: GeoJSON, lon before lat, `lang` only of a few languages, {"message": …} for a 400."""

from __future__ import annotations

from typing import Any

from adapters.travel.photon import Photon
from core.travel import Place, Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import CONTACT, Asked, Says

LISBON = Point(lat=38.7078, lon=-9.1366)
LANGUAGES = {"default", "en", "de", "fr"}


def feature(**said: Any) -> dict[str, Any]:
    """A hotel in the Alfama, changed as said; `at` is (lon, lat)."""
    at = said.pop("at", (-9.1305, 38.7118))
    properties = {
        "osm_type": "N",
        "osm_id": 5400890,
        "osm_key": "tourism",
        "osm_value": "hotel",
        "type": "house",
        "name": "Hotel da Baixa",
        "street": "Rua da Prata",
        "housenumber": "231",
        "city": "Lisbon",
        "state": "Lisbon",
        "country": "Portugal",
        "countrycode": "PT",
    } | said
    geometry = {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: dict[str, Any]) -> Says:
    return Says(200, {"type": "FeatureCollection", "features": list(features)})


def api(asked: Asked) -> Says:
    q = asked.query
    if unknown := set(q) - {"q", "limit", "lang", "lat", "lon", "bbox", "countrycode"}:
        return Says(400, {"message": f"unknown query parameter '{unknown.pop()}'"})
    if not q.get("q"):
        return Says(400, {"message": "missing search term 'q'"})
    if q.get("lang", "default") not in LANGUAGES:
        return Says(400, {"message": "language is not supported"})
    if "bbox" in q:
        west, south, east, north = (float(x) for x in q["bbox"].split(","))
        if not (west <= -9.13 <= east and south <= 38.71 <= north):
            return collection()
    return collection(feature())


def reverse(asked: Asked) -> Says:
    if not {"lat", "lon"} <= set(asked.query):
        return Says(400, {"message": "missing coordinates"})
    return collection(feature(name="", osm_key="building"))


def port(rig: Rig) -> Photon:
    return Photon(rig.client, rig.url, CONTACT)


async def _find(rig: Rig) -> list[Place]:
    return await port(rig).find("Hotel da Baixa", near=LISBON)


async def _at(rig: Rig) -> Place | None:
    return await port(rig).at(LISBON)


API, REVERSE = "GET /api", "GET /reverse"
_COMMON: dict[str, Any] = {
    "errors": {
        400: {"message": "missing search term 'q'"},
        429: b"<html>Too Many Requests</html>",
    },
    "wrong": (Says(200, {"message": "odd"}),),
    "never": KEYLESS,
}
WIRES = [
    Wire(
        name="photon (search)",
        routes={API: api},
        ask=_find,
        empty={API: lambda asked: collection()},
        nothing=[],
        **_COMMON,
    ),
    Wire(
        name="photon (reverse)",
        routes={REVERSE: reverse},
        ask=_at,
        empty={REVERSE: lambda asked: collection()},
        nothing=None,
        **_COMMON,
    ),
]
