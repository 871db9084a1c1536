"""Weather and warnings from OpenWeather's One Call 4.0: needs a key, every page is a billed call.

A page names the next one by an address that holds the key; only its parameters are kept, without
the key, and pages are asked for at our own base address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from adapters.travel import fields
from adapters.travel.http import Answer, ProviderClient, Refused
from adapters.travel.spot import Found, Spot, honest
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Alert, Confidence, DayWeather, Point, Severity, Source

WHO = "OpenWeather"
BASE_URL = "https://api.openweathermap.org"
HORIZON_DAYS, PAGE_DAYS, MAX_PAGES = 16, 10, 2
SURE_DAYS = 7
KEPT = timedelta(hours=24)
PATH = "/data/4.0/onecall/timeline/1day"
ALERT_PATH = "/data/4.0/onecall/alert/"
MAX_ALERTS = 10
_ID = re.compile(r"[A-Za-z0-9._:-]{1,120}")


class OpenWeather:
    """The Weather port over One Call's days."""

    def __init__(
        self, client: ProviderClient, clock: Clock, key: str, base_url: str = BASE_URL
    ) -> None:
        self._client = client
        self._clock = clock
        self._key = key
        self._url = base_url.rstrip("/")

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Daily weather from `first` to `last`, both included, in the place's own time zone.

        °C, mm per day, gusts in km/h. A second page (a second billed call) is only asked for when
        days past the first ten are wanted.

        Raises:
            Unavailable: no answer in time, or an answer we cannot read.
        Source: https://openweathermap.org/api/one-call-4
        """
        now = self._clock.now()
        last = min(last, now.date() + timedelta(days=HORIZON_DAYS - 1))
        found: list[DayWeather] = []
        page: Mapping[str, str] | None = {}
        for _ in range(MAX_PAGES):
            if page is None:
                break
            answer = await self.page(place, page)
            days = _days(answer, now.date())
            found += days
            if not days or max(d.day for d in days) >= last:
                break
            page = answer.body["next"]
        return [d for d in sorted(found, key=lambda d: d.day) if first <= d.day <= last]

    async def page(self, place: Point, more: Mapping[str, str]) -> Answer:
        """One page, kept without anything that holds the key: {"offset", "data", "next"}."""
        asked = {
            "lat": f"{place.lat:.2f}",
            "lon": f"{place.lon:.2f}",
            "units": "metric",
            "lang": "en",
            **more,
            "appid": self._key,
        }
        return await self._client.get(
            WHO,
            self._url + PATH,
            asked,
            fresh_for=timedelta(hours=3),
            keep_for=KEPT,
            check=_check,
            reduce=_reduced,
            timeout_s=10.0,
        )

    async def alert(self, id: str) -> Answer:
        """One warning, which never changes: an update has another id."""
        return await self._client.get(
            WHO,
            f"{self._url}{ALERT_PATH}{id}",
            {"appid": self._key},
            fresh_for=timedelta(days=1),
            check=_check_alert,
            reduce=_reduced_alert,
        )


class OpenWeatherAlerts:
    """An AlertSource: the days of a place name their warnings, each of which is asked for once."""

    name = WHO
    lasting = False

    def __init__(self, weather: OpenWeather) -> None:
        self._weather = weather

    def covers(self, country: str) -> bool:
        return True

    async def alerts(self, spot: Spot, first: date, last: date) -> Found:
        """Warnings of the national services as OpenWeather passes them on, at most ten.

        It does not say how grave they are. Raises Unavailable without a usable answer.
        """
        page = await self._weather.page(spot.point, {})
        ids = [
            id
            for day in page.body["data"]
            for id in day.get("alerts") or ()
            if isinstance(id, str) and _ID.fullmatch(id)
        ]
        found = []
        for id in list(dict.fromkeys(ids))[:MAX_ALERTS]:
            try:
                answer = await self._weather.alert(id)
            except Refused as error:
                if error.status == 404:  # taken back since; it must not hide the others
                    continue
                raise
            starts, ends = answer.body["start"], answer.body["end"]
            event = fields.text(answer.body["event"]) or "Weather warning"
            issuer = fields.text(answer.body["sender_name"])
            found.append(
                Alert(
                    source=source_of(answer),
                    id=id,
                    event=event,
                    severity=Severity.UNKNOWN,
                    onset=datetime.fromtimestamp(starts, UTC),
                    ends=datetime.fromtimestamp(ends, UTC),
                    headline=event,
                    area="",
                    official=True,
                    issuer=issuer,
                    description=fields.text(answer.body["description"], 1_000),
                    link="https://openweathermap.org/",
                )
            )
        return honest(WHO, page, found)


def _check_alert(body: Any) -> None:
    times = (fields.number(fields.row(body).get(name), 0, 9e9) for name in ("start", "end"))
    if None in times:
        raise Unavailable(WHO, "the warning has no times")


def _reduced_alert(body: Any) -> dict[str, Any]:
    kept = {name: body.get(name) for name in ("event", "sender_name", "description")}
    return kept | {"start": float(body["start"]), "end": float(body["end"])}


def _check(body: Any) -> None:
    page = fields.row(body)
    days = fields.rows(page.get("data"))
    if not days:
        code = page.get("cod")
        raise Unavailable(WHO, f"error {code}" if code else "the answer has no days")
    if not any(_readable(day) for day in days):
        raise Unavailable(WHO, "the answer has no usable day")


def _reduced(body: Any) -> dict[str, Any]:
    following = body.get("next")
    parameters = None
    if isinstance(following, str):
        parameters = {
            k: v for k, v in parse_qsl(urlsplit(following).query) if k.lower() != "appid"
        } or None
    offset = fields.number(body.get("timezone_offset"), -50_400, 50_400) or 0.0
    return {"offset": offset, "data": fields.rows(body.get("data")), "next": parameters}


def _readable(day: Mapping[str, Any]) -> bool:
    warmth = fields.row(day.get("temp"))
    high = fields.number(warmth.get("max"), -90, 60)
    low = fields.number(warmth.get("min"), -90, 60)
    dated = fields.number(day.get("dt"), 0, 9e9) is not None
    return dated and high is not None and low is not None and low <= high


def _days(answer: Answer, today: date) -> list[DayWeather]:
    source = source_of(answer)
    found = []
    for day in answer.body["data"]:
        if not _readable(day):
            continue
        moment = datetime.fromtimestamp(float(day["dt"]) + answer.body["offset"], UTC)
        gust = fields.number(day.get("wind_gust"), 0, 150)
        rain, snow = _fallen(day.get("rain")), _fallen(day.get("snow"))
        feels = fields.row(day.get("feels_like"))
        found.append(
            DayWeather(
                source=source,
                day=moment.date(),
                typical=False,
                tmax_c=float(day["temp"]["max"]),
                tmin_c=float(day["temp"]["min"]),
                # A dry day has neither of the two.
                rain_mm=(rain or 0.0) + (snow or 0.0),
                rain_chance=fields.number(day.get("pop"), 0, 1),
                gust_kmh=None if gust is None else round(gust * 3.6, 1),
                code=_code(day.get("weather")),
                low_confidence=(moment.date() - today).days > SURE_DAYS,
                feels_max_c=fields.number(feels.get("day"), -90, 80),
                snow_cm=snow,  # mm of water are about as many cm of snow
            )
        )
    return found


def _fallen(value: Any) -> float | None:
    """mm in a day, said as a number or as {"1h": mm}."""
    if isinstance(value, Mapping):
        value = next(iter(value.values()), None)
    return fields.number(value, 0, 2_000)


def _code(weather: Any) -> int | None:
    """The WMO code nearest to OpenWeather's condition id."""
    conditions = fields.rows(weather)
    found = fields.number(conditions[0].get("id"), 200, 899) if conditions else None
    if found is None:
        return None
    id = int(found)
    if id in _CODES:
        return _CODES[id]
    return {2: 95, 3: 53, 5: 63, 6: 73, 7: 45}.get(id // 100)


_CODES = {
    300: 51, 302: 55, 310: 51, 312: 55,
    500: 61, 501: 63, 502: 65, 503: 65, 504: 65, 511: 66, 520: 80, 521: 81, 522: 82, 531: 81,
    600: 71, 601: 73, 602: 75, 611: 66, 612: 66, 613: 67, 615: 66, 616: 67, 620: 85, 621: 86,
    622: 86, 800: 0, 801: 1, 802: 2, 803: 3, 804: 3,
}  # fmt: skip


def source_of(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://openweathermap.org/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Weather data provided by OpenWeather",
    )
