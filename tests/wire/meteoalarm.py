"""MeteoAlarm's country feeds: CAP as JSON, a whole country, many entries over or green, an ETag."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapters.travel.meteoalarm import SLUGS, MeteoAlarm
from adapters.travel.spot import Spot
from core.travel import Alert, Point
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

TODAY = date(2026, 11, 23)
LISBON = Spot(Point(lat=38.7169, lon=-9.1399), "PT", "Europe/Lisbon", ("Lisbon", "Lisboa"))
ETAG = '"feed-1"'


def info(language: str = "en-GB", **said: Any) -> dict[str, Any]:
    area = said.pop("area", {"areaDesc": "Lisboa", "geocode": [code("PT106")]})
    level = said.pop("level", "3; orange; Severe")
    areas = area if isinstance(area, list) else [area]
    return {
        "language": language,
        "category": ["Met"],
        "event": "Orange wind warning",
        "responseType": ["Monitor"],
        "urgency": "Future",
        "severity": "Severe",
        "certainty": "Likely",
        "effective": "2026-11-23T06:00:00+00:00",
        "onset": "2026-11-24T06:00:00+00:00",
        "expires": "2026-11-24T20:59:59+00:00",
        "senderName": "Instituto Português do Mar e da Atmosfera",
        "headline": "Orange wind warning for Lisboa",
        "description": "Gusts up to 95 km/h",
        "instruction": "Be prepared",
        "web": "https://www.ipma.pt/en/",
        "parameter": [
            {"valueName": "awareness_level", "value": level},
            {"valueName": "awareness_type", "value": "1; wind"},
        ],
        "area": areas,
    } | said


def code(id: str) -> dict[str, str]:
    return {"valueName": "EMMA_ID", "value": id}


def warning(number: int = 1, *infos: dict[str, Any], **said: Any) -> dict[str, Any]:
    alert = {
        "identifier": f"2.49.0.0.620.0.PT.261123.{number}",
        "sender": "https://www.ipma.pt",
        "sent": "2026-11-23T06:00:00+00:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "references": None,
        "info": list(infos) or [info()],
    } | said
    return {"uuid": f"6b1f-{number}", "alert": alert}


def feed(*warnings: dict[str, Any]) -> Says:
    return Says(200, {"warnings": list(warnings)}, {"etag": ETAG})


def country(asked: Asked) -> Says:
    if asked.match["slug"] not in SLUGS.values():
        return Says(404, {"detail": "Not Found"})
    if asked.headers.get("if-none-match") == ETAG:
        return Says(304, b"", {"etag": ETAG})
    over = info(expires="2026-11-23T08:00:00+00:00", onset="2026-11-22T08:00:00+00:00")
    return feed(warning(1), warning(2, over))


def port(rig: Rig) -> MeteoAlarm:
    return MeteoAlarm(rig.client, rig.time, rig.url)


async def _ask(rig: Rig) -> tuple[Alert, ...]:
    return (await port(rig).alerts(LISBON, TODAY, TODAY + timedelta(days=3))).alerts


ROUTE = "GET /api/v1/warnings/feeds-{slug}"
WIRES = [
    Wire(
        name="meteoalarm",
        routes={ROUTE: country},
        ask=_ask,
        empty={ROUTE: lambda asked: feed()},
        nothing=(),
        errors={400: {"detail": "Bad Request"}, 429: {"detail": "Too Many Requests"}},
        never=KEYLESS,
        wrong=(Says(200, {"detail": "Not Found"}), Says(200, {"warnings": None})),
        stale_after=timedelta(hours=1),
    )
]
