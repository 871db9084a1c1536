"""Open-Meteo's forecast as it is on the wire, in this process; stories make it misbehave.

Written from https://open-meteo.com/en/docs: units, nulls, local times without offset, the grid cell
instead of the asked point, errors as {"error": true, "reason": ...}, no Retry-After on a 429.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from core.ports import Cached

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_UNITS = {
    "time": "iso8601",
    "weather_code": "wmo code",
    "temperature_2m_max": "°C",
    "temperature_2m_min": "°C",
    "apparent_temperature_max": "°C",
    "snowfall_sum": "cm",
    "precipitation_sum": "mm",
    "precipitation_probability_max": "%",
    "wind_gusts_10m_max": "km/h",
}
_VALUES: dict[str, float] = {
    "weather_code": 3,
    "temperature_2m_max": 18.4,
    "temperature_2m_min": 11.2,
    "apparent_temperature_max": 17.6,
    "snowfall_sum": 0.0,
    "precipitation_sum": 0.4,
    "precipitation_probability_max": 25,
    "wind_gusts_10m_max": 31.3,
}
Message = MutableMapping[str, Any]


class Time:
    """Wall clock, steady clock and sleep in one: sleeping moves both, and is written down."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return (self._now - START).total_seconds()

    def passes(self, **span: float) -> None:
        self._now += timedelta(**span)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds=seconds)
        await asyncio.sleep(0)


class DictCache:
    """A cache that forgets nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, Cached] = {}

    async def get(self, key: str) -> Cached | None:
        return self.kept.get(key)

    async def put(self, key: str, value: Cached) -> None:
        self.kept[key] = value


@dataclass(frozen=True)
class Says:
    """One answer of the provider; `body` as JSON unless it is bytes."""

    status: int
    body: object = b""
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


HTML_500 = Says(500, b"<html><h1>Internal Server Error</h1>", {"content-type": "text/html"})
SILENCE = Says(200, hangs=True)


def refusal(status: int, reason: str, **headers: str) -> Says:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Says(status, {"error": True, "reason": reason}, named)


class FakeOpenMeteo:
    """An ASGI application. `plays` queues answers; without any it gives a good forecast.

    `daily` overrides series of the good forecast; `asked` holds the parameters of every request.
    """

    def __init__(self, time: Time) -> None:
        self._time = time
        self._script: list[Says] = []
        self.always: Says | None = None
        self.daily: dict[str, list[object]] = {}
        self.asked: list[dict[str, str]] = []
        self.called = asyncio.Event()
        self.headers: list[dict[str, str]] = []
        self.transport = httpx.ASGITransport(app=self)

    def plays(self, *answers: Says) -> None:
        self._script += answers

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        asked = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        self.asked.append(asked)
        self.called.set()
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        says = self._script.pop(0) if self._script else self.always or self._answer(scope, asked)
        if says.hangs:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        headers = {"content-type": "application/json; charset=utf-8"} | says.headers
        raw = [(k.encode(), v.encode()) for k, v in headers.items()]
        await send({"type": "http.response.start", "status": says.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Message, asked: dict[str, str]) -> Says:
        if scope["path"] != "/v1/forecast":
            return Says(404, {"error": True, "reason": "Not Found"})
        latitude = float(asked["latitude"])
        if not -90 <= latitude <= 90:
            reason = f"Latitude must be in range of -90 to 90°. Given: {latitude}."
            return refusal(400, reason)
        if "timezone" not in asked:
            return refusal(400, "Timezone is required")
        return Says(200, self.forecast(int(asked["forecast_days"]), asked["daily"].split(",")))

    def forecast(self, days: int = 16, names: list[str] | None = None) -> dict[str, Any]:
        """A good body from today on."""
        first = self._time.now().date()
        time = [(first + timedelta(days=i)).isoformat() for i in range(days)]
        series = {n: [_VALUES[n]] * days for n in names or list(_VALUES)}
        return {
            "latitude": 38.74,
            "longitude": -9.14,
            "generationtime_ms": 0.2,
            "utc_offset_seconds": 0,
            "timezone": "Europe/Lisbon",
            "timezone_abbreviation": "GMT+0",
            "elevation": 12.0,
            "daily_units": {name: _UNITS[name] for name in ("time", *series)},
            "daily": {"time": time, **series, **self.daily},
        }
