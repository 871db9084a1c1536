"""Open-Meteo's archive, Overpass and Wikidata as they are on the wire, in this process.

Written from https://open-meteo.com/en/docs/historical-weather-api, the Overpass API's output
(200 with a `remark` when it ran out of time) and https://www.wikidata.org/w/api.php
(errors with status 200).
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from adapters.travel.atlas.refresh.refresh import Addresses
from tests.fake_open_meteo import Says

Message = MutableMapping[str, Any]
ADDRESSES = Addresses(
    archive="https://archive.test/v1/archive",
    overpass="https://overpass.test/api/interpreter",
    wikidata="https://wikidata.test/w/api.php",
)
ARCHIVE, OVERPASS, WIKIDATA = "/v1/archive", "/api/interpreter", "/w/api.php"


class FakeOpenData:
    """An ASGI application of three providers, told apart by their paths.

    `plays` queues answers of one of them; without any they answer well: the archive with the
    months in `warmth`, `rain_mm` and `sun_h`, the others with `elements` and `entities`.
    """

    def __init__(self) -> None:
        self._script: dict[str, list[Says]] = defaultdict(list)
        self.always: dict[str, Says] = {}
        self.asked: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.user_agents: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        # January first: mean of the days' highs, lows 8 below; mm on every fifth day; hours a day.
        self.warmth = [15, 16, 18, 20, 23, 26, 29, 29, 27, 23, 18, 15]
        self.rain_mm = [20.0, 16, 10, 10, 8, 3, 1, 1, 6, 18, 20, 22]
        self.sun_h = [5.0, 6, 7, 8, 9, 10, 11, 11, 9, 7, 5, 4]
        self.gaps = 0
        self.elements: list[dict[str, Any]] = []
        self.entities: dict[str, dict[str, Any]] = {}
        self.transport = httpx.ASGITransport(app=self)

    def plays(self, path: str, *answers: Says) -> None:
        self._script[path] += answers

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        path = scope["path"]
        asked = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        self.asked[path].append(asked)
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.user_agents.append(headers["user-agent"])
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        says = self._script[path].pop(0) if self._script[path] else self.always.get(path)
        says = says or self._answer(path, asked)
        body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        told = {"content-type": "application/json; charset=utf-8"} | says.headers
        raw = [(k.encode(), v.encode()) for k, v in told.items()]
        await send({"type": "http.response.start", "status": says.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str, asked: dict[str, str]) -> Says:
        if path == ARCHIVE:
            return Says(200, self.archive(asked))
        if path == OVERPASS:
            return Says(200, self.overpass())
        if path == WIKIDATA:
            known = {id: self.entities[id] for id in asked["ids"].split("|") if id in self.entities}
            return Says(200, {"entities": known, "success": 1})
        return Says(404, b"<html>Not Found</html>", {"content-type": "text/html"})

    def archive(self, asked: dict[str, str]) -> dict[str, Any]:
        first = date.fromisoformat(asked["start_date"])
        last = date.fromisoformat(asked["end_date"])
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        # A wave within the month, so that a mean is not any day's value.
        high = [self.warmth[d.month - 1] + 3 * math.sin(d.day * math.tau / 28) for d in days]
        rain = [self.rain_mm[d.month - 1] if d.day % 5 == 1 else 0.2 for d in days]
        sun = [self.sun_h[d.month - 1] * 3_600 for d in days]
        series: dict[str, list[float | None]] = {
            "temperature_2m_max": [round(v, 1) for v in high],
            "temperature_2m_min": [round(v - 8, 1) for v in high],
            "precipitation_sum": list(rain),
            "sunshine_duration": list(sun),
        }
        for values in series.values():
            values[: self.gaps] = [None] * self.gaps
        units = {"time": "iso8601", "precipitation_sum": "mm", "sunshine_duration": "s"}
        units |= {"temperature_2m_max": "°C", "temperature_2m_min": "°C"}
        return {
            "latitude": 38.74,
            "longitude": -9.14,
            "generationtime_ms": 3.1,
            "utc_offset_seconds": 0,
            "timezone": "Europe/Lisbon",
            "timezone_abbreviation": "WET",
            "elevation": 12.0,
            "daily_units": units,
            "daily": {"time": [d.isoformat() for d in days], **series},
        }

    def overpass(self, **more: Any) -> dict[str, Any]:
        copyright = "The data included in this document is from www.openstreetmap.org. ODbL."
        return {
            "version": 0.6,
            "generator": "Overpass API 0.7.62",
            "osm3s": {"timestamp_osm_base": "2026-11-22T10:00:00Z", "copyright": copyright},
            "elements": self.elements,
            **more,
        }


def way(id: int, lat: float, lon: float, **tags: str) -> dict[str, Any]:
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return {"type": "way", "id": id, "center": {"lat": lat, "lon": lon}, "tags": named}


def entity(
    id: str,
    *,
    point: tuple[float, float] | None = None,
    website: str = "",
    labels: dict[str, str] | None = None,
    globe: str = "Q2",
) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if point:
        value = {
            "latitude": point[0],
            "longitude": point[1],
            "altitude": None,
            "precision": 1e-05,
            "globe": f"http://www.wikidata.org/entity/{globe}",
        }
        claims["P625"] = [statement({"value": value, "type": "globecoordinate"})]
    if website:
        claims["P856"] = [statement({"value": website, "type": "string"})]
    told = {k: {"language": k, "value": v} for k, v in (labels or {}).items()}
    return {"type": "item", "id": id, "labels": told, "claims": claims}


def statement(datavalue: dict[str, Any], rank: str = "normal") -> dict[str, Any]:
    return {"mainsnak": {"snaktype": "value", "datavalue": datavalue}, "rank": rank}
