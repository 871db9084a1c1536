"""Weather forecasts from MET Norway (the service behind Yr): no key, about nine days, CC BY 4.0.

Its entries are hours and six-hour blocks in UTC; local days are made of them here.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from adapters.travel import fields
from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Confidence, DayWeather, Point, Source
from core.zones import zone_of

WHO = "MET Norway"
BASE_URL = "https://api.met.no"
SURE_DAYS = 7
KEPT = timedelta(hours=24)
WHOLE_DAY_H, REST_OF_TODAY_H = 18.0, 10.0  # hours of a day that must be known to speak of it
HOUR = timedelta(hours=1)
log = logging.getLogger(__name__)


class MetNorway:
    """The Weather port over Locationforecast 2.0, which serves nobody who does not say who."""

    def __init__(
        self, client: ProviderClient, clock: Clock, base_url: str = BASE_URL, contact: str = ""
    ) -> None:
        """`contact` is the operator's, which must also be in the client's User-Agent."""
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/") + "/weatherapi/locationforecast/2.0/complete"
        self._contact = contact

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Daily weather from `first` to `last`, both included, in the place's own time zone.

        °C, mm per day, gusts in km/h where MET Norway has them (the Nordic countries). Days that
        are not known for at least 18 hours (today: 10) are missing.

        Raises:
            Unavailable: no contact is set, no answer in time, or one we cannot read.
        Source: https://api.met.no/weatherapi/locationforecast/2.0/documentation, CC BY 4.0.
        """
        if not self._contact:
            raise Unavailable(WHO, "needs CARAVAN_CONTACT")
        answer = await self._client.get(
            WHO,
            self._url,
            # Three decimals are 100 m; more than four are refused.
            {"lat": f"{place.lat:.3f}", "lon": f"{place.lon:.3f}"},
            fresh_for=timedelta(minutes=30),
            keep_for=KEPT,
            expires=True,
            revalidate=True,
            check=_check,
        )
        if answer.status == 203:
            log.warning("MET Norway says that this version of its forecast will be switched off")
        now = self._clock.now()
        days = _days(answer.body, zone_of(timezone), now)
        return [
            _weather(day, known, _source(answer), now.date())
            for day, known in sorted(days.items())
            if first <= day <= last
        ]


class _Block(NamedTuple):
    """What is said of the time from `start` to `end` (UTC)."""

    start: datetime
    end: datetime
    temperatures: tuple[float, ...]
    rain: float | None
    chance: float | None
    gust: float | None
    code: int | None


@dataclass
class _Day:
    """What is known of one local day. Hours that no block covers are not counted."""

    hours: float = 0.0
    temperatures: list[float] = field(default_factory=list)
    rain: float | None = None
    chances: list[float] = field(default_factory=list)
    gusts: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


def _check(body: Any) -> None:
    """Raises Unavailable for an answer without a usable entry."""
    properties = fields.row(fields.row(body).get("properties"))
    units = fields.row(fields.row(properties.get("meta")).get("units"))
    if units.get("air_temperature", "celsius") != "celsius":
        raise Unavailable(WHO, "the answer is not in °C")
    if not any(True for _ in _blocks(body)):
        raise Unavailable(WHO, "the answer has no usable hour")


