"""OpenWeather's One Call 4.0: ten days a page, `next` with the key in it, alerts by id.

Written from https://openweathermap.org/api/one-call-4; `cod` is a number or a text.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from adapters.travel.openweather import ALERT_PATH, PATH, OpenWeather, OpenWeatherAlerts
from adapters.travel.spot import Spot
from core.travel import Alert, DayWeather, Point
from tests.fake_open_meteo import START
from tests.wire.rig import Rig, Wire
from tests.wire.server import Asked, Says

LISBON = Point(lat=38.7169, lon=-9.1399)
TODAY = date(2026, 11, 23)
KEY = "ow-planted-key-0123456789"
NO_KEY = {"cod": 401, "message": "Invalid API key. Please see our FAQ for more info."}


def day(number: int, **said: Any) -> dict[str, Any]:
    """The `number`th day from today, at its local noon."""
    noon = START + timedelta(days=number, hours=3)
    return {
        "dt": int(noon.timestamp()),
        "sunrise": int(noon.timestamp()) - 17_000,
        "sunset": int(noon.timestamp()) + 18_000,
        "temp": {"day": 16.0, "min": 10.5, "max": 17.9},
        "feels_like": {"day": 15.2},
        "pop": 0.4,
        "rain": 2.3,
        "wind_speed": 8.3,
        "wind_gust": 15.3,
        "uvi": 2.1,
        "weather": [{"id": 500, "main": "Rain", "description": "light rain", "icon": "10d"}],
        "alerts": [],
    } | said


def onecall(asked: Asked, days: list[dict[str, Any]] | None = None) -> Says:
    q = dict(asked.query)
    if q.get("appid") != KEY:
        return Says(401, NO_KEY)
    try:
        float(q["lat"]), float(q["lon"])
    except (KeyError, ValueError):
        return Says(400, {"cod": "400", "message": "Nothing to geocode"})
    if q.get("units") != "metric":
        return Says(400, {"cod": "400", "message": "kelvin was not expected here"})
    all_days = [day(n) for n in range(16)] if days is None else days
    start = int(q.get("start", "0"))
    body: dict[str, Any] = {
        "lat": 38.72,
        "lon": -9.14,
        "timezone": "Europe/Lisbon",
        "timezone_offset": 0,
        "data": all_days[start : start + 10],
    }
    if start + 10 < len(all_days):
        more = urlencode(q | {"start": str(start + 10)})
        body["next"] = f"https://api.openweathermap.org{PATH}?{more}"
    return Says(200, body)


def warned(asked: Asked) -> Says:
    """The days of a place with one warning on two of them."""
    days = [day(n, alerts=["wa-1"] if n in (1, 2) else []) for n in range(8)]
    return onecall(asked, days)


def alert(asked: Asked) -> Says:
    if asked.query.get("appid") != KEY:
        return Says(401, NO_KEY)
    if not asked.match["id"].startswith("wa-"):
        return Says(404, {"cod": "404", "message": "alert not found"})
    body = {
        "id": asked.match["id"],
        "sender_name": "Japan Meteorological Agency",
        "event": "Heavy rain warning",
        "start": int(START.timestamp()) + 86_400,
        "end": int(START.timestamp()) + 2 * 86_400,
        "description": "Heavy rain is expected.",
    }
    return Says(200, body)


def port(rig: Rig) -> OpenWeather:
    return OpenWeather(rig.client, rig.time, KEY, rig.url)


async def _ask(rig: Rig) -> list[DayWeather]:
    return await port(rig).forecast(LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=3))


async def _ask_warnings(rig: Rig) -> tuple[Alert, ...]:
    source = OpenWeatherAlerts(port(rig))
    return (await source.alerts(TOKYO, TODAY, TODAY + timedelta(days=3))).alerts


TOKYO = Spot(Point(lat=35.68, lon=139.65), "JP", "Asia/Tokyo", ("Tokyo",))
ROUTE = f"GET {PATH}"
ALERT_ROUTE = f"GET {ALERT_PATH}{{id}}"
ERRORS = {
    400: {"cod": "400", "message": "wrong latitude"},
    401: NO_KEY,
    429: {"cod": 429, "message": "Your account is temporary blocked."},
}
WIRES = [
    Wire(
        name="openweather",
        routes={ROUTE: onecall},
        ask=_ask,
        empty={ROUTE: lambda asked: onecall(asked, [])},
        errors=ERRORS,
        wrong=(Says(200, NO_KEY), Says(200, {"cod": "404", "message": "no"})),
        key=KEY,
        stale_after=timedelta(hours=4),
    ),
    Wire(
        name="openweather (warnings)",
        routes={ROUTE: warned, ALERT_ROUTE: alert},
        ask=_ask_warnings,
        empty={ROUTE: onecall},
        nothing=(),
        errors=ERRORS,
        wrong=(Says(200, NO_KEY),),
        key=KEY,
        stale_after=timedelta(hours=23),
    ),
]
