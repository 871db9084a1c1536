"""api.weather.gov's active alerts, written from its OpenAPI description.

A point of at most four decimals, no `limit`; GeoJSON; errors as application/problem+json.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from adapters.travel.nws import NationalWeatherService
from adapters.travel.spot import Spot
from core.travel import Alert, Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import CONTACT, Asked, Says

TODAY = date(2026, 11, 23)
DENVER = Spot(Point(lat=39.70001, lon=-104.99942), "US", "America/Denver", ("Denver",))


def problem(status: int, detail: str) -> Says:
    body = {
        "correlationId": "1a2b3c",
        "title": "Invalid Parameter",
        "type": "https://api.weather.gov/problems/InvalidParameter",
        "status": status,
        "detail": detail,
        "instance": "https://api.weather.gov/requests/1a2b3c",
    }
    return Says(status, body, {"content-type": "application/problem+json"})


def feature(number: int = 1, **said: Any) -> dict[str, Any]:
    """A winter storm warning for the 24th, changed as said."""
    id = f"urn:oid:2.49.0.1.840.0.{number}"
    properties = {
        "id": id,
        "areaDesc": "Denver",
        "geocode": {"SAME": ["008031"], "UGC": ["COZ040"]},
        "references": [],
        "sent": "2026-11-22T04:10:00-07:00",
        "effective": "2026-11-22T04:10:00-07:00",
        "onset": "2026-11-23T22:00:00-07:00",
        "expires": "2026-11-23T16:00:00-07:00",
        "ends": "2026-11-24T17:00:00-07:00",
        "status": "Actual",
        "messageType": "Alert",
        "category": "Met",
        "severity": "Severe",
        "certainty": "Likely",
        "urgency": "Expected",
        "event": "Winter Storm Warning",
        "senderName": "NWS Denver CO",
        "headline": "Winter Storm Warning issued November 22",
        "description": "* WHAT...Heavy snow expected.",
        "instruction": "If you must travel, keep a flashlight in your car.",
        "response": "Prepare",
    } | said
    return {"id": f"https://api.weather.gov/alerts/{id}", "type": "Feature", "geometry": None} | {
        "properties": properties
    }


def collection(*features: dict[str, Any]) -> Says:
    body = {
        "type": "FeatureCollection",
        "features": list(features),
        "title": "Current watches, warnings, and advisories",
        "updated": "2026-11-23T08:58:00+00:00",
    }
    return Says(200, body, {"content-type": "application/geo+json"})


def active(asked: Asked) -> Says:
    if extra := set(asked.query) - {"point"}:
        return problem(400, f"Query parameter {extra.pop()!r} is not recognized")
    if not re.fullmatch(r"-?\d+(\.\d{0,3}[1-9])?,-?\d+(\.\d{0,3}[1-9])?", asked.query["point"]):
        return problem(400, "Parameter point is invalid")
    if "application/geo+json" not in asked.headers["accept"]:
        return problem(406, "not acceptable")
    return collection(feature())


def port(rig: Rig) -> NationalWeatherService:
    return NationalWeatherService(rig.client, rig.url, CONTACT)


async def _ask(rig: Rig) -> tuple[Alert, ...]:
    return (await port(rig).alerts(DENVER, TODAY, TODAY + timedelta(days=3))).alerts


ROUTE = "GET /alerts/active"
WIRES = [
    Wire(
        name="nws",
        routes={ROUTE: active},
        ask=_ask,
        empty={ROUTE: lambda asked: collection()},
        nothing=(),
        errors={
            400: problem(400, "Parameter point is out of bounds").body,
            429: problem(429, "Too many requests").body,
        },
        never=KEYLESS,
        wrong=(problem(200, "odd"), Says(200, {"features": "none"})),
        stale_after=timedelta(minutes=30),
    )
]