def _blocks(body: Any) -> Iterator[_Block]:
    """The entries in order. None reaches into the next one, so that no rain counts twice."""
    series = fields.rows(fields.row(fields.row(body).get("properties")).get("timeseries"))
    starts = [fields.moment(entry.get("time")) for entry in series]
    for index, entry in enumerate(series):
        start = starts[index]
        if start is None:
            continue
        data = fields.row(entry.get("data"))
        instant = fields.row(fields.row(data.get("instant")).get("details"))
        hours, period = _period(data)
        temperature = fields.number(instant.get("air_temperature"), -90, 60)
        if temperature is None or not hours:
            continue
        following = starts[index + 1] if index + 1 < len(starts) else None
        end = start + hours * HOUR
        share = 1.0
        if following is not None and start < following < end:
            share = (following - start) / (end - start)
            end = following
        details = fields.row(period.get("details"))
        rain = fields.number(details.get("precipitation_amount"), 0, 2_000)
        extremes = (details.get("air_temperature_max"), details.get("air_temperature_min"))
        found = (fields.number(value, -90, 60) for value in extremes)
        gust = fields.number(instant.get("wind_speed_of_gust"), 0, 150)
        yield _Block(
            start=start.astimezone(UTC),
            end=end.astimezone(UTC),
            temperatures=(temperature, *(t for t in found if t is not None)),
            rain=None if rain is None else rain * share,
            chance=fields.number(details.get("probability_of_precipitation"), 0, 100),
            gust=None if gust is None else gust * 3.6,
            code=_code(fields.row(period.get("summary")).get("symbol_code")),
        )


def _period(data: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """The shortest period an entry speaks of, with its length in hours; 0 for the last entry."""
    for hours in (1, 6):
        period = fields.row(data.get(f"next_{hours}_hours"))
        if period:
            return hours, period
    return 0, {}


def _days(body: Any, zone: ZoneInfo, now: datetime) -> dict[date, _Day]:
    """Local days with what is known of them; those of which too little is known are left out."""
    days: dict[date, _Day] = defaultdict(_Day)
    for block in _blocks(body):
        for day, hours in _parts(block, zone):
            known = days[day]
            known.hours += hours
            known.temperatures += block.temperatures
            if block.rain is not None:
                length = (block.end - block.start) / HOUR
                known.rain = (known.rain or 0.0) + block.rain * hours / length
            known.chances += [block.chance] if block.chance is not None else []
            known.gusts += [block.gust] if block.gust is not None else []
            known.codes += [block.code] if block.code is not None else []
    today = now.astimezone(zone).date()
    return {
        day: known
        for day, known in days.items()
        if known.hours >= (REST_OF_TODAY_H if day == today else WHOLE_DAY_H)
    }


def _parts(block: _Block, zone: ZoneInfo) -> Iterator[tuple[date, float]]:
    """The local days a block touches, each with the hours of it that are the block's."""
    start = block.start
    while start < block.end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
        end = min(block.end, midnight)
        yield day, (end - start) / HOUR
        start = end


def _weather(day: date, known: _Day, source: Source, today: date) -> DayWeather:
    return DayWeather(
        source=source,
        day=day,
        typical=False,
        tmax_c=max(known.temperatures),
        tmin_c=min(known.temperatures),
        rain_mm=None if known.rain is None else round(known.rain, 1),
        rain_chance=max(known.chances) / 100 if known.chances else None,
        gust_kmh=round(max(known.gusts), 1) if known.gusts else None,
        code=max(known.codes) if known.codes else None,
        low_confidence=(day - today).days > SURE_DAYS,
    )


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://www.met.no/en",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Data from MET Norway, CC BY 4.0",
    )


_SKY = {"clearsky": 0, "fair": 1, "partlycloudy": 2, "cloudy": 3, "fog": 45}
_FALLING = {  # WMO codes: light, ordinary, heavy
    "rain": (61, 63, 65),
    "rainshowers": (80, 81, 82),
    "sleet": (66, 67, 67),
    "sleetshowers": (66, 67, 67),
    "snow": (71, 73, 75),
    "snowshowers": (85, 86, 86),
}


def _code(symbol: Any) -> int | None:
    """The WMO weather code nearest to one of MET Norway's symbols; None for an unknown one."""
    if not isinstance(symbol, str):
        return None
    word = symbol.partition("_")[0]
    if word in _SKY:
        return _SKY[word]
    if word.endswith("andthunder"):
        return 95
    force = 0 if word.startswith("light") else 2 if word.startswith("heavy") else 1
    kind = word.removeprefix("light").removeprefix("heavy")
    return _FALLING[kind][force] if kind in _FALLING else None
