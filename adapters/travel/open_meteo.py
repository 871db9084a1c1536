"""Weather forecasts from Open-Meteo: no key, up to 16 days, CC BY 4.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from adapters.travel.http import Answer, ProviderClient
from core.errors import Unavailable
from core.ports import Clock
from core.travel import Confidence, DayWeather, Point, Source

WHO = "Open-Meteo"
HORIZON_DAYS = 16
SURE_DAYS = 7
KEPT = timedelta(hours=24)  # an older forecast is worse than typical values
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,apparent_temperature_max,"
    "precipitation_sum,precipitation_probability_max,snowfall_sum,wind_gusts_10m_max"
)


class OpenMeteo:
    """The Weather port over Open-Meteo's daily forecast."""

    def __init__(
        self,
        client: ProviderClient,
        clock: Clock,
        base_url: str = "https://api.open-meteo.com",
        key: str = "",
    ) -> None:
        """With a `key`, `base_url` is the customers' host (https://customer-api.open-meteo.com)."""
        self._client = client
        self._clock = clock
        self._url = base_url.rstrip("/") + "/v1/forecast"
        self._key = {"apikey": key} if key else {}

    async def forecast(
        self, place: Point, timezone: str, first: date, last: date
    ) -> list[DayWeather]:
        """Daily weather from `first` to `last`, both included, in the place's own time zone.

        Temperatures in °C, rain in mm per day, gusts in km/h. Days past the 16-day horizon are
        missing, so the list may be shorter than asked; it is never padded.

        Raises:
            Unavailable: no answer in time, or an answer we cannot read.
        Source: https://open-meteo.com/en/docs (daily variables), CC BY 4.0.
        """
        today = self._clock.now().date()
        last = min(last, today + timedelta(days=HORIZON_DAYS - 1))
        # Yesterday may still be today west of Greenwich.
        first = max(first, today - timedelta(days=1))
        if last < first:
            return []
        # Whole horizon, coordinates of the forecast's own grid: many trips share one request.
        answer = await self._client.get(
            WHO,
            self._url,
            {
                "latitude": f"{place.lat:.2f}",
                "longitude": f"{place.lon:.2f}",
                "timezone": timezone or "auto",
                "forecast_days": str(HORIZON_DAYS),
                "daily": _DAILY,
                **self._key,
            },
            fresh_for=timedelta(hours=1 if first - today <= timedelta(days=3) else 3),
            keep_for=KEPT,
            check=lambda body: _check(body, today),
        )
        source = _source(answer)
        return [_weather(v, source, today) for v in _read(answer.body) if first <= v.day <= last]


class _Values(NamedTuple):
    """One day as Open-Meteo says it, in °C, mm, percent, km/h and cm."""

    day: date
    high: float
    low: float
    rain: float | None
    chance: float | None
    gust: float | None
    code: float | None
    feels: float | None
    snow: float | None


def _check(body: Any, today: date) -> None:
    """Raises Unavailable for an answer that holds nothing to show: it must not be kept either."""
    days = [v.day for v in _read(body)]
    if not days:
        raise Unavailable(WHO, "the answer has no usable day")
    if max(days) < today - timedelta(days=1):
        raise Unavailable(WHO, "the forecast is an old one")


def _read(body: Any) -> list[_Values]:
    """The days of an answer; days with absurd or missing temperatures are left out."""
    daily = body.get("daily") if isinstance(body, Mapping) else None
    if not isinstance(daily, Mapping) or not isinstance(daily.get("time"), list):
        raise Unavailable(WHO, "the answer has no daily values")
    units = body.get("daily_units")
    if isinstance(units, Mapping) and units.get("temperature_2m_max", "°C") != "°C":
        raise Unavailable(WHO, "the answer is not in °C")
    found = []
    for index, text in enumerate(daily["time"]):
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise Unavailable(WHO, "the answer has unreadable dates") from error
        high = _number(daily, "temperature_2m_max", index, -90, 60)
        low = _number(daily, "temperature_2m_min", index, -90, 60)
        if high is None or low is None or low > high:
            continue
        found.append(
            _Values(
                day=day,
                high=high,
                low=low,
                rain=_number(daily, "precipitation_sum", index, 0, 2_000),
                chance=_number(daily, "precipitation_probability_max", index, 0, 100),
                gust=_number(daily, "wind_gusts_10m_max", index, 0, 500),
                code=_number(daily, "weather_code", index, 0, 99),
                feels=_number(daily, "apparent_temperature_max", index, -90, 80),
                snow=_number(daily, "snowfall_sum", index, 0, 500),
            )
        )
    return found


def _source(answer: Answer) -> Source:
    return Source(
        name=WHO,
        url="https://open-meteo.com/",
        fetched_at=answer.fetched_at,
        confidence=Confidence.CACHED if answer.cached else Confidence.LIVE,
        attribution="Weather data by Open-Meteo.com",
    )


def _weather(v: _Values, source: Source, today: date) -> DayWeather:
    return DayWeather(
        source=source,
        day=v.day,
        typical=False,
        tmax_c=v.high,
        tmin_c=v.low,
        rain_mm=v.rain,
        rain_chance=None if v.chance is None else v.chance / 100,
        gust_kmh=v.gust,
        code=None if v.code is None else int(v.code),
        low_confidence=(v.day - today).days > SURE_DAYS,
        feels_max_c=v.feels,
        snow_cm=v.snow,
    )


def _number(
    daily: Mapping[str, Any], name: str, index: int, low: float, high: float
) -> float | None:
    """One value of a daily series, None when it is missing, no number, or out of range."""
    values = daily.get(name)
    if not isinstance(values, Sequence) or index >= len(values):
        return None
    value = values[index]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None
