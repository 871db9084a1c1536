"""Open-Meteo's forecast, written from https://open-meteo.com/en/docs.

Nulls inside series, local times without offset, the grid cell instead of the asked point, errors as
{"error": true, "reason": ...}. The customer's server wants a key, the open one none.
"""

from __future__ import annotations

from datetime import date, timedelta

from adapters.travel.open_meteo import OpenMeteo
from core.travel import DayWeather, Point
from tests.fake_open_meteo import FakeOpenMeteo, Time
from tests.wire.rig import KEYLESS, Rig, Wire
from tests.wire.server import Asked, Says

LISBON = Point(lat=38.7169, lon=-9.1399)
TODAY = date(2026, 11, 23)
KEY = "om-planted-customer-key-1"
_ALLOWED = {"latitude", "longitude", "timezone", "forecast_days", "daily", "apikey"}


def _refusal(reason: str, status: int = 400) -> Says:
    return Says(status, {"error": True, "reason": reason})


def _forecast(asked: Asked) -> Says:
    q = asked.query
    if unknown := set(q) - _ALLOWED:
        return _refusal(f"Unknown parameter {unknown.pop()}")
    if "timezone" not in q:
        return _refusal("Timezone is required")
    try:
        latitude, days = float(q["latitude"]), int(q["forecast_days"])
        float(q["longitude"])
    except (KeyError, ValueError):
        return _refusal("Parameter 'latitude' and 'longitude' must be set")
    if not -90 <= latitude <= 90:
        return _refusal(f"Latitude must be in range of -90 to 90°. Given: {latitude}.")
    if not 0 <= days <= 16:
        return _refusal("Forecast days is invalid. Allowed range 0 to 16.")
    body = FakeOpenMeteo(Time()).forecast(days, q["daily"].split(","))
    return Says(200, body)


def _customer(asked: Asked) -> Says:
    if asked.query.get("apikey") != KEY:
        return _refusal("API key required. Please add &apikey= to the URL.", 401)
    return _forecast(asked)


async def _ask(rig: Rig) -> list[DayWeather]:
    port = OpenMeteo(rig.client, rig.time, rig.url)
    return await port.forecast(LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=3))


async def _ask_as_customer(rig: Rig) -> list[DayWeather]:
    port = OpenMeteo(rig.client, rig.time, rig.url, key=KEY)
    return await port.forecast(LISBON, "Europe/Lisbon", TODAY, TODAY + timedelta(days=3))


def _no_days(asked: Asked) -> Says:
    body = FakeOpenMeteo(Time()).forecast(0)
    return Says(200, body)


ERRORS = {
    400: {"error": True, "reason": "Latitude must be in range of -90 to 90°. Given: 123.0."},
    401: {"error": True, "reason": "API key required."},
    429: {
        "error": True,
        "reason": "Minutely API request limit exceeded. Please try again in one minute.",
    },
}
_WRONG = (
    Says(200, {"error": True, "reason": "out of order"}),
    Says(200, [1, 2]),
    Says(200, {"daily": {"time": ["tomorrow"], "temperature_2m_max": [1]}}),
)

WIRES = [
    Wire(
        name="open-meteo",
        routes={"GET /v1/forecast": _forecast},
        ask=_ask,
        empty={"GET /v1/forecast": _no_days},
        errors=ERRORS,
        wrong=_WRONG,
        stale_after=timedelta(hours=3),
        never=KEYLESS,
    ),
    Wire(
        name="open-meteo (customer)",
        routes={"GET /v1/forecast": _customer},
        ask=_ask_as_customer,
        empty={"GET /v1/forecast": _no_days},
        errors=ERRORS,
        wrong=_WRONG,
        key=KEY,
        stale_after=timedelta(hours=3),
    ),
]
