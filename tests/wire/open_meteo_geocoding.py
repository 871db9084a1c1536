"""Open-Meteo's geocoding: prefix search, fields without a value left out, no hit means no key."""

from __future__ import annotations

from typing import Any

from adapters.travel.open_meteo_geocoding import OpenMeteoGeocoding
from core.travel import Place
from tests.wire import open_meteo
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

KEY = open_meteo.KEY  # one key opens all of Open-Meteo
TOWNS: tuple[dict[str, Any], ...] = (
    {
        "id": 2735943, "name": "Piódão", "latitude": 40.22957, "longitude": -7.82481,
        "elevation": 642.0, "feature_code": "PPL", "country_code": "PT",
        "timezone": "Europe/Lisbon", "population": 120, "country": "Portugal", "admin1": "Coimbra",
    },
    {
        "id": 2735944, "name": "Piodão Novo", "latitude": 40.3, "longitude": -7.9,
        "feature_code": "PPL", "country_code": "PT", "timezone": "Europe/Lisbon",
    },
    {
        "id": 3448439, "name": "Piodao", "latitude": -23.5, "longitude": -46.6,
        "feature_code": "PPL", "country_code": "BR", "timezone": "America/Sao_Paulo",
        "population": 4_000, "country": "Brazil", "admin1": "São Paulo",
    },
    {
        "id": 2263480, "name": "Ilha Deserta", "latitude": 36.96, "longitude": -7.87,
        "feature_code": "ISL", "country_code": "PT", "timezone": "Europe/Lisbon",
    },
)  # fmt: skip


def search(asked: Asked) -> Says:
    q = asked.query
    if "name" not in q:
        return Says(400, {"error": True, "reason": "Parameter name is required"})
    if not 1 <= int(q.get("count", "10")) <= 100:
        return Says(400, {"error": True, "reason": "Parameter count must be between 1 and 100."})
    wanted = _plain(q["name"])
    found = [
        t
        for t in TOWNS
        if _plain(t["name"]).startswith(wanted)
        and q.get("countryCode", t["country_code"]) == t["country_code"]
    ]
    return Says(200, ({"results": found} if found else {}) | {"generationtime_ms": 0.71})


def customer(asked: Asked) -> Says:
    if asked.query.get("apikey") != KEY:
        return Says(401, {"error": True, "reason": "API key required"})
    return search(asked)


def _plain(text: str) -> str:
    return text.casefold().replace("ó", "o").replace("ã", "a")


async def _ask(rig: Rig) -> list[Place]:
    return await OpenMeteoGeocoding(rig.client, rig.url).find("Piódão")


async def _ask_as_customer(rig: Rig) -> list[Place]:
    return await OpenMeteoGeocoding(rig.client, rig.url, KEY).find("Piódão")


ROUTE = "GET /v1/search"
_COMMON: dict[str, Any] = {
    "empty": {ROUTE: lambda asked: Says(200, {"generationtime_ms": 0.2})},
    "nothing": [],
    "errors": {
        400: {"error": True, "reason": "Parameter count must be between 1 and 100."},
        401: {"error": True, "reason": "API key required"},
        429: open_meteo.ERRORS[429],
    },
    "wrong": (Says(200, {"error": True, "reason": "out of order"}), Says(200, [])),
}
WIRES = [
    Wire(name="open-meteo geocoding", routes={ROUTE: search}, ask=_ask, never=KEYLESS, **_COMMON),
    Wire(
        name="open-meteo geocoding (customer)",
        routes={ROUTE: customer},
        ask=_ask_as_customer,
        key=KEY,
        **_COMMON,
    ),
]
