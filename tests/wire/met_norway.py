"""MET Norway's Locationforecast 2.0, written from https://api.met.no/weatherapi documentation.

UTC hours for two days and a half, then six-hour blocks to the ninth; at most four decimals, Expires
and Last-Modified on every answer, 304 for who has it, 403 for who does not say who they are.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from adapters.travel.met_norway import MetNorway
from core.travel import DayWeather, Point
from tests.fake_open_meteo import START
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import CONTACT, HTML, Asked, Says

LISBON = Point(lat=38.7169, lon=-9.1399)
TODAY = date(2026, 11, 23)
UPDATED = format_datetime(START - timedelta(hours=1), usegmt=True)
EXPIRES = format_datetime(START + timedelta(minutes=40), usegmt=True)


def entry(at: datetime, hours: int, **said: Any) -> dict[str, Any]:
    """One entry: `temperature`, `rain`, `symbol`, `chance`, `gust`, `high`, `low` as wished."""
    instant = {"air_temperature": said.get("temperature", 14.0), "wind_speed": 4.0}
    if "gust" in said:
        instant["wind_speed_of_gust"] = said["gust"]
    details = {"precipitation_amount": said.get("rain", 0.0)}
    for name, field in (
        ("high", "air_temperature_max"),
        ("low", "air_temperature_min"),
        ("chance", "probability_of_precipitation"),
    ):
        if name in said:
            details[field] = said[name]
    period = {"summary": {"symbol_code": said.get("symbol", "cloudy")}, "details": details}
    data: dict[str, Any] = {"instant": {"details": instant}}
    if hours:
        data[f"next_{hours}_hours"] = period
        data["next_12_hours"] = {"summary": {"symbol_code": "heavyrainandthunder"}, "details": {}}
    return {"time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "data": data}


def forecast(series: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A good body; by default nine mild, dry days from the clock's start on."""
    if series is None:
        hourly = [START + timedelta(hours=h) for h in range(57)]
        blocks = [hourly[-1] + timedelta(hours=1 + 6 * n) for n in range(27)]
        series = [entry(at, 1) for at in hourly] + [entry(at, 6) for at in blocks]
        series.append(entry(blocks[-1] + timedelta(hours=6), 0))
    units = {"air_temperature": "celsius", "precipitation_amount": "mm", "wind_speed": "m/s"}
    meta = {"updated_at": "2026-11-23T08:00:00Z", "units": units}
    geometry = {"type": "Point", "coordinates": [-9.14, 38.717, 12]}
    properties = {"meta": meta, "timeseries": series}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def complete(asked: Asked) -> Says:
    q = asked.query
    headers = {"expires": EXPIRES, "last-modified": UPDATED}
    for name in ("lat", "lon"):
        if name not in q:
            return Says(400, b"<html>missing parameter</html>", HTML)
        if len(q[name].partition(".")[2]) > 4:
            return Says(403, b"<html>too many decimals</html>", HTML)
    if asked.headers.get("if-modified-since") == UPDATED:
        return Says(304, b"", headers)
    return Says(200, forecast(), headers)


def port(rig: Rig) -> MetNorway:
    return MetNorway(rig.client, rig.time, rig.url, contact=CONTACT)


async def _ask(rig: Rig) -> list[DayWeather]:
    return await port(rig).forecast(LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=3))


ROUTE = "GET /weatherapi/locationforecast/2.0/complete"
WIRES = [
    Wire(
        name="met-norway",
        routes={ROUTE: complete},
        ask=_ask,
        empty={ROUTE: lambda asked: Says(200, forecast([]))},
        errors={400: b"<html>bad request</html>", 429: b"<html>too many requests</html>"},
        never=KEYLESS,
        wrong=(Says(200, forecast([entry(START, 0)])), Says(200, {"type": "Feature"})),
        stale_after=timedelta(hours=3),
    ),
]
