"""Nominatim: `format` needed, coordinates as texts, a miss at sea is a 200 with an error in it."""

from __future__ import annotations

from typing import Any

from adapters.travel.nominatim import Nominatim
from core.travel import Place, Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import CONTACT, HTML, Asked, Says

LISBON = Point(lat=38.7078, lon=-9.1366)


def result(**said: Any) -> dict[str, Any]:
    """The Belém Tower, changed as said."""
    return {
        "place_id": 273465120,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "way",
        "osm_id": 24341353,
        "lat": "38.6915840",
        "lon": "-9.2159770",
        "category": "historic",
        "type": "castle",
        "place_rank": 30,
        "importance": 0.47,
        "addresstype": "historic",
        "name": "Belém Tower",
        "display_name": "Belém Tower, Avenida Brasília, Belém, Lisbon, 1400-038, Portugal",
        "boundingbox": ["38.6914", "38.6918", "-9.2163", "-9.2157"],
        "address": {"city": "Lisbon", "country": "Portugal", "country_code": "pt"},
    } | said


def bad(message: str) -> Says:
    return Says(400, {"error": {"code": 400, "message": message}})


def search(asked: Asked) -> Says:
    q = asked.query
    if q.get("format") != "jsonv2":
        return Says(200, b"<html>search form</html>", HTML)
    if not q.get("q"):
        return bad("Nothing to search for.")
    if int(q.get("limit", "10")) > 40:
        return bad("limit")
    if "viewbox" in q:
        west, south, east, north = (float(x) for x in q["viewbox"].split(","))
        if not (west < east and south < north):
            return bad("Bad parameter 'viewbox'")
        if q.get("bounded") == "1" and not (south <= 38.69 <= north and west <= -9.21 <= east):
            return Says(200, [])
    if q.get("countrycodes", "pt") != "pt":
        return Says(200, [])
    return Says(200, [result()] if "belem" in q["q"].casefold().replace("é", "e") else [])


def reverse(asked: Asked) -> Says:
    q = asked.query
    if q.get("format") != "jsonv2":
        return Says(200, b"<html>reverse form</html>", HTML)
    if abs(float(q["lon"])) > 20:
        return Says(200, {"error": "Unable to geocode"})
    return Says(
        200, result(addresstype="suburb", name="Baixa", lat=q["lat"], lon=q["lon"], osm_id=77)
    )


def port(rig: Rig) -> Nominatim:
    return Nominatim(rig.client, rig.url, CONTACT)


async def _find(rig: Rig) -> list[Place]:
    return await port(rig).find("Torre de Belém", near=LISBON)


async def _at(rig: Rig) -> Place | None:
    return await port(rig).at(LISBON)


SEARCH, REVERSE = "GET /search", "GET /reverse"
_COMMON: dict[str, Any] = {
    "errors": {
        400: bad("Bad parameter").body,
        403: b"<html>Access blocked</html>",
        429: b"<html>Bandwidth limit exceeded</html>",
    },
    "never": KEYLESS,
}
WIRES = [
    Wire(
        name="nominatim (search)",
        routes={SEARCH: search},
        ask=_find,
        empty={SEARCH: lambda asked: Says(200, [])},
        nothing=[],
        wrong=(bad("odd"), Says(200, ["a"])),
        **_COMMON,
    ),
    Wire(
        name="nominatim (reverse)",
        routes={REVERSE: reverse},
        ask=_at,
        empty={REVERSE: lambda asked: Says(200, {"error": "Unable to geocode"})},
        nothing=None,
        wrong=(Says(200, {"error": "database is down"}),),
        **_COMMON,
    ),
]
